package io.rackstead.pxe.lease;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.lease.Lease.Kind;
import java.io.IOException;
import java.net.Inet6Address;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// IPv6 leases in memory, in front of a log on disk of the same make as IPv4's. Safe for use by
/// several threads.
public final class Lease6Log implements Leases6, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lease6Log.class);
  private static final Duration QUARANTINE = Duration.ofHours(1);
  private static final int MOST_DECLINED = 3;
  private static final int WRITE_AFTER_PART = 4;
  private static final int WORTH_COMPACTING = 4096;

  private final Lease6Table table = new Lease6Table();
  private final InstantSource clock;
  private final LeaseFile<Lease6> file;

  /// What the next commit writes, by address.
  private final Map<Inet6Address, Change> pending = new LinkedHashMap<>();

  private boolean broken;

  private record Change(Lease6 lease, Optional<Lease6> before, boolean fresh) {}

  private Lease6Log(Path directory, InstantSource clock) throws IOException {
    this.clock = clock;
    this.file =
        LeaseFile.open(
            directory.resolve("leases6.log"),
            LeaseRecord.V6,
            table::put,
            damaged -> {
              if (damaged > 0) {
                LOG.warn("IPv6 lease log {}: skipped {} unfinished records", directory, damaged);
              }
            });
  }

  /// Reads the log in the directory, and makes both when they do not exist.
  public static Lease6Log open(Path directory, InstantSource clock) throws IOException {
    return new Lease6Log(directory, clock);
  }

  @Override
  public synchronized Optional<Inet6Address> choose(
      Client6 client, Served6 network, Optional<Inet6Address> wanted) {
    var now = clock.instant();
    return table.declinedBy(client, now) >= MOST_DECLINED
        ? Optional.empty()
        : table.choose(client, network, wanted, now);
  }

  @Override
  public synchronized Binding bind(Client6 client, Served6 network, Optional<Inet6Address> wanted) {
    var now = clock.instant();
    var address = choose(client, network, wanted);
    if (address.isEmpty()) {
      return new Binding.Refused(
          table.declinedBy(client, now) >= MOST_DECLINED
              ? "it declined too many"
              : "no free address left in " + network.subnet() + ": widen its ranges");
    }
    var own =
        table
            .at(address.get())
            .filter(lease -> lease.client().equals(client) && lease.kind() == Kind.BOUND)
            .filter(lease -> lease.activeAt(now));
    boolean fresh = own.isEmpty() || pendingFresh(address.get());
    if (own.isPresent() && !worthWriting(own.get(), network.leaseTime(), now)) {
      return new Binding.Bound(own.get(), fresh);
    }
    var before = table.of(client, network).filter(old -> !old.address().equals(address.get()));
    before
        .filter(old -> old.kind() == Kind.BOUND)
        .ifPresent(old -> change(released(old, now), false)); // one client, one address
    var lease =
        new Lease6(
            client,
            address.get(),
            Kind.BOUND,
            own.map(Lease6::since).orElse(now),
            now.plus(network.leaseTime()));
    change(lease, fresh);
    return new Binding.Bound(lease, fresh);
  }

  private boolean pendingFresh(Inet6Address address) {
    var change = pending.get(address);
    return change != null && change.fresh();
  }

  private static boolean worthWriting(Lease6 own, Duration leaseTime, Instant now) {
    var used = leaseTime.minus(Duration.between(now, own.until()));
    return used.multipliedBy(WRITE_AFTER_PART).compareTo(leaseTime) >= 0 || used.isNegative();
  }

  @Override
  public synchronized Optional<Lease6> of(Client6 client, Served6 network) {
    return table.of(client, network);
  }

  @Override
  public synchronized Optional<Lease6> at(Inet6Address address) {
    return table.at(address);
  }

  private Optional<Lease6> own(Client6 client, Inet6Address address) {
    return table
        .at(address)
        .filter(lease -> lease.client().equals(client) && lease.kind() == Kind.BOUND);
  }

  @Override
  public synchronized boolean release(Client6 client, Inet6Address address) {
    var own = own(client, address);
    own.ifPresent(lease -> change(released(lease, clock.instant()), false));
    return own.isPresent();
  }

  private static Lease6 released(Lease6 lease, Instant now) {
    return new Lease6(lease.client(), lease.address(), Kind.RELEASED, lease.since(), now);
  }

  @Override
  public synchronized boolean decline(Client6 client, Inet6Address address) {
    var now = clock.instant();
    if (own(client, address).isEmpty() || table.declinedBy(client, now) >= MOST_DECLINED) {
      return false;
    }
    change(new Lease6(client, address, Kind.QUARANTINED, now, now.plus(QUARANTINE)), false);
    return true;
  }

  private void change(Lease6 lease, boolean fresh) {
    var earlier = pending.get(lease.address());
    var before = earlier == null ? table.at(lease.address()) : earlier.before();
    table.put(lease);
    pending.put(lease.address(), new Change(lease, before, fresh));
  }

  @Override
  public synchronized boolean unwritten() {
    return !pending.isEmpty();
  }

  @Override
  public synchronized boolean commit() {
    if (pending.isEmpty()) {
      return true;
    }
    boolean mostlyHistory = file.records() > WORTH_COMPACTING && file.records() > 2L * table.size();
    try {
      // after a failed sync nothing in the old file can be vouched for
      if (broken || (file.full(pending.size()) && mostlyHistory)) {
        file.rewrite(table.all());
      } else {
        file.append(pending.values().stream().map(Change::lease).toList());
      }
    } catch (IOException e) {
      LOG.error("IPv6 lease log: cannot write {} leases: {}", pending.size(), e.toString());
      failed();
      return false;
    }
    broken = false;
    pending.clear();
    return true;
  }

  /// New bindings never were. Renewals, releases and quarantines stay true and wait.
  private void failed() {
    broken = true;
    for (var change : List.copyOf(pending.values())) {
      if (change.fresh()) {
        pending.remove(change.lease().address());
        table.remove(change.lease().address());
        change.before().ifPresent(table::put);
      }
    }
  }

  @Override
  public synchronized List<Lease6> list() {
    return table.all().stream()
        .sorted((a, b) ->
            java.util.Arrays.compareUnsigned(a.address().getAddress(), b.address().getAddress()))
        .toList();
  }

  @Override
  public synchronized void close() throws IOException {
    commit();
    file.close();
  }
}
