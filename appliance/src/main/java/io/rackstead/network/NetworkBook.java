package io.rackstead.network;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/// The one door to the networks: every change is checked beside what is there, written with its
/// audit row, and seen by the next reader. Readers get all of it from memory.
public final class NetworkBook {
  /// The id of a record that is to be added.
  public static final long NEW = NetworkRows.NEW;

  private final Database database;
  private final InstantSource clock;
  private final Addresses addresses;
  private final AtomicLong version = new AtomicLong();
  private volatile Kept kept;
  private volatile Supplier<List<String>> timeServers = List::of;
  private volatile Function<Subnet, List<InetAddress>> resolvers = Subnet::dnsServers;

  private record Kept(Topology topology, long version) {}

  public NetworkBook(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
    addresses = new Addresses(this, clock);
    kept = new Kept(database.read(NetworkRows::all), 0);
    database.onReopened(version::incrementAndGet);
  }

  public Topology now() {
    var now = kept;
    long wanted = version.get();
    if (now.version() != wanted) {
      var read = database.read(NetworkRows::all);
      // addresses change often and networks seldom: then it stays the same object, which whoever
      // has something made of it sees at a glance
      now = new Kept(read.equals(now.topology()) ? now.topology() : read, wanted);
      kept = now;
    }
    return now.topology();
  }

  /// Grows with each change of a network or an address.
  public long version() {
    return version.get();
  }

  /// Whom machines in a subnet are told to ask for names.
  public List<InetAddress> resolvers(Subnet subnet) {
    return resolvers.apply(subnet);
  }

  public void resolveBy(Function<Subnet, List<InetAddress>> newResolvers) {
    resolvers = newResolvers;
  }

  /// Whom machines are told to ask for the time.
  public List<String> timeServers() {
    return timeServers.get();
  }

  public void timeBy(Supplier<List<String>> newServers) {
    timeServers = newServers;
  }

  public Addresses addresses() {
    return addresses;
  }

  void changed(Tx tx) {
    tx.afterCommit(version::incrementAndGet);
  }

  /// Runs a change in one transaction, which sees the networks as they are in it.
  public <T> T change(Origin origin, Function<Change, T> work) {
    return database.inTransaction(tx -> {
      changed(tx);
      return work.apply(new Change(tx, origin));
    });
  }

  /// The networks inside a transaction.
  public final class Change {
    private final Tx tx;
    private final Origin origin;

    private Change(Tx tx, Origin origin) {
      this.tx = tx;
      this.origin = origin;
    }

    public Tx tx() {
      return tx;
    }

    public Topology now() {
      return NetworkRows.all(tx);
    }

    private void audit(boolean fresh, String what) {
      Audit.write(tx, clock.instant(), origin, (fresh ? "added " : "changed ") + what);
    }

    public Fabric save(Fabric wanted) {
      var fabric = wanted;
      boolean fresh = fabric.id() == NEW;
      if (fresh && fabric.name().isEmpty()) {
        fabric = new Fabric(NEW, freeName("fabric-"), fabric.classType(), fabric.description());
      }
      NetworkRules.check(now(), fabric);
      long id = NetworkRows.save(tx, fabric);
      if (fresh) {
        NetworkRows.save(
            tx,
            new Vlan(
                NEW,
                id,
                0,
                "untagged",
                "",
                1500,
                false,
                Optional.empty(),
                Optional.empty(),
                "",
                Mode.SERVER));
      }
      audit(fresh, "fabric " + fabric.name());
      return now().fabric(id).orElseThrow();
    }

    private String freeName(String start) {
      var now = now();
      long number =
          1
              + Math.max(
                  now.fabrics().stream().mapToLong(Fabric::id).max().orElse(0),
                  now.spaces().stream().mapToLong(Space::id).max().orElse(0));
      while (now.fabricNamed(start + number).isPresent()
          || now.spaceNamed(start + number).isPresent()) {
        number++;
      }
      return start + number;
    }

    public Space save(Space wanted) {
      var space =
          wanted.id() == NEW && wanted.name().isEmpty()
              ? new Space(NEW, freeName("space-"), wanted.description())
              : wanted;
      NetworkRules.check(now(), space);
      long id = NetworkRows.save(tx, space);
      audit(space.id() == NEW, "space " + space.name());
      return now().space(id).orElseThrow();
    }

    public Vlan save(Vlan vlan) {
      NetworkRules.check(now(), vlan);
      long id = NetworkRows.save(tx, vlan);
      audit(
          vlan.id() == NEW,
          "VLAN %d (vid %d, DHCP %s)".formatted(id, vlan.vid(), vlan.dhcpOn() ? "on" : "off"));
      return now().vlan(id).orElseThrow();
    }

    public Subnet save(Subnet subnet) {
      NetworkRules.check(now(), subnet);
      for (var address : addresses.of(tx, subnet.id())) {
        if (!subnet.cidr().contains(address.ip())) {
          throw new Rejected("cidr", "It has the address " + Ip.text(address.ip()) + " in use.");
        }
      }
      long id = NetworkRows.save(tx, subnet);
      audit(subnet.id() == NEW, "subnet " + subnet.cidr());
      return now().subnet(id).orElseThrow();
    }

    public IpRange save(IpRange range) {
      NetworkRules.check(now(), range, addresses.of(tx, range.subnetId()));
      long id = NetworkRows.save(tx, range);
      audit(range.id() == NEW, "IP range " + NetworkRules.words(range));
      return now().ranges().stream().filter(r -> r.id() == id).findFirst().orElseThrow();
    }

    public ReservedIp save(ReservedIp reserved) {
      NetworkRules.check(now(), reserved, addresses.of(tx, reserved.subnetId()));
      long id = NetworkRows.save(tx, reserved);
      audit(reserved.id() == NEW, "reserved IP " + Ip.text(reserved.ip()));
      return now().reserved().stream().filter(r -> r.id() == id).findFirst().orElseThrow();
    }

    public StaticRoute save(StaticRoute route) {
      NetworkRules.check(now(), route);
      long id = NetworkRows.save(tx, route);
      audit(route.id() == NEW, "static route " + id);
      return now().routes().stream().filter(r -> r.id() == id).findFirst().orElseThrow();
    }

    public Domain save(Domain domain) {
      NetworkRules.check(now(), domain);
      long id = NetworkRows.save(tx, domain);
      audit(domain.id() == NEW, "domain " + domain.name());
      return now().domain(id).orElseThrow();
    }

    public Domain makeDefault(Domain domain) {
      for (var was : now().domains()) {
        if (was.isDefault() != (was.id() == domain.id())) {
          NetworkRows.save(tx, was.withDefault(was.id() == domain.id()));
        }
      }
      audit(false, "domain " + domain.name() + " (the default now)");
      return now().domain(domain.id()).orElseThrow();
    }

    /// @param used by what, in words
    public void remove(Domain domain, Optional<String> used) {
      if (domain.isDefault() || domain.id() == Domain.FIRST) {
        throw new Problem(400, "This domain is the default domain, it cannot be deleted.");
      }
      used.ifPresent(by -> {
        throw new Problem(400, "Can't delete domain %s: %s.".formatted(domain.name(), by));
      });
      removed("domain", domain.id(), "domain " + domain.name());
    }

    public void remove(Fabric fabric) {
      if (fabric.id() == Fabric.DEFAULT) {
        throw new Problem(400, "This fabric is the default fabric, it cannot be deleted.");
      }
      var now = now();
      for (var vlan : now.vlansOf(fabric)) {
        now.subnetsOf(vlan).stream()
            .findFirst()
            .ifPresent(s -> {
              throw new Problem(
                  400, "Can't delete fabric; the following subnets are still on it: " + s.cidr());
            });
        unrelayed(now, vlan);
      }
      tx.change("delete from vlan where fabric_id = ?", fabric.id());
      removed("fabric", fabric.id(), "fabric " + fabric.name());
    }

    public void remove(Vlan vlan) {
      if (vlan.vid() == 0) {
        throw new Problem(
            400, "This VLAN is the default VLAN in the fabric, it cannot be deleted.");
      }
      var now = now();
      now.subnetsOf(vlan).stream()
          .findFirst()
          .ifPresent(s -> {
            throw new Problem(
                400,
                "Can't delete VLAN %d: subnet %s is on it; move or delete that first."
                    .formatted(vlan.id(), s.cidr()));
          });
      unrelayed(now, vlan);
      removed("vlan", vlan.id(), "VLAN " + vlan.id());
    }

    private void unrelayed(Topology now, Vlan vlan) {
      now.vlans().stream()
          .filter(v -> v.relayVlan().equals(Optional.of(vlan.id())))
          .findFirst()
          .ifPresent(v -> {
            throw new Problem(
                400,
                "Can't delete VLAN %d: VLAN %d relays its DHCP to it."
                    .formatted(vlan.id(), v.id()));
          });
    }

    public void remove(Space space) {
      tx.change("update vlan set space_id = null where space_id = ?", space.id());
      removed("space", space.id(), "space " + space.name());
    }

    /// @param force also when it has addresses in use
    public void remove(Subnet subnet, boolean force) {
      var used = addresses.of(tx, subnet.id());
      if (!used.isEmpty() && !force) {
        var first = used.getFirst();
        throw new Problem(
            400,
            "Cannot delete subnet %s: %d of its addresses are in use, the first is %s%s."
                .formatted(
                    subnet.cidr(),
                    used.size(),
                    Ip.text(first.ip()),
                    first.machineId().isEmpty()
                        ? " of " + first.username()
                        : " of machine " + first.machineId()));
      }
      dhcpWithout(now(), subnet, "subnet " + subnet.cidr());
      removed("subnet", subnet.id(), "subnet " + subnet.cidr());
    }

    /// DHCP that has nothing left to give is switched off rather than kept from being edited.
    private void dhcpWithout(Topology now, Subnet subnet, String what) {
      var vlan = now.vlanOf(subnet);
      if (vlan.dhcpOn() && now.subnetsOf(vlan).size() == 1) {
        NetworkRows.save(tx, vlan.withDhcp(false));
        audit(false, "VLAN " + vlan.id() + " (DHCP off: " + what + " was its last)");
      }
    }

    public void remove(IpRange range) {
      removed("ip_range", range.id(), "IP range " + NetworkRules.words(range));
    }

    public void remove(ReservedIp reserved) {
      removed("reserved_ip", reserved.id(), "reserved IP " + Ip.text(reserved.ip()));
    }

    public void remove(StaticRoute route) {
      removed("static_route", route.id(), "static route " + route.id());
    }

    private void removed(String table, long id, String what) {
      tx.change("delete from " + table + " where id = ?", id);
      Audit.write(tx, clock.instant(), origin, "removed " + what);
    }
  }
}
