package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.rackstead.access.ApiKey;
import io.rackstead.access.ApiKeys;
import io.rackstead.access.Origin;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.commission.Reports;
import io.rackstead.demo.DemoReport;
import io.rackstead.event.EventLog;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machines;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.Database;
import io.rackstead.task.TaskStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client feels with ten thousand machines behind the appliance, all commissioned and with
/// the inventory of a real server. CPU is the server's: what the clients' threads take is not
/// counted. `-Dfleet=N` takes another number.
@Tag("bench")
class FleetBenchTest {
  private static final int FLEET = Integer.getInteger("fleet", 10_000);
  private static final int CLIENTS = 16;
  private static final int ROUNDS = 7;

  /// So many machines stand in one zone, and carry one tag.
  private static final int TOGETHER = 50;

  private static final String MACHINES = "/MAAS/api/2.0/machines/";
  private static final Actor ACTOR = Actor.APPLIANCE;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  @TempDir Path data;

  @FunctionalInterface
  private interface Asking {
    PlainClient.Answer by(PlainClient client) throws IOException;
  }

  @Test
  void listPageReadAllocateAndHeapWithAWholeFleet() throws Exception {
    long cpu = PROCESS.getProcessCpuTime();
    var key = populate();
    say(
        "taken in and commissioned, CPU us each",
        (PROCESS.getProcessCpuTime() - cpu) / 1e3 / FLEET);
    var flags =
        List.of(
            "--data=" + data,
            "--http.port=0",
            "--http.address=127.0.0.1",
            "--pxe.dhcp-port=-1",
            "--pxe.proxy-port=-1",
            "--pxe.tftp-port=-1",
            "--pxe.http-port=-1");
    cpu = PROCESS.getProcessCpuTime();
    try (var appliance =
        Appliance.start(
            ConfigReader.read(flags, Map.of()).config(),
            new Outside(
                InstantSource.system(), new SecureRandom(), _ -> new FakeBmcs(), _ -> {}))) {
      int port = appliance.serving().get(60, TimeUnit.SECONDS);
      say("start on that database, CPU s", (PROCESS.getProcessCpuTime() - cpu) / 1e9);
      say("heap with the fleet, MiB", heapMib());
      try (var client = PlainClient.with(key, port)) {
        list("full list", client, MACHINES);
        list("the page's own list", client, "/api/machines");
        var ids = ids(client);
        double rendered = heapMib();
        say("heap with every machine rendered, MiB", rendered);
        say("heap that a list adds while it is sent, MiB", stalled(port, key) - rendered);
        assertThat(rendered).isLessThanOrEqualTo(1024);
        var page = ids.stream().limit(TOGETHER).map(id -> "id=" + id);
        asked("50 by id", port, key, MACHINES + "?" + page.collect(Collectors.joining("&")));
        asked("50 by zone", port, key, MACHINES + "?zone=zone-1");
        asked("50 by tag", port, key, MACHINES + "?tags=rack-1");
        asked("1 by hostname", port, key, MACHINES + "?hostname=node-77");
        asked("1 by MAC", port, key, MACHINES + "?mac_address=" + DemoReport.mac(77, 0));
        latencies(
            "one machine",
            port,
            key,
            c -> c.get(MACHINES + ids.get(ThreadLocalRandom.current().nextInt(FLEET)) + "/"));
      }
      latencies("allocate", port, key, c -> c.form(MACHINES, "op=allocate&mem=1024"));
    }
  }

  /// The first time with everything still to be rendered, then the median.
  private static void list(String what, PlainClient client, String path) throws Exception {
    var times = new ArrayList<Double>();
    long bytes = 0;
    for (int round = 0; round <= ROUNDS; round++) {
      long mine = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long cpu = PROCESS.getProcessCpuTime();
      var answer = client.get(path);
      assertThat(answer.status()).isEqualTo(200);
      bytes = answer.length();
      mine = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - mine;
      times.add((PROCESS.getProcessCpuTime() - cpu - mine) / 1e3 / FLEET);
    }
    say(what + ", KiB per machine", bytes / 1024.0 / FLEET);
    say(what + ", the first, CPU us per machine", times.removeFirst());
    times.sort(null);
    say(what + ", CPU us per machine", times.get(ROUNDS / 2));
  }

  /// Clients that ask for all and then do not read: what is made of their lists meanwhile.
  private static double stalled(int port, ApiKey key) throws Exception {
    var waiting = new ArrayList<PlainClient>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        var client = PlainClient.with(key, port);
        waiting.add(client);
        client.askOnly(MACHINES);
      }
      TimeUnit.SECONDS.sleep(2);
      return heapMib();
    } finally {
      for (var client : waiting) {
        client.close();
      }
    }
  }

  private static void asked(String what, int port, ApiKey key, String path) throws Exception {
    latencies(what, port, key, client -> client.get(path));
  }

  /// All clients at once, each its requests one after the other; the median of the rounds.
  private static void latencies(String what, int port, ApiKey key, Asking asking) throws Exception {
    int each = what.equals("allocate") ? Math.max(2, FLEET / CLIENTS / (ROUNDS + 2) / 4) : 50;
    var p99 = new ArrayList<Double>();
    var p50 = new ArrayList<Double>();
    var cpu = new ArrayList<Double>();
    for (int round = 0; round < ROUNDS; round++) {
      var times = new ArrayList<Long>();
      long before = PROCESS.getProcessCpuTime();
      long clients = 0;
      try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
        for (var run :
            threads.invokeAll(
                java.util.Collections.nCopies(CLIENTS, one(port, key, each, asking)))) {
          times.addAll(run.get().subList(0, each));
          clients += run.get().getLast();
        }
      }
      times.sort(null);
      p99.add(times.get(times.size() * 99 / 100) / 1e6);
      p50.add(times.get(times.size() / 2) / 1e6);
      cpu.add((PROCESS.getProcessCpuTime() - before - clients) / 1e3 / CLIENTS / each);
    }
    System.out.printf(
        "fleet of %d: %s, %d clients: p99 %.1f ms, p50 %.1f ms, CPU %.0f us%n",
        FLEET, what, CLIENTS, median(p99), median(p50), median(cpu));
  }

  /// Its times, and at the end the CPU that its own thread took.
  private static Callable<List<Long>> one(int port, ApiKey key, int each, Asking asking) {
    return () -> {
      var times = new ArrayList<Long>();
      long mine = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      try (var client = PlainClient.with(key, port)) {
        for (int n = 0; n < each; n++) {
          long start = System.nanoTime();
          assertThat(asking.by(client).status()).isEqualTo(200);
          times.add(System.nanoTime() - start);
        }
      }
      times.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - mine);
      return times;
    };
  }

  private static double median(List<Double> values) {
    values.sort(null);
    return values.get(values.size() / 2);
  }

  private static List<String> ids(PlainClient client) throws IOException {
    var ids = new ArrayList<String>();
    Json.parse(client.whole(MACHINES).body()).forEach(m -> ids.add(m.path("system_id").asText()));
    return ids;
  }

  private ApiKey populate() throws Exception {
    var random = new SecureRandom();
    var clock = InstantSource.system();
    var vault = Vault.open(data.resolve("secrets"), random);
    try (var database = Database.open(data.resolve("db"), _ -> {});
        var events = new EventLog(database)) {
      var machines =
          new Machines(
              database, events, new TaskStore(), clock, random, new NetworkBook(database, clock));
      for (int number = 1; number <= FLEET; number++) {
        ready(machines, number);
      }
      var _ = new Users(database, random, clock).firstAdministrator("admin");
      return database.inTransaction(
          tx -> new ApiKeys(vault, random, clock).make(tx, "admin", "bench", Origin.CONSOLE));
    }
  }

  private static void ready(Machines machines, int number) {
    var report = DemoReport.of(number, new Random(number));
    var identity = Reports.identity(report);
    var machine =
        machines.enlist(identity, Architecture.AMD64, "node-" + number, Optional.empty(), ACTOR);
    int place = number / TOGETHER;
    var labels =
        machine.labels().withPlace("zone-" + place, "default").withTags(List.of("rack-" + place));
    var bmc = "ipmi://10.64.%d.%d".formatted(number >> 8, number & 255);
    var acts =
        List.of(
            new Machines.Act(new Event.HardwareReported(identity, Reports.hardware(report)), ACTOR),
            new Machines.Act(new Event.Edit(labels), ACTOR),
            new Machines.Act(new Event.Commission(), ACTOR),
            new Machines.Act(
                new Event.SetPower(Optional.of(BmcAddress.parse(bmc)), "rackstead"), ACTOR),
            new Machines.Act(new Event.CommissioningDone(), ACTOR),
            new Machines.Act(new Event.TestsPassed(), ACTOR));
    machines.apply(machine.id(), acts, tx -> tx.change("delete from task"));
  }

  private static double heapMib() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
  }

  private static void say(String what, double value) {
    System.out.printf("fleet of %d: %s: %.1f%n", FLEET, what, value);
  }
}
