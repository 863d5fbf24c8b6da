package io.rackstead.pxe.lease;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leases in memory, in front of a log on disk from which they are read again at start. Safe for
/// use by several threads.
public final class LeaseLog implements Leases, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseLog.class);
  private static final Duration OFFER_HOLDS = Duration.ofSeconds(60);
  private static final Duration QUARANTINE = Duration.ofHours(1);
  // a flood of these would take every address of a network out of use
  private static final int MOST_DECLINED = 3;
  // a renewal under a quarter of the lease changes nothing that a crash could hurt: the client is
  // told the old end
  private static final int WRITE_AFTER_PART = 4;
  private static final int WORTH_COMPACTING = 4096;

  private final LeaseTable table = new LeaseTable();
  private final InstantSource clock;
  private final ClockJumps jumps;
  private final Fullness fullness = new Fullness();
  private final LeaseFile<Lease> file;

  /// What the next commit writes, by address, and what it replaces: empty for a new binding.
  private final Map<Inet4Address, Change> pending = new LinkedHashMap<>();

  /// What the commit that runs now is writing.
  private final Map<Inet4Address, Change> underWay = new HashMap<>();

  private boolean broken;

  private long failures;

  private record Change(Lease lease, Optional<Lease> before, boolean fresh) {}

  private LeaseLog(Path directory, InstantSource clock, ClockJumps jumps) throws IOException {
    this.clock = clock;
    this.jumps = jumps;
    this.file =
        LeaseFile.open(
            directory.resolve("leases.log"),
            LeaseRecord.V4,
            table::put,
            damaged -> {
              if (damaged > 0) {
                LOG.warn("lease log {}: skipped {} unfinished records", directory, damaged);
              }
            });
  }

  /// Reads the log in the directory, and makes both when they do not exist.
  public static LeaseLog open(Path directory, InstantSource clock) throws IOException {
    return new LeaseLog(directory, clock, ClockJumps.unseen());
  }

  /// The same, with a clock that nobody sets, by which a jump of the first one is noticed.
  ///
  /// @param nanos counts on as [System#nanoTime] does
  public static LeaseLog open(Path directory, InstantSource clock, LongSupplier nanos)
      throws IOException {
    return new LeaseLog(directory, clock, ClockJumps.by(nanos));
  }

  @Override
  public synchronized Optional<Inet4Address> offer(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known) {
    var now = now();
    var address = choose(mac, network, wanted, known, now);
    address.ifPresent(free -> hold(mac, free, now));
    return address;
  }

  @Override
  public synchronized Optional<Inet4Address> look(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known) {
    return choose(mac, network, wanted, known, now());
  }

  private Optional<Inet4Address> choose(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known, Instant now) {
    if (table.declinedBy(mac, now) >= MOST_DECLINED) {
      return Optional.empty();
    }
    boolean stranger =
        !known
            && !network.reservations().containsKey(mac)
            && table.of(mac, network).filter(lease -> lease.activeAt(now)).isEmpty();
    return stranger && fullness.keptBack(table, network, now)
        ? Optional.empty()
        : table.choose(mac, network, wanted, now);
  }

  @Override
  public synchronized Optional<String> objection(
      MacAddress mac, Served network, Inet4Address address) {
    return table.objection(mac, network, address, now());
  }

  @Override
  public synchronized void withdraw(MacAddress mac, Served network) {
    table
        .of(mac, network)
        .filter(lease -> lease.kind() == Kind.OFFERED)
        .ifPresent(lease -> table.remove(lease.address()));
  }

  @Override
  public synchronized Usage usage(Served network) {
    return table.usage(network, now());
  }

  /// The time now. When the wall clock was set anew since the last call, the leases move with it:
  /// no client knows of that, and each counts its own seconds.
  private Instant now() {
    var now = clock.instant();
    jumps
        .since(now)
        .ifPresent(jump -> {
          LOG.warn("the clock was set by {}: all leases are moved with it", jump);
          table.shift(jump);
          broken = true; // what the file says is of the old clock: it is written anew
        });
    return now;
  }

  private void hold(MacAddress mac, Inet4Address address, Instant now) {
    var known = table.at(address).filter(lease -> lease.mac().equals(mac));
    // its own lease is a better hold than an offer, and must not be shortened by one
    if (known.filter(lease -> lease.kind() == Kind.BOUND && lease.activeAt(now)).isEmpty()) {
      fullness.taken();
      table.put(new Lease(mac, address, Kind.OFFERED, now, now.plus(OFFER_HOLDS)));
    }
  }

  @Override
  public synchronized Binding bind(MacAddress mac, Served network, Inet4Address address) {
    var now = now();
    var objection = table.objection(mac, network, address, now);
    if (objection.isPresent()) {
      return new Binding.Refused(objection.get());
    }
    var before = table.at(address);
    var own = before.filter(lease -> lease.mac().equals(mac) && lease.kind() == Kind.BOUND);
    if (own.isPresent() && !worthWriting(own.get(), network.leaseTime(), now)) {
      return new Binding.Bound(own.get(), pendingFresh(address));
    }
    boolean fresh = own.isEmpty() || !own.get().activeAt(now) || pendingFresh(address);
    var lease =
        new Lease(
            mac,
            address,
            Kind.BOUND,
            own.map(Lease::since).orElse(now),
            now.plus(network.leaseTime()));
    change(lease, fresh);
    dropOthers(mac, network, address, now);
    return new Binding.Bound(lease, fresh);
  }

  private boolean pendingFresh(Inet4Address address) {
    var change = pending.getOrDefault(address, underWay.get(address));
    return change != null && change.fresh();
  }

  private static boolean worthWriting(Lease own, Duration leaseTime, Instant now) {
    var used = leaseTime.minus(Duration.between(now, own.until()));
    return used.multipliedBy(WRITE_AFTER_PART).compareTo(leaseTime) >= 0 || used.isNegative();
  }

  /// One client, one address: what it held before in this network is free again.
  private void dropOthers(MacAddress mac, Served network, Inet4Address kept, Instant now) {
    for (var other = table.of(mac, network); ; other = table.of(mac, network)) {
      if (other.isEmpty() || other.get().address().equals(kept)) {
        return;
      }
      var lease = other.get();
      if (lease.kind() == Kind.OFFERED) {
        table.remove(lease.address());
      } else if (lease.kind() == Kind.BOUND) {
        change(released(lease, now), false);
        return;
      } else {
        return;
      }
    }
  }

  @Override
  public synchronized Optional<Lease> of(MacAddress mac, Served network) {
    return table.of(mac, network);
  }

  @Override
  public synchronized List<Lease> of(MacAddress mac) {
    return table.of(mac);
  }

  @Override
  public synchronized Optional<Lease> at(Inet4Address address) {
    return table.at(address);
  }

  @Override
  public synchronized void release(MacAddress mac, Inet4Address address) {
    table
        .at(address)
        .filter(lease -> lease.mac().equals(mac) && lease.kind() == Kind.BOUND)
        .ifPresent(lease -> change(released(lease, now()), false));
  }

  private static Lease released(Lease lease, Instant now) {
    return new Lease(lease.mac(), lease.address(), Kind.RELEASED, lease.since(), now);
  }

  @Override
  public synchronized boolean decline(MacAddress mac, Inet4Address address) {
    var now = now();
    var own =
        table
            .at(address)
            .filter(lease -> lease.mac().equals(mac) && lease.kind() != Kind.QUARANTINED);
    if (own.isEmpty() || table.declinedBy(mac, now) >= MOST_DECLINED) {
      return false;
    }
    change(new Lease(mac, address, Kind.QUARANTINED, now, now.plus(QUARANTINE)), false);
    return true;
  }

  @Override
  public synchronized boolean occupied(MacAddress by, Inet4Address address) {
    var now = now();
    boolean known =
        table
            .at(address)
            .filter(lease -> lease.activeAt(now))
            .filter(lease -> lease.kind() != Kind.OFFERED || lease.mac().equals(by))
            .isPresent();
    if (!known) {
      change(new Lease(by, address, Kind.OCCUPIED, now, now.plus(QUARANTINE)), false);
    }
    return !known;
  }

  @Override
  public synchronized List<Inet4Address> next(Served network, int most) {
    return table.next(network, now(), most);
  }

  private void change(Lease lease, boolean fresh) {
    var earlier = pending.get(lease.address());
    var before = earlier == null ? table.at(lease.address()) : earlier.before();
    table.put(lease);
    pending.put(lease.address(), new Change(lease, before, fresh));
  }

  @Override
  public synchronized boolean unwritten() {
    return !pending.isEmpty() || !underWay.isEmpty();
  }

  @Override
  public synchronized long failures() {
    return failures;
  }

  /// The disk is waited for without the lock: whoever asks meanwhile is answered from memory.
  @Override
  public boolean commit() {
    synchronized (file) {
      var batch = take();
      if (batch.changes().isEmpty()) {
        return true;
      }
      try {
        write(batch);
      } catch (IOException e) {
        LOG.error(
            "lease log: cannot write {} leases, no new ones are given until it can: {}",
            batch.changes().size(),
            e.toString());
        failed(batch.changes());
        return false;
      }
      written();
      return true;
    }
  }

  /// @param everything what the file is to hold from now on; empty where the changes are appended
  private record Batch(List<Change> changes, Optional<List<Lease>> everything) {}

  private synchronized Batch take() {
    var changes = List.copyOf(pending.values());
    boolean mostlyHistory = file.records() > WORTH_COMPACTING && file.records() > 2L * table.size();
    // after a failed sync the kernel may hold pages as clean that the disk never got, so what is
    // in the old file can no longer be vouched for: everything is written anew
    boolean anew = broken || (file.full(changes.size()) && mostlyHistory);
    if (changes.isEmpty()) {
      return new Batch(changes, Optional.empty());
    }
    broken = false;
    pending.clear();
    changes.forEach(change -> underWay.put(change.lease().address(), change));
    return new Batch(
        changes,
        anew
            ? Optional.of(
                table.all().stream().filter(lease -> lease.kind() != Kind.OFFERED).toList())
            : Optional.empty());
  }

  private void write(Batch batch) throws IOException {
    if (batch.everything().isPresent()) {
      file.rewrite(batch.everything().get());
    } else {
      file.append(batch.changes().stream().map(Change::lease).toList());
    }
  }

  private synchronized void written() {
    underWay.clear();
  }

  /// New bindings never were, and neither were those that came since, for they may stand upon them.
  /// Renewals, releases and quarantines stay true in memory and wait for the next commit.
  private synchronized void failed(List<Change> changes) {
    broken = true;
    failures++;
    underWay.clear();
    for (var change : List.copyOf(pending.values())) {
      if (change.fresh()) {
        undo(change);
      }
    }
    for (var change : changes) {
      if (change.fresh()) {
        undo(change);
      } else {
        pending.putIfAbsent(change.lease().address(), change);
      }
    }
  }

  private void undo(Change change) {
    pending.remove(change.lease().address());
    table.remove(change.lease().address());
    change.before().ifPresent(table::put);
  }

  @Override
  public synchronized List<Lease> list() {
    return table.all().stream()
        .sorted(Comparator.comparing(lease -> Integer.toUnsignedLong(Subnet.bits(lease.address()))))
        .toList();
  }

  @Override
  public void close() throws IOException {
    synchronized (file) {
      commit();
      file.close();
    }
  }
}
