package io.rackstead.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.network.HostAddresses;
import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanTest {
  private static final Instant NOW = Instant.parse("2026-11-23T08:00:00Z");
  private static final Prefix WIRE = Prefix.parse("10.231.78.0/29");
  @TempDir Path folder;

  @Test
  void theKernelsTableIsReadWithTheTimeOfTheLastAnswer() {
    var json =
        """
        [{"dst":"10.0.0.1","dev":"prov0","lladdr":"02:fc:00:00:00:05","used":9,"confirmed":60,"updated":7,"state":["STALE"]},
         {"dst":"fd00::7","dev":"prov0","lladdr":"02:fc:00:00:00:06","router":null,"confirmed":0,"state":["REACHABLE"]},
         {"dst":"10.0.0.2","dev":"prov0","used":1,"confirmed":5,"state":["FAILED"]},
         {"dst":"10.0.0.3","dev":"ib0","lladdr":"80:00:00:48:fe:80:00:01","state":["STALE"]},
         {"dst":"10.0.0.4","dev":"prov0","lladdr":"02:fc:00:00:00:07","state":["INCOMPLETE"]}]
        """;
    assertThat(KernelTable.parse(json.getBytes(StandardCharsets.UTF_8), NOW))
        .containsExactly(
            new Neighbour(
                Ip.parse("10.0.0.1"),
                MacAddress.parse("02:fc:00:00:00:05"),
                "prov0",
                NOW.minusSeconds(60)),
            new Neighbour(
                Ip.parse("fd00::7"), MacAddress.parse("02:fc:00:00:00:06"), "prov0", NOW));
  }

  @Test
  void everyAddressOfASubnetIsAskedButOursAndOnlyWhereWeAre() {
    var scan = new Scan(() -> {}, () -> Set.of(Ip.parse("10.231.78.1")));
    assertThat(scan.addresses(List.of(WIRE)).stream().map(Ip::text))
        .containsExactly("10.231.78.2", "10.231.78.3", "10.231.78.4", "10.231.78.5", "10.231.78.6");
    assertThat(scan.objection(WIRE)).isEmpty();
    assertThat(scan.objection(Prefix.parse("10.0.0.0/8"))).get().asString().contains("/20");
    assertThat(scan.objection(Prefix.parse("0.0.0.0/0"))).isPresent();
    assertThat(scan.objection(Prefix.parse("fd00::/64"))).get().asString().contains("IPv6");
    assertThat(scan.objection(Prefix.parse("10.9.0.0/24"))).get().asString().contains("no address");
  }

  @Test
  void anAdaptersMakerIsKnownByTheTableAndByNothingElse() throws IOException {
    var table = folder.resolve("oui.txt");
    Files.writeString(
        table,
        "00-D0-EF   (hex)\t\tIGT\n00D0EF     (base 16)\t\tIGT\n\t\t\t\t9295 PROTOTYPE DRIVE\n");
    var makers = new Manufacturers(table);
    assertThat(makers.of(MacAddress.parse("00:d0:ef:01:02:03"))).contains("IGT");
    assertThat(makers.of(MacAddress.parse("00:d0:ee:01:02:03"))).isEmpty();
    assertThat(makers.of(MacAddress.parse("52:54:00:01:02:03"))).isEmpty();
    assertThat(new Manufacturers(folder.resolve("none")).of(MacAddress.parse("00:d0:ef:01:02:03")))
        .isEmpty();
  }

  /// A host in a network namespace of its own, that nobody has spoken to.
  @Test
  @Tag("lab")
  void aScanFindsAHostThatNobodyKnew() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "namespaces take root");
    var name = "rknb" + ProcessHandle.current().pid();
    try {
      run("ip netns add " + name);
      run("ip link add " + name + " type veth peer name far netns " + name);
      run("ip addr add 10.231.78.1/29 dev " + name);
      run("ip link set " + name + " up");
      run("ip -n " + name + " link set far address 02:00:5e:00:53:05");
      run("ip -n " + name + " addr add 10.231.78.5/29 dev far");
      run("ip -n " + name + " link set far up");
      var clock = InstantSource.system();
      assertThat(KernelTable.read(clock)).noneMatch(one -> WIRE.contains(one.ip()));

      new Scan(() -> {}, HostAddresses::now).probe(List.of(WIRE));

      assertThat(KernelTable.read(clock))
          .filteredOn(one -> WIRE.contains(one.ip()))
          .singleElement()
          .satisfies(one -> {
            assertThat(Ip.text(one.ip())).isEqualTo("10.231.78.5");
            assertThat(one.mac()).hasToString("02:00:5e:00:53:05");
            assertThat(one.networkInterface()).isEqualTo(name);
          });
    } finally {
      run("ip netns del " + name);
    }
  }

  private static void run(String command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command.split(" ", -1)).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(command).isTrue();
    assertThat(process.exitValue()).as(command).isZero();
  }
}
