package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients and a wire that doubles, delays and overtakes, all from a seed.
class WeatherTest {
  private static final int CLIENTS = 30;

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<Flying> wire = new ArrayList<>();
  private final Map<MacAddress, Inet4Address> acknowledged = new HashMap<>();

  private record Flying(DhcpMessage message, Instant arrives) {}

  /// Eleven addresses, of which none is ever two machines', though thirty want one and their
  /// questions arrive twice, late and in any order.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void noOrderOfMessagesGivesOneAddressToTwo(long seed) throws IOException {
    var random = new Random(seed);
    for (int client = 0; client < CLIENTS; client++) {
      fly(random, Dhcp.from(mac(client), MessageType.DISCOVER, DhcpOptions.NONE));
    }
    try (var leases = LeaseLog.open(folder, () -> now)) {
      var responder = responder(leases);
      for (int packets = 0; !wire.isEmpty() && packets < 5000; packets++) {
        var next = wire.remove(random.nextInt(wire.size()));
        now = now.isAfter(next.arrives()) ? now : next.arrives();
        var reply = responder.answer(next.message(), Dhcp.on("prov0")).reply();
        assertThat(leases.commit()).isTrue();
        reply.ifPresent(answer -> heard(random, answer.message()));
        var holders = new HashMap<Inet4Address, MacAddress>();
        acknowledged.forEach((mac, address) ->
            assertThat(holders.put(address, mac)).as("%s of %s", address, mac).isNull());
      }
      // all are given out, and the log says the same as the clients
      assertThat(acknowledged).hasSize(11);
      acknowledged.forEach((mac, address) ->
          assertThat(leases.at(address))
              .hasValueSatisfying(lease -> assertThat(lease.mac()).isEqualTo(mac)));
    }
  }

  /// A client takes the first offer that it hears; a refusal takes its address away.
  private void heard(Random random, DhcpMessage reply) {
    var mac = reply.chaddr();
    switch (reply.type().orElseThrow()) {
      case OFFER -> {
        if (!acknowledged.containsKey(mac)) {
          fly(
              random,
              Dhcp.from(
                  mac,
                  MessageType.REQUEST,
                  DhcpOptions.NONE
                      .with(DhcpOptions.REQUESTED_ADDRESS, reply.yiaddr())
                      .with(
                          DhcpOptions.SERVER_ID,
                          reply.options().address(DhcpOptions.SERVER_ID).orElseThrow())));
        }
      }
      case ACK -> acknowledged.put(mac, reply.yiaddr());
      case NAK -> acknowledged.remove(mac);
      case DISCOVER, REQUEST, DECLINE, RELEASE, INFORM -> throw new AssertionError(reply.summary());
    }
  }

  private void fly(Random random, DhcpMessage message) {
    for (int copies = 1 + random.nextInt(3); copies > 0; copies--) {
      wire.add(new Flying(message, now.plusMillis(random.nextInt(400))));
    }
  }

  private static MacAddress mac(int client) {
    return new MacAddress(0x5254_0000_1000L + client);
  }

  private DhcpResponder responder(LeaseLog leases) {
    var network = Dhcp.network("prov0", "10.0.0", Mode.SERVER);
    var boots =
        new BootOffers(new Nothing(), Loaders.none(folder), () -> 5248, new LoadersSeen(() -> now));
    return new DhcpResponder(
        () -> List.of(network), boots, Optional.of(leases), () -> now, DhcpPorts.STANDARD);
  }

  private static final class Nothing implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.Ignore("test"), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
