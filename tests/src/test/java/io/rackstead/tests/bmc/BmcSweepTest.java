package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.sweep.BmcSweep;
import io.rackstead.bmc.sweep.FoundBmc;
import io.rackstead.bmc.sweep.FoundBmc.Way;
import io.rackstead.bmc.sweep.SweepTarget;
import io.rackstead.tests.redfish.SimulatedRedfish;
import io.rackstead.tests.redfish.SimulatedServer;
import io.rackstead.tests.redfish.Tls;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A range of loopback addresses, where some have a BMC. `OpenIpmiTest` asks one that is not ours.
class BmcSweepTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @TempDir Path folder;
  private final Map<InetAddress, FoundBmc> found = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void whatAnswersIsFoundByEachOfItsWaysAndNobodyIsShownAnAccount() throws Exception {
    try (var redfish =
            new SimulatedRedfish(Optional.of(Tls.selfMade(folder)), SimulatedServer.usual());
        var ipmi = new SimulatedBmc(SimulatedBmcConfig.usual(), new MemoryChassis())) {
      sweep(List.of(HERE, InetAddress.ofLiteral("127.0.0.2")), redfish.port(), ipmi.port());
      assertThat(asked).hasValue(2);
      assertThat(found).containsOnlyKeys(HERE);
      var one = Optional.ofNullable(found.get(HERE)).orElseThrow();
      assertThat(one.ways()).containsExactlyInAnyOrder(Way.REDFISH, Way.RMCP);
      assertThat(one.redfish())
          .contains(new BmcAddress("redfish+https", "127.0.0.1", redfish.port()));
      assertThat(one.ipmi()).contains(new BmcAddress("ipmi", "127.0.0.1", ipmi.port()));
      assertThat(one.product()).contains("Redfish 1.15.0");
      assertThat(one.systemUuid()).isEqualTo(SimulatedBmcConfig.UUID_OF_SERVER.toString());
      assertThat(redfish.openSessions()).isZero();
      assertThat(ipmi.openSessions()).isZero();
    }
  }

  @Test
  void oneThatTakesTheConnectionAndSaysNothingIsNone() throws Exception {
    try (var silent = new ServerSocket(0, 5, HERE)) {
      sweep(List.of(HERE), silent.getLocalPort(), unused());
      assertThat(found).isEmpty();
    }
  }

  @Test
  void oneThatIsStoppedAsksNobodyElse() throws Exception {
    var all =
        IntStream.rangeClosed(1, 200)
            .mapToObj(last -> InetAddress.ofLiteral("127.0.1." + last))
            .toList();
    new BmcSweep(
            new SweepTarget(all, List.of(), unused(), unused()),
            _ -> {},
            asked::set,
            () -> asked.get() >= 10)
        .run();
    assertThat(asked).hasValue(10);
  }

  private void sweep(List<InetAddress> addresses, int redfishPort, int ipmiPort) throws Exception {
    var order = new ArrayList<FoundBmc>();
    new BmcSweep(
            new SweepTarget(addresses, List.of(redfishPort), ipmiPort, unused()),
            one -> {
              order.add(one);
              found.put(one.host(), one);
            },
            asked::set,
            () -> false)
        .run();
    // what is told later knows more
    for (int i = 1; i < order.size(); i++) {
      assertThat(order.get(i).ways()).containsAll(order.get(i - 1).ways());
    }
  }

  private static int unused() throws Exception {
    try (var socket = new DatagramSocket(0, HERE)) {
      return socket.getLocalPort();
    }
  }
}
