package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.MessageType.ACK;
import static io.rackstead.pxe.dhcp.MessageType.DECLINE;
import static io.rackstead.pxe.dhcp.MessageType.DISCOVER;
import static io.rackstead.pxe.dhcp.MessageType.INFORM;
import static io.rackstead.pxe.dhcp.MessageType.NAK;
import static io.rackstead.pxe.dhcp.MessageType.OFFER;
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
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DhcpResponderTest {
  private static final MacAddress ANNA = MacAddress.parse("52:54:00:00:00:0a");
  private static final Inet4Address SERVER = Subnet.address("10.0.0.2");
  private static final Inet4Address FIRST = Subnet.address("10.0.0.50");
  private static final Inet4Address RELAY = Subnet.address("10.9.0.1");

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private BootDecision decision = new BootDecision.Linux("k", List.of(), List.of());
  private final List<BootRequest> decided = new ArrayList<>();
  private final List<Served> served = new ArrayList<>();
  private LeaseLog leases;
  private DhcpResponder responder;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("undionly.kpxe"), "x");
    Files.writeString(folder.resolve("snponly.efi"), "x");
    leases = LeaseLog.open(folder, () -> now);
    served.add(network("prov0", "10.0.0", Mode.SERVER));
    served.add(network("far0", "10.9.0", Mode.SERVER));
    served.add(network("beside0", "10.5.0", Mode.PROXY));
    var boots =
        new BootOffers(booter(), Loaders.in(folder), () -> 5248, new LoadersSeen(() -> now));
    responder =
        new DhcpResponder(
            () -> List.copyOf(served), boots, Optional.of(leases), () -> now, DhcpPorts.STANDARD);
  }

  @AfterEach
  void stop() throws IOException {
    leases.close();
  }

  @Test
  void aFirmwareIsOfferedAnAddressAndItsLoaderByBroadcast() {
    var reply = answer(firmware(DISCOVER, 7), "prov0");
    assertThat(reply.to()).isEqualTo(DhcpReply.BROADCAST);
    assertThat(reply.port()).isEqualTo(68);
    var message = reply.message();
    assertThat(message.type()).contains(OFFER);
    assertThat(message.yiaddr()).isEqualTo(FIRST);
    assertThat(message.siaddr()).isEqualTo(SERVER);
    assertThat(message.file()).isEqualTo("snponly.efi");
    assertThat(message.options().text(DhcpOptions.BOOT_FILE)).contains("snponly.efi");
    assertThat(message.options().text(DhcpOptions.CLASS_ID)).contains("PXEClient");
    assertThat(message.options().octets(DhcpOptions.VENDOR).orElseThrow())
        .containsExactly(6, 1, 8, 255);
    assertThat(message.options().duration(DhcpOptions.LEASE_TIME)).contains(Duration.ofHours(1));
  }

  @Test
  void aBiosIsLedToTheLoaderAndTheLoaderToItsScript() {
    assertThat(answer(firmware(DISCOVER, 0), "prov0").message().file()).isEqualTo("undionly.kpxe");
    var script = answer(loader(DISCOVER), "prov0").message();
    assertThat(script.options().text(DhcpOptions.BOOT_FILE))
        .contains("http://10.0.0.2:5248/ipxe/52540000000a?arch=0");
    assertThat(script.options().octets(DhcpOptions.IPXE).orElseThrow()).containsExactly(176, 1, 1);
    assertThat(decided)
        .extracting(BootRequest::stage)
        .containsExactly(BootRequest.Stage.FIRMWARE, BootRequest.Stage.LOADER);
  }

  @Test
  void httpBootIsGivenAUrlAndItsOwnClassBack() {
    var asked =
        firmware(
            DISCOVER, 16, DhcpOptions.NONE.with(DhcpOptions.CLASS_ID, "HTTPClient:Arch:00016"));
    var message = answer(asked, "prov0").message();
    assertThat(message.options().text(DhcpOptions.CLASS_ID)).contains("HTTPClient");
    assertThat(message.options().text(DhcpOptions.BOOT_FILE))
        .contains("http://10.0.0.2:5248/snponly.efi");
  }

  @Test
  void anUnknownArchitectureIsGivenAnAddressAndNothingToBoot() {
    var message = answer(firmware(DISCOVER, 4711), "prov0").message();
    assertThat(message.yiaddr()).isEqualTo(FIRST);
    assertThat(message.options().has(DhcpOptions.BOOT_FILE)).isFalse();
    assertThat(message.file()).isEmpty();
  }

  @Test
  void anIgnoredClientStillHasAnAddressFromAServer() {
    decision = new BootDecision.Ignore("not ours");
    var message = answer(firmware(DISCOVER, 7), "prov0").message();
    assertThat(message.yiaddr()).isEqualTo(FIRST);
    assertThat(message.options().has(DhcpOptions.BOOT_FILE)).isFalse();
  }

  @Test
  void anOperatingSystemIsNotAskedAbout() {
    var message = answer(plain(DISCOVER), "prov0").message();
    assertThat(message.yiaddr()).isEqualTo(FIRST);
    assertThat(decided).isEmpty();
  }

  @Test
  void oneMachineHasOneAddressWhateverItsStagesCallThemselves() {
    take(firmware(REQUEST, 7, DhcpOptions.NONE.with(DhcpOptions.CLIENT_ID, "firmware")));
    var loader = answer(loader(DISCOVER), "prov0").message();
    var system =
        answer(plain(DISCOVER, DhcpOptions.NONE.with(DhcpOptions.CLIENT_ID, "duid")), "prov0");
    assertThat(loader.yiaddr()).isEqualTo(FIRST);
    assertThat(system.message().yiaddr()).isEqualTo(FIRST);
    assertThat(leases.list()).hasSize(1);
  }

  @Test
  void aNewLeaseWaitsForTheDiskAndARepeatedRequestDoesNot() {
    var request = selecting(FIRST);
    assertThat(responder.answer(request, arrival("prov0")).needsDisk()).isTrue();
    leases.commit();
    now = now.plusSeconds(10);
    var again = responder.answer(request, arrival("prov0"));
    assertThat(again.needsDisk()).isFalse();
    var left = again.reply().orElseThrow().message().options().duration(DhcpOptions.LEASE_TIME);
    assertThat(left).contains(Duration.ofHours(1).minusSeconds(10));
  }

  @Test
  void aRenewalIsAnsweredToTheAddressItCameFrom() {
    take(selecting(FIRST));
    var reply = answer(renewing(FIRST), "prov0");
    assertThat(reply.to()).isEqualTo(FIRST);
    assertThat(reply.message().type()).contains(ACK);
    assertThat(reply.message().ciaddr()).isEqualTo(FIRST);
  }

  @Test
  void aRelayedRequestIsServedFromTheRelaysNetworkAndAnsweredToTheRelay() {
    var asked = relayed(firmware(DISCOVER, 7, relayInfo()));
    var reply = answer(asked, "prov0");
    assertThat(reply.to()).isEqualTo(RELAY);
    assertThat(reply.port()).isEqualTo(67);
    assertThat(reply.message().yiaddr()).isEqualTo(Subnet.address("10.9.0.50"));
    assertThat(reply.message().options().octets(DhcpOptions.RELAY_AGENT).orElseThrow())
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void aRelayOfNoNetworkOfOursIsNotAnswered() {
    served.remove(1);
    assertThat(responder.answer(relayed(firmware(DISCOVER, 7)), arrival("prov0")).reply())
        .isEmpty();
  }

  @Test
  void aRequestForAnAddressThatTheClientCannotHaveIsRefusedAloud() {
    take(selecting(FIRST));
    var other = from(MacAddress.parse("52:54:00:00:00:0b"), selecting(FIRST));
    var reply = answer(other, "prov0");
    assertThat(reply.message().type()).contains(NAK);
    assertThat(reply.to()).isEqualTo(DhcpReply.BROADCAST);
    assertThat(answer(renewing(Subnet.address("192.168.7.7")), "prov0").message().type())
        .contains(NAK);
  }

  @Test
  void aRebootingClientThatIsNotOnRecordHearsNothing() {
    var asked = plain(REQUEST, DhcpOptions.NONE.with(DhcpOptions.REQUESTED_ADDRESS, FIRST));
    assertThat(responder.answer(asked, arrival("prov0")).reply()).isEmpty();
    take(selecting(FIRST));
    assertThat(answer(asked, "prov0").message().type()).contains(ACK);
  }

  @Test
  void anOfferOfAnotherServerThatIsTakenIsNoneOfOurBusiness() {
    var asked =
        plain(
            REQUEST,
            DhcpOptions.NONE
                .with(DhcpOptions.SERVER_ID, Subnet.address("10.0.0.3"))
                .with(DhcpOptions.REQUESTED_ADDRESS, FIRST));
    assertThat(responder.answer(asked, arrival("prov0")).reply()).isEmpty();
    assertThat(leases.list()).isEmpty();
  }

  @Test
  void aDeclinedAddressIsNotOfferedAgain() {
    take(selecting(FIRST));
    var asked = plain(DECLINE, DhcpOptions.NONE.with(DhcpOptions.REQUESTED_ADDRESS, FIRST));
    assertThat(responder.answer(asked, arrival("prov0")).reply()).isEmpty();
    assertThat(answer(plain(DISCOVER), "prov0").message().yiaddr())
        .isEqualTo(Subnet.address("10.0.0.51"));
  }

  @Test
  void aReleasedAddressIsKeptForItsClient() {
    take(selecting(FIRST));
    responder.answer(with(plain(RELEASE), FIRST, DhcpMessage.NONE), arrival("prov0"));
    var other = from(MacAddress.parse("52:54:00:00:00:0b"), plain(DISCOVER));
    assertThat(answer(other, "prov0").message().yiaddr()).isEqualTo(Subnet.address("10.0.0.51"));
    assertThat(answer(plain(DISCOVER), "prov0").message().yiaddr()).isEqualTo(FIRST);
  }

  @Test
  void anInformIsAnsweredWithoutALease() {
    var reply = answer(with(plain(INFORM), FIRST, DhcpMessage.NONE), "prov0");
    assertThat(reply.to()).isEqualTo(FIRST);
    assertThat(reply.message().options().has(DhcpOptions.LEASE_TIME)).isFalse();
    assertThat(leases.list()).isEmpty();
  }

  @Test
  void aProxyTellsAFirmwareWhatToBootAndGivesNoAddress() {
    var message = answer(firmware(DISCOVER, 7), "beside0").message();
    assertThat(message.type()).contains(OFFER);
    assertThat(message.yiaddr()).isEqualTo(DhcpMessage.NONE);
    assertThat(message.file()).isEqualTo("snponly.efi");
    assertThat(message.options().has(DhcpOptions.LEASE_TIME)).isFalse();
    assertThat(message.options().text(DhcpOptions.CLASS_ID)).contains("PXEClient");
    assertThat(leases.list()).isEmpty();
  }

  @Test
  void aProxyIsSilentToEverybodyElse() {
    assertThat(responder.answer(plain(DISCOVER), arrival("beside0")).reply()).isEmpty();
    assertThat(responder.answer(firmware(REQUEST, 7), arrival("beside0")).reply()).isEmpty();
    decision = new BootDecision.Ignore("not ours");
    assertThat(responder.answer(firmware(DISCOVER, 7), arrival("beside0")).reply()).isEmpty();
  }

  @Test
  void theProxysPortAnswersToWhereTheQuestionCameFrom() {
    var asked = firmware(REQUEST, 0);
    var at = new Arrival(Optional.of("beside0"), true, Subnet.address("10.5.0.77"), 4011);
    var reply = responder.answer(asked, at).reply().orElseThrow();
    assertThat(reply.to()).isEqualTo(Subnet.address("10.5.0.77"));
    assertThat(reply.port()).isEqualTo(4011);
    assertThat(reply.message().type()).contains(ACK);
    assertThat(reply.message().file()).isEqualTo("undionly.kpxe");
  }

  @Test
  void aFirmwareThatShallLeaveTheNetworkIsSentToANameThatNobodyServes() {
    decision = new BootDecision.LocalDisk();
    assertThat(answer(firmware(DISCOVER, 7), "prov0").message().file()).isEqualTo("local-disk");
    assertThat(answer(loader(DISCOVER), "prov0").message().file()).startsWith("http://");
  }

  private void take(DhcpMessage request) {
    assertThat(answer(selecting(FIRST), "prov0").message().type()).contains(ACK);
    assertThat(request.chaddr()).isEqualTo(ANNA);
    assertThat(leases.commit()).isTrue();
  }

  private Reply answer(DhcpMessage asked, String networkInterface) {
    return responder.answer(asked, arrival(networkInterface)).reply().orElseThrow();
  }

  private static Arrival arrival(String networkInterface) {
    return new Arrival(Optional.of(networkInterface), false, DhcpMessage.NONE, 68);
  }

  private static DhcpMessage firmware(MessageType type, int arch) {
    return firmware(type, arch, DhcpOptions.NONE);
  }

  private static DhcpMessage firmware(MessageType type, int arch, DhcpOptions more) {
    var options = more.with(DhcpOptions.CLIENT_ARCH, new byte[] {(byte) (arch >> 8), (byte) arch});
    return plain(
        type,
        options.has(DhcpOptions.CLASS_ID)
            ? options
            : options.with(DhcpOptions.CLASS_ID, "PXEClient:Arch:00007:UNDI:003000"));
  }

  private static DhcpMessage loader(MessageType type) {
    return firmware(type, 0, DhcpOptions.NONE.with(DhcpOptions.USER_CLASS, "iPXE"));
  }

  private static DhcpMessage selecting(Inet4Address address) {
    return plain(
        REQUEST,
        DhcpOptions.NONE
            .with(DhcpOptions.SERVER_ID, SERVER)
            .with(DhcpOptions.REQUESTED_ADDRESS, address));
  }

  private static DhcpMessage renewing(Inet4Address ciaddr) {
    return with(plain(REQUEST), ciaddr, DhcpMessage.NONE);
  }

  private static DhcpMessage relayed(DhcpMessage message) {
    return with(message, DhcpMessage.NONE, RELAY);
  }

  private static DhcpOptions relayInfo() {
    return DhcpOptions.NONE.with(DhcpOptions.RELAY_AGENT, new byte[] {1, 2, 3, 4});
  }

  private static DhcpMessage plain(MessageType type) {
    return plain(type, DhcpOptions.NONE);
  }

  private static DhcpMessage plain(MessageType type, DhcpOptions options) {
    return message(
        ANNA,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        options.with(DhcpOptions.MESSAGE_TYPE, type.code()));
  }

  private static DhcpMessage with(DhcpMessage of, Inet4Address ciaddr, Inet4Address giaddr) {
    return message(of.chaddr(), ciaddr, giaddr, of.options());
  }

  private static DhcpMessage from(MacAddress mac, DhcpMessage of) {
    return message(mac, of.ciaddr(), of.giaddr(), of.options());
  }

  private static DhcpMessage message(
      MacAddress mac, Inet4Address ciaddr, Inet4Address giaddr, DhcpOptions options) {
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        0,
        0x12345678,
        0,
        false,
        ciaddr,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        giaddr,
        mac,
        "",
        "",
        options);
  }

  private Booter booter() {
    return new Booter() {
      @Override
      public BootAnswer decide(BootRequest request) {
        decided.add(request);
        return new BootAnswer(decision, "test", List.of());
      }

      @Override
      public Optional<BootFile> open(String name, InetAddress client) {
        return Optional.empty();
      }
    };
  }

  private static Served network(String networkInterface, String prefix, Mode mode) {
    return new Served(
        networkInterface,
        Subnet.parse(prefix + ".0/24"),
        mode,
        Subnet.address(prefix + ".2"),
        List.of(AddressRange.parse(prefix + ".50-" + prefix + ".60")),
        Map.of(),
        Optional.of(Subnet.address(prefix + ".1")),
        List.of(Subnet.address("9.9.9.9")),
        Optional.of("example"),
        Duration.ofHours(1));
  }
}
