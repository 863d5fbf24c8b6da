package io.rackstead.pxe.dhcp6;

import static io.rackstead.pxe.dhcp6.Six.ANNA;
import static io.rackstead.pxe.dhcp6.Six.BERT;
import static io.rackstead.pxe.dhcp6.Six.STRANGE;
import static io.rackstead.pxe.dhcp6.Six.at;
import static io.rackstead.pxe.dhcp6.Six.firmware;
import static io.rackstead.pxe.dhcp6.Six.from;
import static io.rackstead.pxe.dhcp6.Six.linkLocal;
import static io.rackstead.pxe.dhcp6.Six.message;
import static io.rackstead.pxe.dhcp6.Six.network;
import static io.rackstead.pxe.dhcp6.Six.wanting;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Message;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Relay;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Lease6Log;
import io.rackstead.pxe.net.Subnet6;
import java.io.IOException;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init")
class Dhcp6ResponderTest {
  @TempDir Path folder;
  private Lease6Log leases;
  private Loaders loaders;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(folder.resolve("snponly.efi"), "x");
    loaders = Loaders.in(folder);
    leases = Lease6Log.open(folder, () -> Six.NOW);
  }

  @AfterEach
  void close() throws IOException {
    leases.close();
  }

  private Answer6 answer(Served6 network, Dhcp6Packet packet, Inet6Address source) {
    return Six.responder(leases, loaders, network)
        .answer(Question6.of(packet, source), Six.on("prov0"));
  }

  private Message told(Dhcp6Packet packet, Inet6Address source) {
    return (Message) answer(network(), packet, source).reply().orElseThrow();
  }

  private static List<Inet6Address> addresses(Message reply) {
    return Association.of(reply.options()).stream().flatMap(a -> a.addresses().stream()).toList();
  }

  /// The status inside the first association, or of the message itself.
  private static int status(Dhcp6Options options) {
    var inside = options.first(Dhcp6Options.IA_NA);
    if (inside.isPresent()) {
      var in = ByteBuffer.wrap(inside.get()).position(12);
      return status(Dhcp6Options.decode(in.slice()));
    }
    return options
        .first(Dhcp6Options.STATUS)
        .map(octets -> (int) ByteBuffer.wrap(octets).getShort())
        .orElse(-1);
  }

  private Dhcp6Options to(Dhcp6Options options) {
    return options.with(Dhcp6Options.SERVER_ID, Six.SELF.octets());
  }

  private Inet6Address bound(io.rackstead.pxe.net.MacAddress mac) {
    var asked = to(from(mac)).with(Dhcp6Options.IA_NA, wanting(1));
    return addresses(told(message(MessageType6.REQUEST, asked), STRANGE)).getFirst();
  }

  @Test
  void aSolicitIsOfferedTheAddressThatTheRequestThenGets() {
    var asked = from(ANNA).with(Dhcp6Options.IA_NA, wanting(7));
    var offer = told(message(MessageType6.SOLICIT, asked), STRANGE);
    assertThat(offer.type()).isEqualTo(MessageType6.ADVERTISE);
    assertThat(offer.transaction()).isEqualTo(0x123456);
    assertThat(offer.options().first(Dhcp6Options.CLIENT_ID)).contains(Six.duid(ANNA));
    assertThat(offer.options().first(Dhcp6Options.DNS)).contains(at("fd77::53").getAddress());
    assertThat(offer.options().first(Dhcp6Options.DOMAIN_LIST).map(Six::text))
        .contains("\3lab\7example\0");
    assertThat(leases.list()).as("an offer holds nothing").isEmpty();

    var request = to(asked);
    var answer = answer(network(), message(MessageType6.REQUEST, request), STRANGE);
    var reply = (Message) answer.reply().orElseThrow();
    assertThat(reply.type()).isEqualTo(MessageType6.REPLY);
    assertThat(addresses(reply)).isEqualTo(addresses(offer)).hasSize(1);
    assertThat(answer.needsDisk()).isTrue();
    var association = ByteBuffer.wrap(reply.options().first(Dhcp6Options.IA_NA).orElseThrow());
    assertThat(association.getInt()).isEqualTo(7);
    assertThat(association.getInt()).as("T1").isEqualTo(1800);
    assertThat(association.getInt()).as("T2").isEqualTo(2880);
    assertThat(leases.commit()).isTrue();
    assertThat(answer(network(), message(MessageType6.RENEW, request), STRANGE).needsDisk())
        .isFalse();
  }

  /// Firmware, loader and system name themselves differently; the card is the same.
  @Test
  void oneMachineKeepsOneAddressWhateverItCallsItself() {
    var firmware =
        Dhcp6Options.NONE
            .with(Dhcp6Options.CLIENT_ID, Duid.of(new UUID(3, 4)).octets())
            .with(Dhcp6Options.IA_NA, wanting(1));
    var first = addresses(told(message(MessageType6.REQUEST, to(firmware)), linkLocal(ANNA)));
    assertThat(bound(ANNA)).isEqualTo(first.getFirst());
    var relayed =
        Six.relayed(
            "fd77::2",
            STRANGE,
            message(MessageType6.SOLICIT, firmware),
            Dhcp6Options.NONE.with(
                Dhcp6Options.LINK_LAYER, HexFormat.of().parseHex("000152540000000a")));
    var reply = (Relay) answer(network(), relayed, at("fd99::9")).reply().orElseThrow();
    assertThat(addresses((Message) reply.inside())).isEqualTo(first);
    assertThat(bound(BERT)).isNotEqualTo(first.getFirst());
  }

  @Test
  void aReservationIsKeptForItsMachineAndWinsOverWhatThatAsksFor() {
    var network = network(Map.of(ANNA, at("fd77::aaaa")), "fd77::1000-fd77::1fff");
    var asked = to(from(ANNA)).with(Dhcp6Options.IA_NA, wanting(1, "fd77::1001"));
    var reply =
        (Message)
            answer(network, message(MessageType6.REQUEST, asked), STRANGE).reply().orElseThrow();
    assertThat(addresses(reply)).contains(at("fd77::aaaa"), at("fd77::1001"));
    var other = to(from(BERT)).with(Dhcp6Options.IA_NA, wanting(1, "fd77::aaaa"));
    var told =
        (Message)
            answer(network, message(MessageType6.REQUEST, other), STRANGE).reply().orElseThrow();
    assertThat(addresses(told).getFirst()).isNotEqualTo(at("fd77::aaaa"));
  }

  @Test
  void aRangeWithoutRoomSaysSo() {
    var network = network(Map.of(), "fd77::1000-fd77::1000");
    var anna = to(from(ANNA)).with(Dhcp6Options.IA_NA, wanting(1));
    var bert = to(from(BERT)).with(Dhcp6Options.IA_NA, wanting(1));
    assertThat(answer(network, message(MessageType6.REQUEST, anna), STRANGE).needsDisk()).isTrue();
    var refused =
        (Message)
            answer(network, message(MessageType6.REQUEST, bert), STRANGE).reply().orElseThrow();
    assertThat(status(refused.options())).isEqualTo(2);
  }

  @Test
  void rapidCommitGivesTheAddressAtOnce() {
    var asked =
        from(ANNA)
            .with(Dhcp6Options.IA_NA, wanting(1))
            .with(Dhcp6Options.RAPID_COMMIT, new byte[0]);
    var reply = told(message(MessageType6.SOLICIT, asked), STRANGE);
    assertThat(reply.type()).isEqualTo(MessageType6.REPLY);
    assertThat(reply.options().has(Dhcp6Options.RAPID_COMMIT)).isTrue();
    assertThat(leases.list()).hasSize(1);
  }

  @Test
  void aSecondAssociationOfOneMachineAndAPrefixAreRefusedInTheirPlace() {
    var asked =
        from(ANNA)
            .with(Dhcp6Options.IA_NA, wanting(1))
            .with(Dhcp6Options.IA_NA, wanting(2))
            .with(Dhcp6Options.IA_PD, new byte[12]);
    var reply = told(message(MessageType6.SOLICIT, asked), STRANGE);
    assertThat(addresses(reply)).hasSize(1);
    assertThat(reply.options().all(Dhcp6Options.IA_NA)).hasSize(2);
    assertThat(reply.options().has(Dhcp6Options.IA_PD)).isTrue();
  }

  @Test
  void releasedAndDeclinedAddressesAreGivenBackAndSetAside() {
    var held = bound(ANNA);
    var text = Subnet6.text(held);
    var bertsWord = to(from(BERT)).with(Dhcp6Options.IA_NA, wanting(1, text));
    var refused = told(message(MessageType6.RELEASE, bertsWord), STRANGE);
    assertThat(status(refused.options())).as("no binding").isEqualTo(3);
    var release = to(from(ANNA)).with(Dhcp6Options.IA_NA, wanting(1, text));
    assertThat(status(told(message(MessageType6.RELEASE, release), STRANGE).options())).isZero();
    assertThat(bound(ANNA)).as("the same one again").isEqualTo(held);
    told(message(MessageType6.DECLINE, release), STRANGE);
    assertThat(bound(ANNA)).isNotEqualTo(held);
  }

  @ParameterizedTest
  @CsvSource({"fd77::1005, 0", "fd78::1005, 4"})
  void confirmSaysWhetherAnAddressIsOfThisLink(String address, int status) {
    var asked = from(ANNA).with(Dhcp6Options.IA_NA, wanting(1, address));
    var reply = told(message(MessageType6.CONFIRM, asked), STRANGE);
    assertThat(status(reply.options())).isEqualTo(status);
  }

  @Test
  void aMachineThatMovedIsTakenItsOldAddressAndGivenOneOfHere() {
    var asked = from(ANNA).with(Dhcp6Options.IA_NA, wanting(1, "fd78::5"));
    var reply = told(message(MessageType6.REBIND, asked), STRANGE);
    assertThat(addresses(reply)).hasSize(2).contains(at("fd78::5"));
    var request = told(message(MessageType6.REQUEST, to(asked)), STRANGE);
    assertThat(status(request.options())).as("not on link").isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "7,  PXEClient:Arch:00007:UNDI:003000,  tftp://[fd77::1]/snponly.efi,       ''",
    "16, HTTPClient:Arch:00016:UNDI:003000, http://[fd77::1]:5248/snponly.efi,  HTTPClient",
  })
  void firmwareIsToldWhereItsLoaderIs(int arch, String vendor, String url, String echoed) {
    var asked = firmware(from(ANNA).with(Dhcp6Options.IA_NA, wanting(1)), arch, vendor);
    var reply = told(message(MessageType6.SOLICIT, asked), STRANGE);
    assertThat(reply.options().first(Dhcp6Options.BOOT_FILE_URL).map(Six::text)).contains(url);
    assertThat(reply.options().first(Dhcp6Options.VENDOR_CLASS).map(Six::text).orElse(""))
        .endsWith(echoed);
  }

  @Test
  void theLoaderIsToldWhereItsScriptIs() {
    var asked =
        firmware(from(ANNA).with(Dhcp6Options.IA_NA, wanting(1)), 7, "PXEClient")
            .with(Dhcp6Options.USER_CLASS, "\0\4iPXE");
    var reply = told(message(MessageType6.SOLICIT, asked), STRANGE);
    assertThat(reply.options().first(Dhcp6Options.BOOT_FILE_URL).map(Six::text))
        .contains("http://[fd77::1]:5248/ipxe/52540000000a?arch=7");
  }

  @Test
  void whoOnlyWantsInformationGetsNoAddress() {
    var reply = told(message(MessageType6.INFORMATION_REQUEST, Dhcp6Options.NONE), STRANGE);
    assertThat(reply.type()).isEqualTo(MessageType6.REPLY);
    assertThat(reply.options().has(Dhcp6Options.IA_NA)).isFalse();
    assertThat(reply.options().has(Dhcp6Options.DNS)).isTrue();
    assertThat(leases.list()).isEmpty();
  }

  @Test
  void anAnswerGoesBackThroughTheSameRelaysWithTheirPorts() {
    var port = Dhcp6Options.NONE.with(Dhcp6Options.INTERFACE_ID, "eth7");
    var near =
        Six.relayed(
            "fd77::2",
            linkLocal(ANNA),
            message(MessageType6.SOLICIT, from(ANNA).with(Dhcp6Options.IA_NA, wanting(1))),
            port);
    var far = Six.relayed("::", at("fd99::1"), near, Dhcp6Options.NONE);
    var outer = (Relay) answer(network(), far, at("fd99::2")).reply().orElseThrow();
    assertThat(outer.reply()).isTrue();
    assertThat(outer.peer()).isEqualTo(at("fd99::1"));
    var inner = (Relay) outer.inside();
    assertThat(inner.options().first(Dhcp6Options.INTERFACE_ID).map(Six::text)).contains("eth7");
    assertThat(inner.peer()).isEqualTo(linkLocal(ANNA));
    assertThat(((Message) inner.inside()).type()).isEqualTo(MessageType6.ADVERTISE);
    var elsewhere = Six.relayed("fd55::2", STRANGE, near.inside(), port);
    assertThat(answer(network(), elsewhere, at("fd99::2")).reply()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"REQUEST", "RENEW", "RELEASE", "DECLINE"})
  void whatIsForAnotherServerOrForNobodyIsNotAnswered(MessageType6 type) {
    var nobody = from(ANNA).with(Dhcp6Options.IA_NA, wanting(1));
    var another = nobody.with(Dhcp6Options.SERVER_ID, Duid.of(new UUID(9, 9)).octets());
    for (var options : List.of(nobody, another)) {
      assertThat(answer(network(), message(type, options), STRANGE).reply()).isEmpty();
    }
    assertThat(leases.list()).isEmpty();
  }

  @Test
  void leasesOutliveTheProcessAndAFileThatWasCutOff() throws IOException {
    var held = bound(ANNA);
    leases.close();
    var file = folder.resolve("leases6.log");
    var octets = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(octets, 64 + 17));
    leases = Lease6Log.open(folder, () -> Six.NOW);
    assertThat(leases.list()).hasSize(1);
    assertThat(bound(ANNA)).isEqualTo(held);
    assertThat(leases.at(held).flatMap(lease -> lease.client().mac())).isEqualTo(Optional.of(ANNA));
  }
}
