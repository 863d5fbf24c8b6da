package io.rackstead.pxe.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// DHCP beside the peers that are there: a network of two namespaces each, one after the other in
/// each round, figures as ratios of one round.
@Tag("bench")
class DhcpBenchTest {
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
  private static final int MILLIS = 2000;

  @TempDir Path folder;
  private final List<Contender> contenders = new ArrayList<>();

  private record Load(String name, String kind, int outstanding, int count) {}

  private static final List<Load> LOADS =
      List.of(
          new Load("new leases, 64 under way", "new", 64, Integer.MAX_VALUE),
          new Load("new leases, one client", "new", 1, Integer.MAX_VALUE),
          new Load("the same 1,000 clients again", "new", 64, 1000),
          new Load("renewals", "renew", 64, 1000));

  private record Contender(
      String name, long pid, BufferedWriter to, BufferedReader from, int[] next) {}

  /// @param cpu microseconds of the server for each that was served
  private record Seen(
      double perSecond, double p50, double p99, double cpu, int again, int doubled) {}

  @Test
  void leasesBesideThePeers() throws Exception {
    try (var net = new Namespaces("s0", "c0", "s1", "c1", "s2", "c2", "s3", "c3")) {
      add(net, "rackstead", ours(net));
      for (var peer : List.of(Peer.kea(folder(1)), Peer.isc(folder(2)), Peer.dnsmasq())) {
        if (peer.here()) {
          int i = contenders.size();
          cable(net, i);
          add(net, peer.name(), net.begin("s" + i, peer.command(folder(i))));
        }
      }
      for (var contender : contenders) {
        for (var load : LOADS) {
          measure(contender, load, 2 * MILLIS); // whoever has to get warm is
        }
      }
      for (var load : LOADS) {
        var figures = new LinkedHashMap<String, List<Seen>>();
        for (int round = 0; round < ROUNDS; round++) {
          for (var contender : contenders) {
            var seen = measure(contender, load, MILLIS);
            assertThat(seen.doubled()).as(contender.name()).isZero();
            figures.computeIfAbsent(contender.name(), _ -> new ArrayList<>()).add(seen);
          }
        }
        tell(load, figures);
      }
    }
  }

  private Path folder(int i) throws IOException {
    return Files.createDirectories(folder.resolve("c" + i + "/files")).getParent();
  }

  private static void cable(Namespaces net, int i) throws Exception {
    net.cable("s" + i, "prov0", "c" + i, "c0");
    net.in("s" + i, "ip", "addr", "add", "10.64.0.1/10", "dev", "prov0");
    net.in("c" + i, "ip", "addr", "add", "10.64.0.2/10", "dev", "c0");
  }

  private Process ours(Namespaces net) throws Exception {
    cable(net, 0);
    return net.begin("s0", Namespaces.java(BenchServer.class, folder(0).toString()));
  }

  private void add(Namespaces net, String name, Process server) throws Exception {
    var load =
        net.begin(
            "c" + contenders.size(), Namespaces.java(DhcpLoad.class, "10.64.0.2", "10.64.0.1"));
    var contender =
        new Contender(
            name,
            server.pid(),
            load.outputWriter(StandardCharsets.UTF_8),
            load.inputReader(StandardCharsets.UTF_8),
            new int[] {1});
    contenders.add(contender);
    for (int tries = 0; ; tries++) {
      assertThat(tries).as("%s serves", name).isLessThan(30);
      if (measure(contender, new Load("", "new", 1, Integer.MAX_VALUE), 500).perSecond() > 0) {
        return;
      }
    }
  }

  private static Seen measure(Contender contender, Load load, int millis) throws IOException {
    boolean fresh = load.count() == Integer.MAX_VALUE;
    int first = fresh ? contender.next()[0] : 0x0100_0000;
    long cpu = cpuMicros(contender.pid());
    contender
        .to()
        .write(
            "%s %d %d %d %d%n"
                .formatted(load.kind(), load.outstanding(), millis, first, load.count()));
    contender.to().flush();
    var line = contender.from().readLine();
    if (line == null) {
      throw new IOException("the load for " + contender.name() + " has ended");
    }
    var words = line.split(" ");
    long done = Long.parseLong(words[0]);
    contender.next()[0] += fresh ? (int) done + load.outstanding() : 0;
    return new Seen(
        done * 1000.0 / Long.parseLong(words[1]),
        Long.parseLong(words[2]) / 1000.0,
        Long.parseLong(words[3]) / 1000.0,
        done == 0 ? Double.NaN : (double) (cpuMicros(contender.pid()) - cpu) / done,
        Integer.parseInt(words[4]),
        Integer.parseInt(words[5]));
  }

  /// What the kernel says: a hundredth of a second is its tick.
  private static long cpuMicros(long pid) throws IOException {
    var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    var words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) * 10_000;
  }

  private static void tell(Load load, Map<String, List<Seen>> figures) {
    var ours = figures.get("rackstead");
    figures.forEach((name, all) -> {
      var ratios = new ArrayList<Double>();
      for (int round = 0; round < all.size(); round++) {
        ratios.add(ours.get(round).perSecond() / all.get(round).perSecond());
      }
      System.out.printf(
          "dhcp, %s, %s: %.0f/s, p50 %.2f ms, p99 %.1f ms, %.0f us CPU, asked again %d; rackstead"
              + " is %.2f times as many (%.2f to %.2f)%n",
          load.name(),
          name,
          median(all.stream().map(Seen::perSecond).toList()),
          median(all.stream().map(Seen::p50).toList()),
          median(all.stream().map(Seen::p99).toList()),
          median(all.stream().map(Seen::cpu).toList()),
          all.stream().mapToInt(Seen::again).sum(),
          median(ratios),
          ratios.stream().sorted().findFirst().orElseThrow(),
          ratios.stream().sorted().toList().getLast());
    });
  }

  private static double median(List<Double> all) {
    return all.stream().sorted().toList().get(all.size() / 2);
  }
}
