package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one answer costs in processor time, from the question's octets to the reply's, without
/// socket and disk; and what a million leases weigh.
@Tag("bench")
class AnswerBenchTest {
  private static final int CLIENTS = 200_000;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void aQuestionOfANewClientFromOctetsToOctets() throws IOException {
    Files.writeString(folder.resolve("snponly.efi"), "x");
    var network = network();
    try (var leases = LeaseLog.open(folder, () -> NOW)) {
      var boots =
          new BootOffers(new Known(), Loaders.in(folder), () -> 5248, new LoadersSeen(() -> NOW));
      var responder =
          new DhcpResponder(
              () -> List.of(network),
              boots,
              Optional.of(leases),
              () -> NOW,
              DhcpPorts.STANDARD,
              new Admission(System::nanoTime),
              new ForeignServers(() -> NOW));
      for (int round = 0; round < 5; round++) {
        long discover = run(responder, leases, round * CLIENTS, MessageType.DISCOVER);
        long request = run(responder, leases, round * CLIENTS, MessageType.REQUEST);
        System.out.printf(
            "dhcp in memory, %d clients: DISCOVER %.1f us, REQUEST %.1f us%n",
            CLIENTS, discover / 1e3 / CLIENTS, request / 1e3 / CLIENTS);
      }
      assertThat(leases.list()).hasSize(5 * CLIENTS);
      System.gc();
      System.out.printf(
          "dhcp, heap with a million leases: %d MiB%n",
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
    }
  }

  private static long run(DhcpResponder responder, LeaseLog leases, int first, MessageType type) {
    var threads = ManagementFactory.getThreadMXBean();
    var arrival = Dhcp.on("prov0");
    long spent = 0;
    for (int i = 0; i < CLIENTS; i++) {
      var octets = question(leases, new MacAddress(0x5254_0000_0000L + first + i), type);
      long start = threads.getCurrentThreadCpuTime();
      var asked = DhcpMessage.decode(octets);
      responder.answer(asked, arrival).reply().orElseThrow().octets();
      spent += threads.getCurrentThreadCpuTime() - start;
      if (i % 8192 == 0) {
        leases.commit();
      }
    }
    return spent;
  }

  private static ByteBuffer question(LeaseLog leases, MacAddress mac, MessageType type) {
    var options =
        DhcpOptions.NONE
            .with(DhcpOptions.CLASS_ID, "PXEClient:Arch:00007:UNDI:003016")
            .with(DhcpOptions.CLIENT_ARCH, new byte[] {0, 7})
            .with(DhcpOptions.PARAMETER_LIST, new byte[] {1, 3, 6, 15, 51, 54, 66, 67});
    if (type == MessageType.REQUEST) {
      options =
          options
              .with(DhcpOptions.REQUESTED_ADDRESS, leases.of(mac).getFirst().address())
              .with(DhcpOptions.SERVER_ID, Dhcp.at("10.64.0.1"));
    }
    return Dhcp.from(mac, type, options).encode();
  }

  private static Served network() {
    return new Served(
        "prov0",
        Subnet.parse("10.64.0.0/10"),
        Mode.SERVER,
        Dhcp.at("10.64.0.1"),
        List.of(AddressRange.parse("10.65.0.0-10.90.255.255")),
        Map.of(),
        Optional.of(Dhcp.at("10.64.0.1")),
        List.of(Dhcp.at("10.64.0.1")),
        Optional.of("example.org"),
        Duration.ofHours(1));
  }

  private static final class Known implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("k", List.of("i"), List.of("a=b")), "test", List.of());
    }

    @Override
    public boolean knows(MacAddress mac) {
      return true;
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
