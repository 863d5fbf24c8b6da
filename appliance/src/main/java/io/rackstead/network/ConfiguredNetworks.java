package io.rackstead.network;

import io.rackstead.access.Origin;
import io.rackstead.network.IpRange.Kind;
import io.rackstead.network.NetworkBook.Change;
import io.rackstead.pxe.Networks.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The networks of the configuration become rows at the first start that names them. From then on
/// the rows are the operator's: the configuration says only on which interface each one lies, and
/// whether we serve there or stand beside another server.
public final class ConfiguredNetworks {
  private ConfiguredNetworks() {}

  public static void write(NetworkBook book, List<NetworkSpec> specs) {
    var now = book.now();
    if (specs.stream().allMatch(spec -> asConfigured(now, spec)) && noOthers(now, specs)) {
      return;
    }
    book.change(
        Origin.APPLIANCE,
        change -> {
          leave(change, specs);
          specs.forEach(spec -> take(change, spec));
          return specs.size();
        });
  }

  private static Prefix prefix(NetworkSpec spec) {
    return Prefix.parse(spec.subnet().toString());
  }

  private static Optional<Subnet> row(Topology now, NetworkSpec spec) {
    return now.subnets().stream().filter(s -> s.cidr().equals(prefix(spec))).findFirst();
  }

  private static boolean asConfigured(Topology now, NetworkSpec spec) {
    return row(now, spec)
        .map(now::vlanOf)
        .filter(
            v -> v.networkInterface().equals(spec.networkInterface()) && v.mode() == spec.mode())
        .isPresent();
  }

  private static boolean configured(Topology now, Vlan vlan, List<NetworkSpec> specs) {
    return specs.stream()
        .anyMatch(spec -> row(now, spec).filter(s -> s.vlanId() == vlan.id()).isPresent());
  }

  private static boolean noOthers(Topology now, List<NetworkSpec> specs) {
    return now.vlans().stream()
        .allMatch(v -> v.networkInterface().isEmpty() || configured(now, v, specs));
  }

  /// Where the configuration named a network once and does so no longer, DHCP falls silent.
  private static void leave(Change change, List<NetworkSpec> specs) {
    var now = change.now();
    for (var vlan : now.vlans()) {
      if (!vlan.networkInterface().isEmpty() && !configured(now, vlan, specs)) {
        change.save(vlan.withDhcp(false).at("", Mode.SERVER));
      }
    }
  }

  private static void take(Change change, NetworkSpec spec) {
    var known = row(change.now(), spec);
    if (known.isPresent()) {
      var vlan = change.now().vlanOf(known.get());
      boolean named = !vlan.networkInterface().isEmpty();
      change.save((named ? vlan : vlan.withDhcp(true)).at(spec.networkInterface(), spec.mode()));
      return;
    }
    var vlan = vlanFor(change, spec);
    var subnet =
        change.save(
            new Subnet(
                NetworkBook.NEW,
                vlan.id(),
                spec.subnet().toString(),
                "",
                prefix(spec),
                spec.router().map(r -> r),
                List.copyOf(spec.dns()),
                2,
                true,
                true,
                false,
                true,
                List.of(),
                spec.domain().orElse("")));
    for (var range : merged(spec)) {
      change.save(
          new IpRange(
              NetworkBook.NEW,
              subnet.id(),
              Kind.DYNAMIC,
              range.first(),
              range.last(),
              "from the configuration",
              ""));
    }
    spec.reservations()
        .forEach(
            (mac, ip) -> change.save(new ReservedIp(NetworkBook.NEW, subnet.id(), ip, mac, "")));
    change.save(vlan.withDhcp(true).at(spec.networkInterface(), spec.mode()));
  }

  /// The ranges without the reserved addresses in them, which dynamic ranges leave out.
  private static List<io.rackstead.pxe.net.AddressRange> merged(NetworkSpec spec) {
    var cut = new ArrayList<io.rackstead.pxe.net.AddressRange>();
    for (var range : spec.ranges()) {
      long first = bits(range.first());
      long last = bits(range.last());
      var holes =
          spec.reservations().values().stream()
              .filter(range::contains)
              .map(ConfiguredNetworks::bits)
              .sorted()
              .distinct()
              .toList();
      for (long hole : holes) {
        part(cut, first, hole - 1);
        first = hole + 1;
      }
      part(cut, first, last);
    }
    return cut;
  }

  private static long bits(java.net.Inet4Address address) {
    return Integer.toUnsignedLong(io.rackstead.pxe.net.Subnet.bits(address));
  }

  private static void part(List<io.rackstead.pxe.net.AddressRange> into, long first, long last) {
    if (first <= last) {
      into.add(
          new io.rackstead.pxe.net.AddressRange(
              io.rackstead.pxe.net.Subnet.address((int) first),
              io.rackstead.pxe.net.Subnet.address((int) last)));
    }
  }

  /// The one that is on this interface already, the default one while it is empty, or a new one.
  private static Vlan vlanFor(Change change, NetworkSpec spec) {
    var now = change.now();
    var same =
        now.vlans().stream()
            .filter(v -> v.networkInterface().equals(spec.networkInterface()))
            .findFirst();
    if (same.isPresent()) {
      return same.get();
    }
    var first = now.vlan(Vlan.DEFAULT).orElseThrow();
    if (first.networkInterface().isEmpty() && now.subnetsOf(first).isEmpty()) {
      return first;
    }
    var fabric = change.save(new Fabric(NetworkBook.NEW, "", "", ""));
    return change.now().vlan(fabric.id(), 0).orElseThrow();
  }
}
