package io.rackstead.network;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.net.Inet4Address;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// DHCP options that an operator wants clients to have, of a subnet, a range or a machine. They
/// hold from the next packet on.
public final class ClientOptions {
  /// No option of DHCP, and said in the same place: by which loaders firmware boots.
  public static final String BOOT_CHAIN = "boot-chain";

  /// No option either: whether we advertise an IPv6 subnet on its link.
  public static final String ROUTER_ADVERTISEMENT = "router-advertisement";

  private static final Logger LOG = LoggerFactory.getLogger(ClientOptions.class);

  private final Database database;
  private final NetworkBook book;
  private final Machines machines;
  private final InstantSource clock;

  /// Whose options they are.
  public enum Scope {
    SUBNET("subnet_id"),
    RANGE("range_id"),
    MACHINE("machine_id");

    private final String column;

    Scope(String column) {
      this.column = column;
    }
  }

  /// @param target the id of the subnet or range, the machine's system id
  public record Of(Scope scope, String target, SortedMap<String, String> options) {}

  public ClientOptions(
      Database database, NetworkBook book, Machines machines, InstantSource clock) {
    this.database = database;
    this.book = book;
    this.machines = machines;
    this.clock = clock;
  }

  /// Each that has any.
  public List<Of> list() {
    return database.read(ClientOptions::all);
  }

  private static List<Of> all(Tx tx) {
    var found = new TreeMap<Scope, Map<String, SortedMap<String, String>>>();
    for (var scope : Scope.values()) {
      tx.list(
              "select cast(%1$s as varchar(20)), name, option_value from client_option where %1$s is not null"
                  .formatted(scope.column),
              row -> List.of(row.getString(1), row.getString(2), row.getString(3)))
          .forEach(row ->
              found
                  .computeIfAbsent(scope, _ -> new TreeMap<>())
                  .computeIfAbsent(row.getFirst(), _ -> new TreeMap<>())
                  .put(row.get(1), row.get(2)));
    }
    return found.entrySet().stream()
        .flatMap(of ->
            of.getValue().entrySet().stream()
                .map(one -> new Of(of.getKey(), one.getKey(), one.getValue())))
        .toList();
  }

  /// These instead of all that were.
  ///
  /// @throws IllegalArgumentException names the option that cannot be
  public Of put(Origin origin, Scope scope, String target, Map<String, String> options) {
    if (scope == Scope.RANGE && options.containsKey(BOOT_CHAIN)) {
      throw new IllegalArgumentException(
          BOOT_CHAIN + " is of a subnet or a machine: a range is known too late");
    }
    var advertise = options.getOrDefault(ROUTER_ADVERTISEMENT, "off");
    if (!advertise.equals("on") && !advertise.equals("off")) {
      throw new IllegalArgumentException(ROUTER_ADVERTISEMENT + " is on or off, got " + advertise);
    }
    if (scope != Scope.SUBNET && options.containsKey(ROUTER_ADVERTISEMENT)) {
      throw new IllegalArgumentException(ROUTER_ADVERTISEMENT + " is of a subnet");
    }
    LoaderChain.parse(options.getOrDefault(BOOT_CHAIN, LoaderChain.IPXE.text()));
    OptionTemplate.of(plain(options));
    return book.<Of>change(
        origin,
        change -> {
          var tx = change.tx();
          Object id = scope == Scope.MACHINE ? target : Long.parseLong(target);
          tx.change("delete from client_option where " + scope.column + " = ?", id);
          new TreeMap<>(options)
              .forEach((name, value) ->
                  tx.insert(
                      "insert into client_option (%s, name, option_value) values (?, ?, ?)"
                          .formatted(scope.column),
                      id,
                      name,
                      value));
          Audit.write(
              tx,
              clock.instant(),
              origin,
              "changed the DHCP options of %s %s: %s"
                  .formatted(
                      scope.name().toLowerCase(java.util.Locale.ROOT),
                      target,
                      options.isEmpty()
                          ? "none"
                          : String.join(", ", new TreeMap<>(options).keySet())));
          return new Of(scope, target, new TreeMap<>(options));
        });
  }

  /// Whether there is such a subnet, range or machine.
  public boolean exists(Scope scope, String target) {
    var now = book.now();
    return switch (scope) {
      case SUBNET -> now.subnets().stream().anyMatch(s -> target.equals(s.id() + ""));
      case RANGE -> now.ranges().stream().anyMatch(r -> target.equals(r.id() + ""));
      case MACHINE -> machine(target).isPresent();
    };
  }

  private Optional<Machine> machine(String id) {
    return machines.list().stream().filter(m -> m.id().text().equals(id)).findFirst();
  }

  /// What clients of a subnet are told: what follows from the network itself, under what was said.
  OptionTemplates of(List<Of> all, Subnet subnet, List<IpRange> ranges, OptionTemplate itself) {
    var network = itself;
    var byRange = new HashMap<AddressRange, OptionTemplate>();
    var byMac = new HashMap<MacAddress, OptionTemplate>();
    var chain = LoaderChain.IPXE;
    var chains = new HashMap<MacAddress, LoaderChain>();
    for (var one : all) {
      var template = template(one);
      switch (one.scope()) {
        case SUBNET -> {
          if (one.target().equals(subnet.id() + "")) {
            network = network.under(template);
            chain = chain(one).orElse(chain);
          }
        }
        case RANGE ->
            ranges.stream()
                .filter(range -> one.target().equals(range.id() + ""))
                .filter(range -> range.start() instanceof Inet4Address)
                .forEach(range ->
                    byRange.put(
                        new AddressRange((Inet4Address) range.start(), (Inet4Address) range.end()),
                        template));
        case MACHINE ->
            machine(one.target())
                .ifPresent(machine ->
                    machine
                        .identity()
                        .macs()
                        .forEach(mac -> {
                          byMac.put(mac, template);
                          chain(one).ifPresent(of -> chains.put(mac, of));
                        }));
      }
    }
    return new OptionTemplates(network, byRange, byMac, chain, chains);
  }

  static boolean advertised(List<Of> all, Subnet subnet) {
    return all.stream()
        .filter(one -> one.scope() == Scope.SUBNET && one.target().equals(subnet.id() + ""))
        .anyMatch(one -> one.options().getOrDefault(ROUTER_ADVERTISEMENT, "off").equals("on"));
  }

  private static Optional<LoaderChain> chain(Of of) {
    return Optional.ofNullable(of.options().get(BOOT_CHAIN)).map(LoaderChain::parse);
  }

  private static Map<String, String> plain(Map<String, String> options) {
    var plain = new TreeMap<>(options);
    plain.remove(BOOT_CHAIN);
    plain.remove(ROUTER_ADVERTISEMENT);
    return plain;
  }

  private static OptionTemplate template(Of of) {
    try {
      return OptionTemplate.of(plain(of.options()));
    } catch (IllegalArgumentException e) {
      LOG.error(
          "the DHCP options of {} {} are not told: {}", of.scope(), of.target(), e.getMessage());
      return OptionTemplate.NONE;
    }
  }
}
