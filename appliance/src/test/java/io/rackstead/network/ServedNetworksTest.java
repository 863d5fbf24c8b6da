package io.rackstead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Origin;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.store.TestDatabase;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase
class ServedNetworksTest {
  private static final MacAddress CARD = MacAddress.parse("52:54:00:00:00:01");
  private static final NetworkSpec SPEC =
      NetworkSpec.parse(
          "prov0 10.77.0.0/24 server 10.77.0.50-10.77.0.199 router=10.77.0.254"
              + " 52:54:00:00:00:01=10.77.0.60");

  @TempDir Path folder;
  private Database database;
  private NetworkBook book;
  private ServedNetworks networks;

  @BeforeEach
  void open() {
    database = TestDatabase.open(folder.resolve("db"));
    book = new NetworkBook(database, InstantSource.system());
    networks =
        new ServedNetworks(
            book,
            database,
            () -> false,
            () -> "maas",
            () ->
                Map.of(
                    "prov0",
                        List.<InetAddress>of(
                            Ip.parse("fe80::1"), Ip.parse("10.77.0.1"), Ip.parse("fd77::1")),
                    "prov1", List.<InetAddress>of(Ip.parse("10.78.0.1"))));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Served only() {
    assertThat(networks.served()).hasSize(1);
    return networks.served().getFirst();
  }

  private <T> T change(java.util.function.Function<NetworkBook.Change, T> work) {
    return book.change(Origin.CONSOLE, work);
  }

  @Test
  void theNetworkOfTheConfigurationBecomesRowsAndIsServed() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    var served = only();
    assertThat(served.networkInterface()).isEqualTo("prov0");
    assertThat(served.subnet()).hasToString("10.77.0.0/24");
    assertThat(served.serverAddress().getHostAddress()).isEqualTo("10.77.0.1");
    // a reserved address is no part of a dynamic range
    assertThat(served.ranges().toString())
        .isEqualTo("[10.77.0.50-10.77.0.59, 10.77.0.61-10.77.0.199]");
    assertThat(served.reservations().get(CARD)).isEqualTo(Ip.parse("10.77.0.60"));
    assertThat(served.router()).contains(io.rackstead.pxe.net.Subnet.address("10.77.0.254"));
    assertThat(served.domain()).contains("maas");
    assertThat(book.now().subnets().getFirst().vlanId()).isEqualTo(Vlan.DEFAULT);
  }

  @Test
  void machinesAreToldOfUsForNamesWhereWeAnswerAndTheSubnetSaysNothing() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    assertThat(only().dnsServers()).isEmpty();
    networks.resolveBy(ip -> Ip.text(ip).equals("10.77.0.1"));
    book.timeBy(() -> List.of("10.77.0.9", "time.example.org"));
    var subnet = book.now().subnets().getFirst();
    assertThat(book.resolvers(subnet)).containsExactly(Ip.parse("10.77.0.1"));
    change(c -> c.save(c.now().vlan(Vlan.DEFAULT).orElseThrow()));
    assertThat(only().dnsServers().toString()).isEqualTo("[/10.77.0.1]");
    assertThat(only().timeServers().toString()).as("addresses only").isEqualTo("[/10.77.0.9]");
  }

  @Test
  void anIpv6SubnetOfAServedVlanIsServedByDhcpv6() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    assertThat(networks.served6()).isEmpty();
    var subnet =
        change(c ->
            c.save(
                new Subnet(
                    NetworkBook.NEW,
                    Vlan.DEFAULT,
                    "six",
                    "",
                    Prefix.parse("fd77::/64"),
                    Optional.empty(),
                    List.of(Ip.parse("fd77::53")),
                    2,
                    true,
                    true,
                    false,
                    true,
                    List.of(),
                    "")));
    change(c ->
        c.save(
            new IpRange(
                NetworkBook.NEW,
                subnet.id(),
                IpRange.Kind.DYNAMIC,
                Ip.parse("fd77::1000"),
                Ip.parse("fd77::1fff"),
                "",
                "")));
    change(c ->
        c.save(new ReservedIp(NetworkBook.NEW, subnet.id(), Ip.parse("fd77::aaaa"), CARD, "")));
    assertThat(networks.served6()).hasSize(1);
    var six = networks.served6().getFirst();
    assertThat(six.networkInterface()).isEqualTo("prov0");
    assertThat(six.subnet()).hasToString("fd77::/64");
    assertThat(six.serverAddress()).isEqualTo(Ip.parse("fd77::1"));
    assertThat(six.ranges()).hasToString("[fd77::1000-fd77::1fff]");
    assertThat(six.reservations().get(CARD)).isEqualTo(Ip.parse("fd77::aaaa"));
    assertThat(six.dnsServers().stream().map(Ip::text)).containsExactly("fd77::53");
    assertThat(six.domain()).contains("maas");
    assertThat(six.advertised()).as("off until an operator says so").isFalse();
    assertThat(only().subnet()).hasToString("10.77.0.0/24");
    change(c -> c.save(c.now().vlan(Vlan.DEFAULT).orElseThrow().withDhcp(false)));
    assertThat(networks.served6()).isEmpty();
  }

  @Test
  void aSecondStartChangesNothingThatAnOperatorChanged() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    change(c -> c.save(c.now().vlan(Vlan.DEFAULT).orElseThrow().withDhcp(false)));
    var before = book.now();
    ConfiguredNetworks.write(book, List.of(SPEC));
    assertThat(book.now()).isEqualTo(before);
    assertThat(networks.served()).isEmpty();
    // machines that are there still find us
    assertThat(networks.serverFor(Optional.empty())).isPresent();
  }

  @Test
  void aNetworkThatTheConfigurationNamesNoLongerFallsSilent() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    ConfiguredNetworks.write(book, List.of());
    assertThat(networks.served()).isEmpty();
    assertThat(book.now().subnets()).hasSize(1);
    ConfiguredNetworks.write(book, List.of(SPEC));
    assertThat(only().mode()).isEqualTo(Mode.SERVER);
  }

  @Test
  void anotherNetworkHasAFabricOfItsOwn() {
    ConfiguredNetworks.write(book, List.of(SPEC, NetworkSpec.parse("prov1 10.78.0.0/24 proxy")));
    assertThat(networks.served()).hasSize(2);
    assertThat(networks.served().get(1).mode()).isEqualTo(Mode.PROXY);
    assertThat(book.now().fabrics()).hasSize(2);
  }

  @Test
  void aChangedRangeAndANewAddressHoldForTheNextPacket() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    assertThat(only().ranges()).hasSize(2);
    long subnet = book.now().subnets().getFirst().id();
    change(c -> {
      c.now().ranges().forEach(c::remove);
      return c.save(
          new IpRange(
              NetworkBook.NEW,
              subnet,
              IpRange.Kind.DYNAMIC,
              Ip.parse("10.77.0.200"),
              Ip.parse("10.77.0.210"),
              "",
              "ada"));
    });
    assertThat(only().ranges().toString()).isEqualTo("[10.77.0.200-10.77.0.210]");
    var other = MacAddress.parse("52:54:00:00:00:02");
    var given =
        database.inTransaction(tx ->
            book.addresses()
                .allocate(
                    tx,
                    subnet,
                    Optional.of(other),
                    IpAddress.Kind.AUTO,
                    Optional.empty(),
                    new IpAddress.Holder("abcdef", "", "m1")));
    assertThat(only().reservations().get(other)).isEqualTo(given.ip());
    database.change(tx -> book.addresses().release(tx, given.ip()));
    assertThat(only().reservations()).containsOnlyKeys(CARD);
  }

  @Test
  void aVlanBehindARelayIsServedThroughTheOneThatItRelaysTo() {
    ConfiguredNetworks.write(book, List.of(SPEC));
    change(c -> {
      var fabric = c.save(new Fabric(NetworkBook.NEW, "far", "", ""));
      var vlan = c.now().vlan(fabric.id(), 0).orElseThrow();
      var subnet =
          c.save(
              new Subnet(
                  NetworkBook.NEW,
                  vlan.id(),
                  "far",
                  "",
                  Prefix.parse("10.99.0.0/24"),
                  Optional.empty(),
                  List.of(),
                  2,
                  true,
                  true,
                  false,
                  true,
                  List.of(),
                  ""));
      c.save(
          new IpRange(
              NetworkBook.NEW,
              subnet.id(),
              IpRange.Kind.DYNAMIC,
              Ip.parse("10.99.0.10"),
              Ip.parse("10.99.0.20"),
              "",
              ""));
      return c.save(
          new Vlan(
              vlan.id(),
              fabric.id(),
              0,
              "untagged",
              "",
              1500,
              false,
              Optional.empty(),
              Optional.of(Vlan.DEFAULT),
              "",
              Mode.SERVER));
    });
    assertThat(networks.served()).hasSize(2);
    var far = networks.served().get(1);
    assertThat(far.subnet()).hasToString("10.99.0.0/24");
    assertThat(far.serverAddress().getHostAddress()).isEqualTo("10.77.0.1");
  }

  @Test
  void addressesAreGivenFromTheFirstFreeOneUntilNoneIsLeft() {
    ConfiguredNetworks.write(
        book, List.of(NetworkSpec.parse("prov0 10.77.0.0/29 server 10.77.0.4-10.77.0.5")));
    long subnet = book.now().subnets().getFirst().id();
    var holder = new IpAddress.Holder("", "ada", "");
    for (var expected : List.of("10.77.0.1", "10.77.0.2", "10.77.0.3", "10.77.0.6")) {
      var given =
          database.inTransaction(tx ->
              book.addresses()
                  .allocate(
                      tx,
                      subnet,
                      Optional.empty(),
                      IpAddress.Kind.STICKY,
                      Optional.empty(),
                      holder));
      assertThat(Ip.text(given.ip())).isEqualTo(expected);
    }
    org.assertj.core.api.Assertions.assertThatThrownBy(() ->
            database.inTransaction(tx ->
                book.addresses()
                    .allocate(
                        tx,
                        subnet,
                        Optional.empty(),
                        IpAddress.Kind.AUTO,
                        Optional.empty(),
                        holder)))
        .hasMessageContaining("No more IPs available in subnet: 10.77.0.0/29");
  }

  @Test
  void addressesOfBothVersionsHaveOneText() {
    assertThat(Ip.text(Ip.parse("2001:0DB8:0:0:1:0:0:1"))).isEqualTo("2001:db8::1:0:0:1");
    assertThat(Ip.text(Ip.parse("::"))).isEqualTo("::");
    assertThat(Ip.text(Ip.parse("::1"))).isEqualTo("::1");
    assertThat(Ip.text(Ip.parse("fe80::"))).isEqualTo("fe80::");
    assertThat(Ip.text(Ip.parse("1:0:2:3:4:5:6:7"))).isEqualTo("1:0:2:3:4:5:6:7");
  }

  @Test
  void aStaticRouteIsToldToTheMachinesOfItsSubnet() {
    ConfiguredNetworks.write(book, List.of(SPEC, NetworkSpec.parse("prov1 10.78.0.0/24 proxy")));
    var subnets = book.now().subnets();
    change(c ->
        c.save(
            new StaticRoute(
                NetworkBook.NEW,
                subnets.get(0).id(),
                subnets.get(1).id(),
                Ip.parse("10.77.0.253"),
                0)));
    var options = networks.served().getFirst().templates().network().values();
    assertThat(options.keySet()).containsExactly(121);
    // RFC 3442: the width, three octets of the network, the router
    assertThat(
            io.rackstead.pxe.OptionTemplate.octets(
                java.util.Objects.requireNonNull(options.get(121))))
        .containsExactly(24, 10, 78, 0, 10, 77, 0, 253);
    assertThat(networks.served().get(1).templates().network().values()).isEmpty();
  }
}
