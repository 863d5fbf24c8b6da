package io.rackstead.appliance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import io.rackstead.access.ApiKey;
import io.rackstead.access.ApiKeys;
import io.rackstead.access.Origin;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.demo.Demo;
import io.rackstead.demo.DemoOptions;
import io.rackstead.demo.DemoReport;
import io.rackstead.demo.Doors;
import io.rackstead.http.Json;
import io.rackstead.store.Database;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The appliance and Debian's Ironic, one after the other on the same disk: a thousand machines
/// taken in and listed in detail, and a hundred through the whole lifecycle with fake hardware.
/// `-Dfleet=N` and `-Dcycled=N` take other numbers.
@Tag("bench")
class IronicBenchTest {
  private static final int FLEET = Integer.getInteger("fleet", 1000);
  private static final int CYCLED = Integer.getInteger("cycled", Math.min(100, FLEET));
  private static final int CLIENTS = 8;
  private static final int LISTS = 5;
  private static final long LIMIT_S = 600;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  @TempDir Path data;

  /// Milliseconds for each machine, and of the server's CPU.
  private record Cost(double wall, double cpu) {}

  private record Figures(Cost enrol, Cost list, Cost cycle) {}

  @FunctionalInterface
  private interface Dial {
    PlainClient client() throws IOException;
  }

  @FunctionalInterface
  private interface Work {
    void by(PlainClient client, int number) throws Exception;
  }

  @FunctionalInterface
  private interface Part {
    void run() throws Exception;
  }

  @Test
  void enrolListAndCycleBesideIronic() throws Exception {
    assumeTrue(Ironic.installed(), "Debian's python3-ironic is not installed");
    // once for the compiler: what is measured is a server that has run for a while
    appliance(data.resolve("warm"), FLEET / 2, CYCLED / 2);
    var ours = appliance(data.resolve("ours"), FLEET, CYCLED);
    var theirs = ironic(Files.createDirectory(data.resolve("ironic")));
    say("enrol %d, per machine".formatted(FLEET), ours.enrol(), theirs.enrol());
    say("list %d in detail, per machine".formatted(FLEET), ours.list(), theirs.list());
    say("full cycle of %d, per machine".formatted(CYCLED), ours.cycle(), theirs.cycle());
  }

  private static void say(String what, Cost ours, Cost theirs) {
    System.out.printf(
        "beside Ironic: %s: wall %.3f ms, Ironic %.3f ms, ratio %.0f; CPU %.3f ms, Ironic %.3f ms, ratio %.0f%n",
        what,
        ours.wall(),
        theirs.wall(),
        theirs.wall() / ours.wall(),
        ours.cpu(),
        theirs.cpu(),
        theirs.cpu() / ours.cpu());
  }

  private static Figures ironic(Path folder) throws Exception {
    try (var ironic = Ironic.start(folder);
        var reader = ironic.client()) {
      Callable<Double> cpu = ironic::cpuSeconds;
      var enrol =
          cost(
              FLEET,
              cpu,
              () ->
                  all(
                      FLEET,
                      ironic::client,
                      (client, n) ->
                          good(
                              client.json(
                                  "POST",
                                  "/v1/nodes",
                                  """
                                  {"name":"node-%d","driver":"fake-hardware","properties":\
                                  {"cpus":64,"memory_mb":262144,"local_gb":960,"cpu_arch":"x86_64"}}\
                                  """
                                      .formatted(n)))));
      var list = lists(FLEET, cpu, () -> good(reader.get("/v1/nodes/detail?limit=1000")));
      var cycle =
          cost(
              CYCLED,
              cpu,
              () -> {
                for (var step :
                    List.of(
                        "manage manageable",
                        "provide available",
                        "active active",
                        "deleted available")) {
                  var target = step.substring(0, step.indexOf(' '));
                  var end = step.substring(step.indexOf(' ') + 1);
                  var path = "/v1/nodes/node-%d/states/provision";
                  var body = "{\"target\":\"" + target + "\"}";
                  all(
                      CYCLED,
                      ironic::client,
                      (client, n) -> good(client.json("PUT", path.formatted(n), body)));
                  until(
                      CYCLED,
                      () -> nodes(reader, end),
                      node -> node.path("target_provision_state").isNull());
                }
              });
      return new Figures(enrol, list, cycle);
    }
  }

  private static List<JsonNode> nodes(PlainClient client, String state) throws IOException {
    var path = "/v1/nodes?limit=1000&fields=target_provision_state&provision_state=" + state;
    return StreamSupport.stream(
            Json.parse(client.whole(path).body()).path("nodes").spliterator(), false)
        .toList();
  }

  private static Figures appliance(Path folder, int fleet, int cycled) throws Exception {
    var machines = "/MAAS/api/2.0/machines/";
    var demo = new Demo(new DemoOptions(cycled, 1e6, 0, 1));
    var doors = new CompletableFuture<Doors>();
    var key = key(folder);
    var flags = new ArrayList<>(List.of("--data=" + folder, "--http.port=0", "--demo=1"));
    var outside =
        new Outside(
            InstantSource.system(), new SecureRandom(), _ -> demo.bmcs(), _ -> {}, doors::complete);
    try (var appliance =
            Appliance.start(
                ConfigReader.read(DemoOptions.take(flags).rest(), Map.of()).config(), outside);
        demo) {
      int port = appliance.serving().get(60, TimeUnit.SECONDS);
      Dial dial = () -> PlainClient.with(key, port);
      var enrol =
          cost(
              fleet,
              IronicBenchTest::cpuSeconds,
              () ->
                  all(
                      fleet,
                      dial,
                      (client, n) -> {
                        var mac = DemoReport.mac(fleet + n, 0);
                        good(
                            client.form(
                                machines,
                                "architecture=amd64&commission=false&mac_addresses=" + mac));
                      }));
      try (var reader = dial.client()) {
        var list = lists(fleet, IronicBenchTest::cpuSeconds, () -> good(reader.get(machines)));
        var cycle =
            cost(
                cycled,
                IronicBenchTest::cpuSeconds,
                () -> {
                  demo.run(doors.get());
                  until(cycled, () -> seen(reader), state("Ready"));
                  var ids = new ArrayList<String>();
                  seen(reader).forEach(machine -> ids.add(machine.path("id").asText()));
                  all(
                      cycled,
                      dial,
                      (client, n) ->
                          good(
                              client.form(
                                  machines + ids.get(n - 1) + "/op-deploy",
                                  "distro_series=custom/demo")));
                  until(cycled, () -> seen(reader), state("Deployed"));
                  all(
                      cycled,
                      dial,
                      (client, n) ->
                          good(
                              client.form(
                                  machines + ids.get(n - 1) + "/op-release", "erase=false")));
                  until(cycled, () -> seen(reader), state("Ready"));
                });
        return new Figures(enrol, list, cycle);
      }
    }
  }

  /// Those of the rack: what was enrolled before stays New.
  private static List<JsonNode> seen(PlainClient client) throws IOException {
    return StreamSupport.stream(
            Json.parse(client.whole("/api/machines").body()).path("machines").spliterator(), false)
        .filter(machine -> !machine.path("vendor").asText().isEmpty())
        .toList();
  }

  private static Predicate<JsonNode> state(String state) {
    return machine -> machine.path("state").asText().equals(state);
  }

  private static ApiKey key(Path folder) throws Exception {
    var random = new SecureRandom();
    var clock = InstantSource.system();
    var vault = Vault.open(folder.resolve("secrets"), random);
    try (var database = Database.open(folder.resolve("db"))) {
      var _ = new Users(database, random, clock).firstAdministrator("admin");
      return database.inTransaction(
          tx -> new ApiKeys(vault, random, clock).make(tx, "admin", "bench", Origin.CONSOLE));
    }
  }

  /// This process, the clients' threads included.
  private static double cpuSeconds() {
    return PROCESS.getProcessCpuTime() / 1e9;
  }

  private static Cost cost(int machines, Callable<Double> cpu, Part part) throws Exception {
    double before = cpu.call();
    long start = System.nanoTime();
    part.run();
    double wall = (System.nanoTime() - start) / 1e6;
    return new Cost(wall / machines, (cpu.call() - before) * 1e3 / machines);
  }

  /// The median by its time.
  private static Cost lists(int machines, Callable<Double> cpu, Part part) throws Exception {
    var costs = new ArrayList<Cost>();
    for (int i = 0; i < LISTS; i++) {
      costs.add(cost(machines, cpu, part));
    }
    costs.sort(Comparator.comparingDouble(Cost::wall));
    return costs.get(LISTS / 2);
  }

  /// Numbers 1 to count, each once, shared by the clients.
  private static void all(int count, Dial dial, Work work) throws Exception {
    var next = new AtomicInteger();
    Callable<Boolean> one =
        () -> {
          try (var client = dial.client()) {
            for (int n = next.incrementAndGet(); n <= count; n = next.incrementAndGet()) {
              work.by(client, n);
            }
          }
          return true;
        };
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (var run : threads.invokeAll(Collections.nCopies(CLIENTS, one))) {
        run.get();
      }
    }
  }

  /// Until all that are cycled are so; asks five times a second.
  private static void until(int machines, Callable<List<JsonNode>> asking, Predicate<JsonNode> so)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    long there = 0;
    while (System.nanoTime() < end) {
      there = asking.call().stream().filter(so).count();
      if (there >= machines) {
        return;
      }
      LockSupport.parkNanos(200_000_000);
    }
    throw new AssertionError("after %d s only %d of %d".formatted(LIMIT_S, there, machines));
  }

  private static void good(PlainClient.Answer answer) {
    assertThat(answer.status()).as(new String(answer.body(), UTF_8)).isBetween(200, 299);
  }
}
