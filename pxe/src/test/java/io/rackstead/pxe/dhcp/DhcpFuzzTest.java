package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Fuzz;
import io.rackstead.pxe.Golden;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bad messages go the whole way, from the octets over the leases and the disk to the reply's
/// octets, and afterwards a new start from that disk still serves.
class DhcpFuzzTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int BATCH = 64;

  @TempDir Path folder;
  private int inBatch;
  private int answered;
  private long nanos;

  @Test
  void noMessageWhateverStopsTheServerOrItsNextStart() throws IOException {
    Files.writeString(folder.resolve("undionly.kpxe"), "x");
    Files.writeString(folder.resolve("snponly.efi"), "x");
    var golden = Golden.packets("dhcp").stream().map(Golden.Packet::octets).toList();
    var fuzz = new Fuzz(2131, golden);
    try (var leases = LeaseLog.open(folder, () -> NOW)) {
      var responder = responder(leases);
      Fuzz.campaign(
          Fuzz.INPUTS,
          () -> fuzz.random().nextInt(3) == 0 ? grown(fuzz.random()) : fuzz.next(),
          octets -> sent(responder, leases, octets));
    }
    assertThat(answered).as("the inputs are not all refused at the door").isGreaterThan(100);
    try (var leases = LeaseLog.open(folder, () -> NOW)) {
      var newcomer = Dhcp.from(Dhcp.ANNA, MessageType.DISCOVER, DhcpOptions.NONE);
      assertThat(responder(leases).answer(newcomer, Dhcp.on("prov0")).reply()).isPresent();
      assertThat(leases.list()).isNotEmpty();
    }
  }

  private void sent(DhcpResponder responder, LeaseLog leases, byte[] octets) {
    nanos += 1_000_000;
    try {
      var asked = DhcpMessage.decode(ByteBuffer.wrap(octets));
      for (boolean proxyPort : new boolean[] {false, true}) {
        var arrival =
            new Arrival(
                Optional.of(asked.xid() % 3 == 0 ? "beside0" : "prov0"),
                proxyPort,
                Dhcp.at("10.0.0.51"),
                68);
        var reply = responder.answer(asked, arrival).reply();
        if (reply.isPresent()) {
          answered++;
          assertThat(DhcpMessage.decode(reply.get().octets()).xid()).isEqualTo(asked.xid());
        }
      }
    } catch (MalformedPacket e) {
      assertThat(e.getMessage()).contains(" at octet ");
    }
    if (++inBatch % BATCH == 0) {
      assertThat(leases.commit()).isTrue();
    }
  }

  private DhcpResponder responder(LeaseLog leases) throws IOException {
    var boots =
        new BootOffers(new Strangers(), Loaders.in(folder), () -> 5248, new LoadersSeen(() -> NOW));
    var extra =
        Map.of(
            "domain-search",
            "a.example, b.example",
            "option-224",
            "x".repeat(300),
            "vivso",
            "0x0102");
    List<Served> served =
        List.of(
            Dhcp.network("prov0", "10.0.0", Mode.SERVER, extra),
            Dhcp.network("prov0", "10.9.0", Mode.SERVER),
            Dhcp.network("beside0", "10.5.0", Mode.PROXY));
    return new DhcpResponder(
        () -> served,
        boots,
        Optional.of(leases),
        () -> NOW,
        DhcpPorts.STANDARD,
        new Admission(() -> nanos),
        new ForeignServers(() -> NOW));
  }

  /// A message by the grammar, with values that are each wrong in their own way.
  private static byte[] grown(Random random) {
    var options = DhcpOptions.NONE.with(DhcpOptions.MESSAGE_TYPE, random.nextInt(12));
    int[] telling = {1, 43, 50, 51, 52, 54, 55, 57, 60, 61, 67, 77, 82, 93, 94, 97, 118, 175};
    for (int count = random.nextInt(8); count > 0; count--) {
      var value = new byte[random.nextInt(random.nextInt(8) == 0 ? 500 : 20)];
      random.nextBytes(value);
      int option =
          random.nextBoolean() ? telling[random.nextInt(telling.length)] : 1 + random.nextInt(254);
      options = options.with(option, value);
    }
    if (random.nextBoolean()) {
      options = options.with(DhcpOptions.CLASS_ID, "PXEClient:Arch:0000" + random.nextInt(20));
    }
    if (random.nextBoolean()) {
      options =
          options.with(DhcpOptions.REQUESTED_ADDRESS, Dhcp.at("10.0.0." + random.nextInt(80)));
    }
    if (random.nextBoolean()) {
      options = options.with(DhcpOptions.SERVER_ID, Dhcp.at("10.0.0." + random.nextInt(4)));
    }
    var encoded =
        new DhcpMessage(
                1 + random.nextInt(30) / 29,
                random.nextInt(20),
                random.nextInt(),
                random.nextInt(65536),
                random.nextBoolean(),
                Dhcp.at(random.nextInt(4) == 0 ? "10.0.0." + random.nextInt(80) : "0.0.0.0"),
                DhcpMessage.NONE,
                DhcpMessage.NONE,
                Dhcp.at(random.nextInt(3) == 0 ? "10.9.0.1" : "0.0.0.0"),
                new MacAddress(0x5254_0000_0000L + random.nextInt(1 << 20)),
                "",
                "",
                options)
            .encode(4096);
    var octets = new byte[encoded.remaining()];
    encoded.get(octets);
    return octets;
  }

  /// Everybody boots something, one in eight is on record.
  private static final class Strangers implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("k", List.of("i"), List.of("a=b")), "test", List.of());
    }

    @Override
    public boolean knows(MacAddress mac) {
      return mac.bits() % 8 == 0;
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
