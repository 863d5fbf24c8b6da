package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.Dhcp.ANNA;
import static io.rackstead.pxe.dhcp.Dhcp.BERT;
import static io.rackstead.pxe.dhcp.Dhcp.at;
import static io.rackstead.pxe.dhcp.Dhcp.from;
import static io.rackstead.pxe.dhcp.Dhcp.on;
import static io.rackstead.pxe.dhcp.Dhcp.relayed;
import static io.rackstead.pxe.dhcp.MessageType.ACK;
import static io.rackstead.pxe.dhcp.MessageType.DECLINE;
import static io.rackstead.pxe.dhcp.MessageType.DISCOVER;
import static io.rackstead.pxe.dhcp.MessageType.INFORM;
import static io.rackstead.pxe.dhcp.MessageType.NAK;
import static io.rackstead.pxe.dhcp.MessageType.RELEASE;
import static io.rackstead.pxe.dhcp.MessageType.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.dhcp.Answer.Reply;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Relays, and clients that misbehave.
class DhcpRelayTest {
  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private final List<Served> served = new ArrayList<>();
  private final Set<MacAddress> known = new HashSet<>();
  private LeaseLog leases;
  private DhcpResponder responder;
  private ForeignServers foreign;

  @BeforeEach
  void start() throws IOException {
    leases = LeaseLog.open(folder, () -> now);
    served.add(Dhcp.network("prov0", "10.0.0", Mode.SERVER));
    served.add(Dhcp.network("prov0", "10.9.0", Mode.SERVER));
    foreign = new ForeignServers(() -> now);
    responder =
        new DhcpResponder(
            () -> List.copyOf(served),
            new BootOffers(
                new Knows(), Loaders.none(folder), () -> 5248, new LoadersSeen(() -> now)),
            Optional.of(leases),
            () -> now,
            DhcpPorts.STANDARD,
            new Admission(() -> nanos),
            foreign);
  }

  @AfterEach
  void stop() throws IOException {
    leases.close();
  }

  @ParameterizedTest
  @CsvSource({
    // giaddr, sub-options of 82, option 118, network of the answer
    "10.9.0.1, '',                     '',       10.9.0",
    "10.9.0.1, 0504 0a000000,          '',       10.0.0",
    "10.9.0.1, 0102 abcd 0504 0a000000, '',      10.0.0",
    "10.9.0.1, '',                     0a000000, 10.0.0",
    "10.9.0.1, 0504 0a090000,          0a000000, 10.9.0",
    "0.0.0.0,  '',                     0a090000, 10.9.0",
    "10.9.0.1, 0504 0a000000 05,       '',       10.0.0",
    "10.9.0.1, 0503 0a0000,            '',       10.9.0",
    "10.9.0.1, 05ff 0a0000,            '',       10.9.0",
  })
  void theLinkIsTheRelaysBeforeTheClientsBeforeThatOfTheRelayItself(
      String giaddr, String relayInfo, String selected, String prefix) {
    var options = DhcpOptions.NONE;
    if (!relayInfo.isEmpty()) {
      options = options.with(DhcpOptions.RELAY_AGENT, hex(relayInfo));
    }
    if (!selected.isEmpty()) {
      options = options.with(DhcpOptions.SUBNET_SELECTION, hex(selected));
    }
    var reply = answer(relayed(ANNA, DISCOVER, giaddr, "0.0.0.0", options)).message();
    assertThat(reply.yiaddr()).isEqualTo(at(prefix + ".50"));
    for (int echoed : new int[] {DhcpOptions.RELAY_AGENT, DhcpOptions.SUBNET_SELECTION}) {
      assertThat(reply.options().octets(echoed).map(HexFormat.of()::formatHex))
          .isEqualTo(options.octets(echoed).map(HexFormat.of()::formatHex));
    }
  }

  @Test
  void aLinkThatIsNotServedIsNotAnsweredThoughTheRelaysOwnIs() {
    var options = DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, hex("0504 ac100000"));
    assertThat(silence(relayed(ANNA, DISCOVER, "10.9.0.1", "0.0.0.0", options)))
        .endsWith("no served network fits: the relay selects the link in 172.16.0.0");
  }

  @Test
  void theServersIdentifierIsTheRelaysOwnWhereItWantsThat() {
    var info = DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, hex("0b04 0a090001"));
    var offer = answer(relayed(ANNA, DISCOVER, "10.9.0.1", "0.0.0.0", info)).message();
    assertThat(offer.options().address(DhcpOptions.SERVER_ID)).contains(at("10.9.0.1"));
    var request =
        info.with(DhcpOptions.SERVER_ID, at("10.9.0.1"))
            .with(DhcpOptions.REQUESTED_ADDRESS, offer.yiaddr());
    var ack = answer(relayed(ANNA, REQUEST, "10.9.0.1", "0.0.0.0", request)).message();
    assertThat(ack.type()).contains(ACK);
    assertThat(ack.options().address(DhcpOptions.SERVER_ID)).contains(at("10.9.0.1"));
    // the renewal then goes to the relay, which adds itself
    var renewal = answer(relayed(ANNA, REQUEST, "10.9.0.1", "10.9.0.50", info));
    assertThat(renewal.message().type()).contains(ACK);
    assertThat(renewal.to()).isEqualTo(at("10.9.0.1"));
  }

  @Test
  void theRelaysFlagSaysThatTheClientSentToItAlone() {
    var flagged = DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, hex("0a01 80 0101 07 0201 08"));
    var info = RelayInfo.of(relayed(ANNA, REQUEST, "10.9.0.1", "10.9.0.50", flagged));
    assertThat(info.unicast()).isTrue();
    assertThat(info.port()).isEqualTo("c07r08");
  }

  @Test
  void aClientThatRebindsThroughARelayKeepsItsAddress() {
    var first = take(ANNA, DhcpOptions.NONE);
    now = now.plusSeconds(3400);
    var ack = answer(relayed(ANNA, REQUEST, "10.9.0.1", first, DhcpOptions.NONE)).message();
    assertThat(ack.type()).contains(ACK);
    assertThat(ack.yiaddr()).isEqualTo(at(first));
  }

  @Test
  void aMessageThatWentThroughTooManyRelaysIsALoop() {
    var looping =
        Dhcp.message(ANNA, 17, DhcpMessage.NONE, at("10.9.0.1"), DISCOVER, DhcpOptions.NONE);
    assertThat(silence(looping)).contains("17 relays: they form a loop");
  }

  @ParameterizedTest
  @CsvSource({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"})
  void anAddressThatNoAdapterHasGetsNothing(String mac) {
    assertThat(silence(from(MacAddress.parse(mac), DISCOVER, DhcpOptions.NONE)))
        .endsWith("no adapter has this address");
  }

  @Test
  void anOfferThatTheClientDidNotTakeIsFreeForTheNextAndTheOtherServerIsNoticed() {
    var offered = answer(from(ANNA, DISCOVER, DhcpOptions.NONE)).message().yiaddr();
    silence(
        from(
            ANNA,
            REQUEST,
            DhcpOptions.NONE
                .with(DhcpOptions.SERVER_ID, at("10.0.0.99"))
                .with(DhcpOptions.REQUESTED_ADDRESS, at("10.0.0.77"))));
    assertThat(answer(from(BERT, DISCOVER, DhcpOptions.NONE)).message().yiaddr())
        .isEqualTo(offered);
    assertThat(foreign.rogues())
        .singleElement()
        .extracting(ForeignServers.Seen::text)
        .asString()
        .isEqualTo(
            "another DHCP server, 10.0.0.99, answers on prov0: 52:54:00:00:00:0a took its offer;"
                + " switch it off, or serve that network as proxy");
    now = now.plusSeconds(3600);
    assertThat(foreign.rogues()).isEmpty();
  }

  @Test
  void aReleaseOrDeclineForAnotherServerChangesNothing() {
    var address = at(take(ANNA, DhcpOptions.NONE));
    var other = DhcpOptions.NONE.with(DhcpOptions.SERVER_ID, at("10.0.0.99"));
    silence(relayed(ANNA, RELEASE, "10.9.0.1", address.getHostAddress(), other));
    silence(
        relayed(
            ANNA,
            DECLINE,
            "10.9.0.1",
            "0.0.0.0",
            other.with(DhcpOptions.REQUESTED_ADDRESS, address)));
    assertThat(leases.at(address).map(Lease::kind)).contains(Lease.Kind.BOUND);
  }

  @Test
  void aFloodOfDeclinesTakesThreeAddressesOutOfUseAndNoMore() {
    for (int i = 0; i < 3; i++) {
      var mine = take(ANNA, DhcpOptions.NONE);
      var declined = DhcpOptions.NONE.with(DhcpOptions.REQUESTED_ADDRESS, at(mine));
      assertThat(silence(relayed(ANNA, DECLINE, "10.9.0.1", "0.0.0.0", declined)))
          .endsWith("is used by somebody else and set aside");
    }
    assertThat(silence(relayed(ANNA, DISCOVER, "10.9.0.1", "0.0.0.0", DhcpOptions.NONE)))
        .contains("no free address");
    assertThat(take(BERT, DhcpOptions.NONE)).isEqualTo("10.9.0.53");
    now = now.plusSeconds(3601);
    nanos += 3_601_000_000_000L;
    assertThat(take(ANNA, DhcpOptions.NONE)).isEqualTo("10.9.0.54");
  }

  @Test
  void aClientThatAsksWithoutEndIsAnsweredForAWhileAndToldOfOnce() {
    int answered = 0;
    int told = 0;
    for (int i = 0; i < 1000; i++) {
      var answer = responder.answer(from(ANNA, DISCOVER, DhcpOptions.NONE), on("prov0"));
      answered += answer.reply().isPresent() ? 1 : 0;
      told += answer.trace().isPresent() && answer.reply().isEmpty() ? 1 : 0;
    }
    assertThat(answered).isEqualTo(60);
    assertThat(told).isEqualTo(1);
    nanos += 1_000_000_000;
    assertThat(answer(from(ANNA, DISCOVER, DhcpOptions.NONE))).isNotNull();
    assertThat(answer(from(BERT, DISCOVER, DhcpOptions.NONE))).isNotNull();
  }

  @Test
  void strangersOnOneSwitchPortCannotTakeAllAndAMachineOnRecordThereIsStillServed() {
    var port = DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, hex("0103 657431 0202 7377"));
    served.set(1, wide());
    int offered = 0;
    for (int i = 0; i < 200; i++) {
      var mac = new MacAddress(0x0200_0000_0000L + i);
      offered +=
          responder
                  .answer(relayed(mac, DISCOVER, "10.9.0.1", "0.0.0.0", port), on("prov0"))
                  .reply()
                  .isPresent()
              ? 1
              : 0;
    }
    assertThat(offered).isEqualTo(64);
    known.add(ANNA);
    assertThat(answer(relayed(ANNA, DISCOVER, "10.9.0.1", "0.0.0.0", port))).isNotNull();
    var other = DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, hex("0103 657432 0202 7377"));
    assertThat(answer(relayed(BERT, DISCOVER, "10.9.0.1", "0.0.0.0", other))).isNotNull();
  }

  @Test
  void theLastOfManyAddressesAreForMachinesOnRecord() {
    served.set(1, wide());
    int offered = 0;
    for (int i = 0; i < 300; i++) {
      var mac = new MacAddress(0x5254_0000_1000L + i);
      var answer =
          responder.answer(
              relayed(mac, DISCOVER, "10.9.0.1", "0.0.0.0", DhcpOptions.NONE), on("prov0"));
      offered += answer.reply().isPresent() ? 1 : 0;
    }
    assertThat(offered).isEqualTo(188); // 200, less one in sixteen
    assertThat(leases.usage(wide()).nearlyFull()).isTrue();
    known.add(ANNA);
    assertThat(answer(relayed(ANNA, DISCOVER, "10.9.0.1", "0.0.0.0", DhcpOptions.NONE)))
        .isNotNull();
  }

  @Test
  void extraOptionsGoToThoseWhoAskForThemAndTheDefaultRouteIsAmongTheClasslessOnes() {
    served.set(
        0,
        Dhcp.network(
            "prov0",
            "10.0.0",
            Mode.SERVER,
            Map.of(
                "42", "10.0.0.3",
                "121", "10.7.0.0/16 via 10.0.0.4",
                "domain-search", "a.example",
                "domain-name", "b.example")));
    var asks = DhcpOptions.NONE.with(DhcpOptions.PARAMETER_LIST, new byte[] {1, 3, 121, 42});
    var told = answer(from(ANNA, DISCOVER, asks)).message().options();
    assertThat(told.address(42)).contains(at("10.0.0.3"));
    assertThat(told.octets(121).orElseThrow())
        .containsExactly(16, 10, 7, 10, 0, 0, 4, 0, 10, 0, 0, 1);
    assertThat(told.has(119)).isFalse();
    assertThat(told.text(DhcpOptions.DOMAIN)).contains("b.example");
    var lists = DhcpOptions.NONE.with(DhcpOptions.PARAMETER_LIST, new byte[] {1, 3});
    assertThat(answer(from(BERT, DISCOVER, lists)).message().options().has(42)).isFalse();
    assertThat(
            answer(relayed(BERT, INFORM, "0.0.0.0", "10.0.0.9", asks)).message().options().has(42))
        .isTrue();
  }

  @Test
  void whatDoesNotFitGoesIntoTheOtherFieldsAndThenIsLeftOut() {
    served.set(
        0,
        Dhcp.network(
            "prov0",
            "10.0.0",
            Mode.SERVER,
            Map.of("224", "x".repeat(250), "225", "y".repeat(150), "226", "z".repeat(250))));
    var reply = answer(from(ANNA, DISCOVER, DhcpOptions.NONE));
    var octets = reply.octets();
    assertThat(octets.remaining()).isLessThanOrEqualTo(576 - 28);
    var read = DhcpMessage.decode(octets);
    assertThat(read.options().text(224)).contains("x".repeat(250));
    assertThat(read.options().text(225)).contains("y".repeat(150));
    assertThat(read.options().has(226)).isFalse();
    var roomy = DhcpOptions.NONE.with(DhcpOptions.MAX_MESSAGE_SIZE, new byte[] {5, (byte) 220});
    var whole = DhcpMessage.decode(answer(from(ANNA, DISCOVER, roomy)).octets());
    assertThat(whole.options().text(226)).contains("z".repeat(250));
  }

  @Test
  void aRefusalNamesTheServerAndIsBroadcastByTheRelay() {
    var nak = answer(relayed(ANNA, REQUEST, "10.9.0.1", "192.168.1.1", DhcpOptions.NONE));
    assertThat(nak.message().type()).contains(NAK);
    assertThat(nak.message().broadcast()).isTrue();
    assertThat(nak.to()).isEqualTo(at("10.9.0.1"));
  }

  private static Served wide() {
    var narrow = Dhcp.network("prov0", "10.9.0", Mode.SERVER);
    return new Served(
        narrow.networkInterface(),
        narrow.subnet(),
        narrow.mode(),
        narrow.serverAddress(),
        List.of(io.rackstead.pxe.net.AddressRange.parse("10.9.0.50-10.9.0.249")),
        Map.of(),
        narrow.router(),
        narrow.dnsServers(),
        narrow.domain(),
        narrow.leaseTime());
  }

  /// DISCOVER and REQUEST through the relay, and the disk's word.
  private String take(MacAddress mac, DhcpOptions options) {
    var offer = answer(relayed(mac, DISCOVER, "10.9.0.1", "0.0.0.0", options)).message();
    var request =
        options
            .with(DhcpOptions.SERVER_ID, at("10.9.0.2"))
            .with(DhcpOptions.REQUESTED_ADDRESS, offer.yiaddr());
    var ack = answer(relayed(mac, REQUEST, "10.9.0.1", "0.0.0.0", request)).message();
    assertThat(ack.type()).contains(ACK);
    assertThat(leases.commit()).isTrue();
    return ack.yiaddr().getHostAddress();
  }

  private Reply answer(DhcpMessage asked) {
    return responder.answer(asked, on("prov0")).reply().orElseThrow();
  }

  private String silence(DhcpMessage asked) {
    var answer = responder.answer(asked, on("prov0"));
    assertThat(answer.reply()).isEmpty();
    return answer.trace().orElseThrow().text();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private final class Knows implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }

    @Override
    public boolean knows(MacAddress mac) {
      return known.contains(mac);
    }
  }
}
