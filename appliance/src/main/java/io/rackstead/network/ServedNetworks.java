package io.rackstead.network;

import io.rackstead.network.IpRange.Kind;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What DHCP may do on each wire now: the VLANs with DHCP on, their IPv4 subnets, ranges and
/// reservations, with our own address there. A change of them holds from the next packet on.
public final class ServedNetworks implements Networks {
  private static final Logger LOG = LoggerFactory.getLogger(ServedNetworks.class);
  public static final Duration LEASE = Duration.ofHours(1);
  private static final long KEPT_NANOS = 5_000_000_000L;

  private final NetworkBook book;
  private final Database database;
  private final BooleanSupplier silent;
  private final Supplier<Map<String, List<InetAddress>>> interfaces;
  private final Supplier<String> domain;
  private volatile Predicate<InetAddress> resolver = _ -> false;
  private volatile Optional<ClientOptions> extras = Optional.empty();
  private volatile Kept kept = new Kept(List.of(), List.of(), List.of(), Long.MIN_VALUE, -1);

  /// @param ours networks that we have an address on, whether DHCP is on there or not
  private record Kept(
      List<Served> served, List<Served> ours, List<Served6> six, long nanos, long version) {}

  /// @param silent DHCP gives nothing away while it is so
  /// @param domain what machines are told where the subnet says nothing
  public ServedNetworks(
      NetworkBook book, Database database, BooleanSupplier silent, Supplier<String> domain) {
    this(book, database, silent, domain, ServedNetworks::ofHost);
  }

  /// @param interfaces our addresses by interface
  ServedNetworks(
      NetworkBook book,
      Database database,
      BooleanSupplier silent,
      Supplier<String> domain,
      Supplier<Map<String, List<InetAddress>>> interfaces) {
    this.book = book;
    this.database = database;
    this.silent = silent;
    this.domain = domain;
    this.interfaces = interfaces;
  }

  /// Interfaces come and go, so they are looked at again every few seconds, not for every packet.
  @Override
  public List<Served> served() {
    return kept().served();
  }

  @Override
  public List<Served6> served6() {
    return kept().six();
  }

  private Kept kept() {
    var now = kept;
    long nanos = System.nanoTime();
    long version = book.version();
    if (now.nanos() == Long.MIN_VALUE
        || now.version() != version
        || nanos - now.nanos() > KEPT_NANOS) {
      var fresh = look(nanos, version);
      // pools are made anew only for another value
      now =
          fresh.served().equals(now.served())
                  && fresh.ours().equals(now.ours())
                  && fresh.six().equals(now.six())
              ? new Kept(now.served(), now.ours(), now.six(), nanos, version)
              : fresh;
      kept = now;
    }
    return now;
  }

  /// Our address as the client reaches us: on the network that it is in, else on the first.
  public Optional<Inet4Address> serverFor(Optional<InetAddress> client) {
    var ours = kept().ours();
    return client
        .filter(Inet4Address.class::isInstance)
        .map(Inet4Address.class::cast)
        .flatMap(address -> ours.stream().filter(s -> s.subnet().contains(address)).findFirst())
        .or(() -> ours.stream().findFirst())
        .map(Served::serverAddress);
  }

  /// Where we answer names ourselves: machines are told so where the subnet says nothing else.
  public void resolveBy(Predicate<InetAddress> newResolver) {
    resolver = newResolver;
    book.resolveBy(this::resolvers);
  }

  /// What an operator wants clients to be told beyond all that.
  public void tellBy(ClientOptions options) {
    extras = Optional.of(options);
  }

  private List<InetAddress> resolvers(Subnet subnet) {
    return !subnet.dnsServers().isEmpty() || !subnet.allowDns()
        ? subnet.dnsServers()
        : interfaces.get().values().stream()
            .flatMap(List::stream)
            .filter(subnet.cidr()::contains)
            .filter(resolver)
            .limit(1)
            .toList();
  }

  /// All addresses of ours that are in a managed subnet.
  public Set<InetAddress> own() {
    var subnets = book.now().subnets();
    var own = new LinkedHashSet<InetAddress>();
    if (!subnets.isEmpty()) {
      interfaces.get().values().stream()
          .flatMap(List::stream)
          .filter(ip -> subnets.stream().anyMatch(s -> s.cidr().contains(ip)))
          .forEach(own::add);
    }
    return own;
  }

  private List<Inet4Address> dnsServers(Subnet subnet, Inet4Address here) {
    boolean ours = subnet.dnsServers().isEmpty() && subnet.allowDns() && resolver.test(here);
    return ours
        ? List.of(here)
        : subnet.dnsServers().stream()
            .filter(Inet4Address.class::isInstance)
            .map(Inet4Address.class::cast)
            .toList();
  }

  private Kept look(long nanos, long version) {
    var all = book.now();
    var known =
        new Known(
            interfaces.get(),
            addressesByMac(Inet4Address.class),
            extras.map(ClientOptions::list).orElse(List.of()));
    var six = new SixNetworks(addressesByMac(Inet6Address.class), extras, domain, resolver);
    var served = new ArrayList<Served>();
    var ours = new ArrayList<Served>();
    for (var vlan : all.vlans()) {
      for (var subnet : servable(all, vlan)) {
        var one = served(all, vlan, vlan, subnet, known);
        one.ifPresent(ours::add);
        one.filter(_ -> vlan.dhcpOn()).ifPresent(served::add);
      }
    }
    for (var vlan : all.vlans()) {
      var target = vlan.relayVlan().flatMap(all::vlan);
      if (target.isPresent() && target.get().dhcpOn()) {
        servable(all, vlan)
            .forEach(
                subnet -> served(all, vlan, target.get(), subnet, known).ifPresent(served::add));
      }
    }
    return silent.getAsBoolean()
        ? new Kept(List.of(), List.of(), List.of(), nanos, version)
        : new Kept(List.copyOf(served), List.copyOf(ours), six.served(all, known), nanos, version);
  }

  /// DHCP is spoken in IPv4 subnets of /8 to /30.
  private static List<Subnet> servable(Topology all, Vlan vlan) {
    return all.subnetsOf(vlan).stream()
        .filter(s -> s.cidr().v4() && s.cidr().length() <= 30)
        .toList();
  }

  private <A extends InetAddress> Map<Long, Map<MacAddress, A>> addressesByMac(Class<A> family) {
    var bySubnet = new HashMap<Long, Map<MacAddress, A>>();
    for (var address : database.read(book.addresses()::all)) {
      if (address.mac().isPresent() && family.isInstance(address.ip())) {
        bySubnet
            .computeIfAbsent(address.subnetId(), _ -> new HashMap<>())
            .putIfAbsent(address.mac().get(), family.cast(address.ip()));
      }
    }
    return bySubnet;
  }

  /// What is read once for all networks.
  record Known(
      Map<String, List<InetAddress>> interfaces,
      Map<Long, Map<MacAddress, Inet4Address>> fixed,
      List<ClientOptions.Of> told) {}

  private record Ours(String networkInterface, Inet4Address address) {}

  /// @param wire the VLAN that we are on ourselves: the same, or the one that it is relayed to
  private Optional<Served> served(Topology all, Vlan vlan, Vlan wire, Subnet subnet, Known known) {
    var of = vlan.id() == wire.id() ? List.of(subnet) : all.subnetsOf(wire);
    return of.stream()
        .flatMap(s -> ours(wire, s, known.interfaces()).stream())
        .findFirst()
        .map(here -> {
          var reservations = new HashMap<>(known.fixed().getOrDefault(subnet.id(), Map.of()));
          for (var reserved : all.reservedOf(subnet)) {
            reservations.put(reserved.mac(), (Inet4Address) reserved.ip());
          }
          return new Served(
              here.networkInterface(),
              new io.rackstead.pxe.net.Subnet(
                  (Inet4Address) subnet.cidr().network(), subnet.cidr().length()),
              wire.mode(),
              here.address(),
              all.rangesOf(subnet).stream()
                  .filter(r -> r.kind() == Kind.DYNAMIC)
                  .map(r -> new AddressRange((Inet4Address) r.start(), (Inet4Address) r.end()))
                  .toList(),
              reservations,
              subnet.gateway().map(Inet4Address.class::cast),
              dnsServers(subnet, here.address()),
              timeServers(),
              Optional.of(subnet.dhcpDomain().isEmpty() ? domain.get() : subnet.dhcpDomain())
                  .filter(name -> !name.isEmpty()),
              LEASE,
              extras
                  .map(said ->
                      said.of(known.told(), subnet, all.rangesOf(subnet), extra(all, subnet)))
                  .orElseGet(() -> OptionTemplates.all(extra(all, subnet))));
        });
  }

  /// Static routes become option 121.
  private static OptionTemplate extra(Topology all, Subnet subnet) {
    var routes =
        all.routes().stream()
            .filter(route -> route.sourceId() == subnet.id())
            .filter(route -> route.gateway() instanceof Inet4Address)
            .sorted(Comparator.comparingInt(StaticRoute::metric))
            .flatMap(route ->
                all.subnet(route.destinationId()).stream()
                    .filter(to -> to.cidr().v4())
                    .map(to -> to.cidr() + " via " + route.gateway().getHostAddress()))
            .distinct()
            .collect(Collectors.joining(", "));
    return routes.isEmpty()
        ? OptionTemplate.NONE
        : OptionTemplate.of(Map.of("classless-static-routes", routes));
  }

  /// Option 42 knows addresses only.
  private List<Inet4Address> timeServers() {
    return book.timeServers().stream()
        .filter(text -> text.matches("[0-9.]+"))
        .map(Ip::parse)
        .filter(Inet4Address.class::isInstance)
        .map(Inet4Address.class::cast)
        .toList();
  }

  private static Optional<Ours> ours(
      Vlan wire, Subnet subnet, Map<String, List<InetAddress>> known) {
    return known.entrySet().stream()
        .filter(
            e -> wire.networkInterface().isEmpty() || e.getKey().equals(wire.networkInterface()))
        .flatMap(e ->
            e.getValue().stream()
                .filter(Inet4Address.class::isInstance)
                .filter(subnet.cidr()::contains)
                .map(address -> new Ours(e.getKey(), (Inet4Address) address)))
        .findFirst();
  }

  private static Map<String, List<InetAddress>> ofHost() {
    var found = new LinkedHashMap<String, List<InetAddress>>();
    try {
      NetworkInterface.networkInterfaces()
          .forEach(one -> found.put(one.getName(), one.inetAddresses().toList()));
    } catch (SocketException e) {
      LOG.warn("the interfaces of this host cannot be read: {}", e.getMessage());
    }
    return found;
  }
}
