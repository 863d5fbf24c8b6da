package io.rackstead.name;

import io.rackstead.dns.DnsName;
import io.rackstead.dns.DnsRecord;
import io.rackstead.dns.DnsType;
import io.rackstead.dns.Names;
import io.rackstead.dns.Zone;
import io.rackstead.dns.Zones;
import io.rackstead.network.Domain;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Prefix;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.setting.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the DNS server answers: the domains with what operators keep in them, every node by its
/// name, and the names of all addresses of managed subnets. An edit is answered at once, a node's
/// new address within a second.
public final class Resolution implements Names {
  private static final Logger LOG = LoggerFactory.getLogger(Resolution.class);
  private static final long KEPT_NANOS = 1_000_000_000L;
  private static final int PORT = 53;
  private static final String SERVER = "rackstead";
  private static final Path RESOLVERS = Path.of("/etc/resolv.conf");

  private final NetworkBook networks;
  private final NameBook names;
  private final Settings settings;
  private final Supplier<List<Node>> nodes;
  private final Supplier<Set<InetAddress>> own;
  private final Executor later;
  private long serial;
  private volatile Kept kept = new Kept(Zones.NONE, List.of(), Long.MIN_VALUE, -1, -1);

  private record Kept(
      Zones zones, List<InetSocketAddress> upstream, long nanos, long networks, long names) {}

  /// A machine or device, and whatever else has a name of its own.
  ///
  /// @param domain its number
  public record Node(String hostname, long domain, Set<InetAddress> addresses) {}

  /// @param own our addresses in managed subnets
  /// @param later writes the serial, off the answering thread
  public Resolution(
      NetworkBook networks,
      NameBook names,
      Settings settings,
      Supplier<List<Node>> nodes,
      Supplier<Set<InetAddress>> own,
      Executor later) {
    this.networks = networks;
    this.names = names;
    this.settings = settings;
    this.nodes = nodes;
    this.own = own;
    this.later = later;
    serial = names.serial();
  }

  @Override
  public Zones zones() {
    return kept().zones();
  }

  private Kept kept() {
    var now = kept;
    return fresh(now) ? now : look();
  }

  private boolean fresh(Kept now) {
    return now.nanos() != Long.MIN_VALUE
        && now.networks() == networks.version()
        && now.names() == names.version()
        && System.nanoTime() - now.nanos() < KEPT_NANOS;
  }

  private synchronized Kept look() {
    var before = kept;
    if (fresh(before)) {
      return before;
    }
    long nanos = System.nanoTime();
    long networksNow = networks.version();
    long namesNow = names.version();
    if (namesNow != before.names()) {
      serial = Math.max(serial, names.serial());
    }
    var zones = make(serial);
    if (!zones.equals(before.zones()) && before.nanos() != Long.MIN_VALUE) {
      long next = serial + 1;
      serial = next;
      zones = make(next);
      later.execute(() -> names.reached(next));
    }
    kept = new Kept(zones, general(), nanos, networksNow, namesNow);
    return kept;
  }

  private Zones make(long number) {
    var all = networks.now();
    var known = names.now();
    int usual = Math.max(1, Integer.parseInt(or(settings.text("default_dns_ttl"), "30")));
    var server = SERVER + "." + all.defaultDomain().name();
    var forward = new HashMap<Long, List<DnsRecord>>();
    var reverse = new LinkedHashMap<InetAddress, Set<String>>();
    for (var address : own.get()) {
      add(all.defaultDomain(), SERVER, usual, Set.of(address), forward, reverse);
    }
    for (var node : nodes.get()) {
      all.domain(node.domain())
          .ifPresent(domain ->
              add(
                  domain,
                  node.hostname(),
                  domain.ttl().orElse(usual),
                  node.addresses(),
                  forward,
                  reverse));
    }
    for (var resource : known.resources()) {
      all.domain(resource.domainId())
          .ifPresent(domain -> {
            int ttl = domain.ttl().orElse(usual);
            var fqdn = resource.fqdn(domain.name());
            add(
                domain,
                resource.name(),
                resource.addressTtl().orElse(ttl),
                Set.copyOf(resource.addresses()),
                forward,
                reverse);
            for (var data : known.of(resource)) {
              into(forward, domain)
                  .add(
                      Rrdata.record(
                          data.rrtype(),
                          data.rrdata(),
                          fqdn,
                          domain.name(),
                          data.ttl().orElse(ttl)));
            }
          });
    }
    var zones = new ArrayList<Zone>();
    for (var domain : all.domains()) {
      if (domain.authoritative()) {
        zones.add(zone(domain.name(), server, number, usual, into(forward, domain)));
      }
    }
    zones.addAll(reverseZones(all, server, number, usual, reverse));
    return new Zones(zones);
  }

  private static void add(
      Domain domain,
      String name,
      long ttl,
      Set<InetAddress> addresses,
      Map<Long, List<DnsRecord>> forward,
      Map<InetAddress, Set<String>> reverse) {
    var fqdn = name.equals(DnsResource.APEX) ? domain.name() : name + "." + domain.name();
    for (var address : addresses) {
      into(forward, domain).add(DnsRecord.address(fqdn, ttl, address));
      if (!fqdn.startsWith("*")) {
        reverse.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(fqdn);
      }
    }
  }

  private static List<DnsRecord> into(Map<Long, List<DnsRecord>> forward, Domain domain) {
    return forward.computeIfAbsent(domain.id(), _ -> new ArrayList<>());
  }

  private static Zone zone(
      String name, String server, long number, long ttl, List<DnsRecord> records) {
    var all = new ArrayList<>(records);
    all.add(DnsRecord.pointing(name, DnsType.NS, ttl, server));
    return new Zone(DnsRecord.soa(name, server, "hostmaster." + name, number, ttl), all);
  }

  private static List<Zone> reverseZones(
      Topology all, String server, long number, long ttl, Map<InetAddress, Set<String>> addresses) {
    var subnets = all.subnets().stream().filter(s -> s.rdnsMode() != 0).map(Subnet::cidr).toList();
    var bySubnet = new HashMap<Prefix, List<DnsRecord>>();
    addresses.forEach((address, fqdns) ->
        subnets.stream()
            .filter(cidr -> cidr.contains(address))
            .forEach(cidr ->
                fqdns.forEach(fqdn ->
                    bySubnet
                        .computeIfAbsent(cidr, _ -> new ArrayList<>())
                        .add(
                            DnsRecord.pointing(
                                DnsName.reverse(address), DnsType.PTR, ttl, fqdn)))));
    var zones = new LinkedHashMap<String, List<DnsRecord>>();
    for (var cidr : subnets) {
      for (var name : ReverseZones.of(cidr)) {
        zones
            .computeIfAbsent(name, _ -> new ArrayList<>())
            .addAll(bySubnet.getOrDefault(cidr, List.of()));
      }
    }
    return zones.entrySet().stream()
        .map(e -> zone(e.getKey(), server, number, ttl, e.getValue()))
        .toList();
  }

  /// Loopback, the managed subnets that may ask, and whom the operator trusts besides.
  @Override
  public boolean mayForward(InetAddress client) {
    if (client.isLoopbackAddress()) {
      return true;
    }
    return networks.now().containing(client).filter(Subnet::allowDns).isPresent()
        || words("dns_trusted_acl").anyMatch(text -> trusted(text, client));
  }

  private static boolean trusted(String text, InetAddress client) {
    try {
      return Prefix.parse(text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32"))
          .contains(client);
    } catch (IllegalArgumentException e) {
      LOG.debug("dns_trusted_acl: {}", e.getMessage());
      return false;
    }
  }

  /// A domain that is not ours has its own servers; for all others it is `upstream_dns`, or what
  /// this host asks itself.
  @Override
  public List<InetSocketAddress> upstream(String name) {
    return networks.now().domains().stream()
        .filter(d -> !d.authoritative() && !d.forward().isEmpty())
        .filter(d -> ("." + name).endsWith("." + DnsName.lower(d.name())))
        .max(java.util.Comparator.comparingInt(d -> d.name().length()))
        .map(d -> d.forward().stream().map(ip -> new InetSocketAddress(ip, PORT)).toList())
        .orElseGet(() -> kept().upstream());
  }

  private List<InetSocketAddress> general() {
    var configured = words("upstream_dns").toList();
    return (configured.isEmpty() ? ofHost() : configured.stream())
        .flatMap(text -> {
          try {
            return Stream.of(Ip.parse(text));
          } catch (IllegalArgumentException e) {
            LOG.debug("upstream_dns: {}", e.getMessage());
            return Stream.empty();
          }
        })
        .filter(ip -> !own.get().contains(ip))
        .map(ip -> new InetSocketAddress(ip, PORT))
        .toList();
  }

  private Stream<String> words(String setting) {
    return Stream.of(settings.text(setting).split("[,\\s]+", -1)).filter(word -> !word.isEmpty());
  }

  private static Stream<String> ofHost() {
    try {
      return Files.readAllLines(RESOLVERS).stream()
          .map(line -> line.strip().split("\\s+", -1))
          .filter(words -> words.length > 1 && words[0].equals("nameserver"))
          .map(words -> words[1]);
    } catch (IOException e) {
      LOG.debug("{} cannot be read: {}", RESOLVERS, e.getMessage());
      return Stream.empty();
    }
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }
}
