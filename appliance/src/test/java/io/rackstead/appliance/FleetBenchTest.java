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
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.Database;
import io.rackstead.task.TaskStore;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client of the MAAS API feels with ten thousand machines behind it, all commissioned and
/// with the inventory of a real server. CPU is this whole process's, the client's part included.
/// `-Dfleet=N` takes another number.
@Tag("bench")
class FleetBenchTest {
  private static final int FLEET = Integer.getInteger("fleet", 10_000);
  private static final int CLIENTS = 16;
  private static final Actor ACTOR = Actor.APPLIANCE;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  @TempDir Path data;

  @Test
  void listPageReadAllocateAndHeapWithAWholeFleet() throws Exception {
    long cpu = PROCESS.getProcessCpuTime();
    var key = populate();
    say("enlist and report, CPU us per machine", (PROCESS.getProcessCpuTime() - cpu) / 1e3 / FLEET);
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
                    InstantSource.system(), new SecureRandom(), _ -> new FakeBmcs(), _ -> {}));
        var client = new Client(appliance.serving().get(60, TimeUnit.SECONDS), key)) {
      say("start on that database, CPU s", (PROCESS.getProcessCpuTime() - cpu) / 1e9);
      double heap = heapMib();
      say("heap with the fleet, MiB", heap);
      list(client, heap);
      var ids = client.ids();
      var page = ids.stream().limit(50).map(id -> "id=" + id).collect(Collectors.joining("&"));
      say("page of 50, p99 ms", p99(40, () -> client.get("machines/?" + page)));
      var random = new Random(1);
      say(
          "one machine, p99 ms",
          p99(
              100,
              () -> {
                String id;
                synchronized (random) {
                  id = ids.get(random.nextInt(ids.size()));
                }
                return client.get("machines/" + id + "/");
              }));
      say("allocate, p99 ms", p99(10, () -> client.post("machines/", "op=allocate&mem=1024")));
      assertThat(heap).isLessThanOrEqualTo(1024);
    }
  }

  /// Several times, so that it is the compiled code that is measured.
  private static void list(Client client, double before) throws Exception {
    double best = Double.MAX_VALUE;
    long bytes = 0;
    for (int round = 0; round < 8; round++) {
      long cpu = PROCESS.getProcessCpuTime();
      bytes = client.count("machines/");
      best = Math.min(best, (PROCESS.getProcessCpuTime() - cpu) / 1e3 / FLEET);
    }
    say("full list, KiB per machine", bytes / 1024.0 / FLEET);
    say("full list, CPU us per machine", best);
    say("heap that stays after the list, MiB more", heapMib() - before);
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

  private static Machine ready(Machines machines, int number) {
    var report = DemoReport.of(number, new Random(number));
    var identity = Reports.identity(report);
    var machine =
        machines.enlist(identity, Architecture.AMD64, "node-" + number, Optional.empty(), ACTOR);
    var acts =
        List.of(
            new Machines.Act(new Event.HardwareReported(identity, Reports.hardware(report)), ACTOR),
            new Machines.Act(new Event.Commission(), ACTOR),
            new Machines.Act(
                new Event.SetPower(
                    Optional.of(
                        BmcAddress.parse(
                            "ipmi://10.64.%d.%d".formatted(number >> 8, number & 255))),
                    "rackstead"),
                ACTOR),
            new Machines.Act(new Event.CommissioningDone(), ACTOR),
            new Machines.Act(new Event.TestsPassed(), ACTOR));
    machines.apply(machine.id(), acts, tx -> tx.change("delete from task"));
    return machine;
  }

  private static double p99(int each, Callable<Integer> request) throws Exception {
    var times = new ArrayList<Long>();
    for (int round = 0; round < 2; round++) {
      times.clear();
      try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
        var runs = new ArrayList<Callable<List<Long>>>();
        for (int i = 0; i < CLIENTS; i++) {
          runs.add(() -> {
            var mine = new ArrayList<Long>();
            for (int n = 0; n < each; n++) {
              long start = System.nanoTime();
              assertThat(request.call()).isEqualTo(200);
              mine.add(System.nanoTime() - start);
            }
            return mine;
          });
        }
        for (var run : clients.invokeAll(runs)) {
          times.addAll(run.get());
        }
      }
    }
    times.sort(null);
    return times.get(times.size() * 99 / 100) / 1e6;
  }

  private static double heapMib() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
  }

  private static void say(String what, double value) {
    System.out.printf("fleet of %d: %s: %.1f%n", FLEET, what, value);
  }

  /// Asks with an API key, as MAAS's clients do.
  private record Client(HttpClient http, String url, String header) implements AutoCloseable {
    Client(int port, ApiKey key) {
      this(
          HttpClient.newHttpClient(),
          "http://127.0.0.1:" + port + "/MAAS/api/2.0/",
          "OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\", oauth_signature=\"%%26%s\","
                  .formatted(key.consumerKey(), key.tokenKey(), key.tokenSecret().reveal())
              + " oauth_signature_method=\"PLAINTEXT\", oauth_version=\"1.0\"");
    }

    private HttpRequest.Builder request(String path) {
      var signed =
          "%s, oauth_timestamp=\"%d\", oauth_nonce=\"%016x\""
              .formatted(header, System.currentTimeMillis() / 1000, new SecureRandom().nextLong());
      return HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", signed);
    }

    int get(String path) throws Exception {
      return http.send(request(path).build(), BodyHandlers.discarding()).statusCode();
    }

    int post(String path, String form) throws Exception {
      var request =
          request(path)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString(form))
              .build();
      return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    long count(String path) throws Exception {
      var answer = http.send(request(path).build(), BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      try (InputStream in = answer.body()) {
        return in.transferTo(java.io.OutputStream.nullOutputStream());
      }
    }

    List<String> ids() throws Exception {
      var answer = http.send(request("machines/").build(), BodyHandlers.ofByteArray());
      var ids = new ArrayList<String>();
      io.rackstead.http.Json.parse(answer.body())
          .forEach(m -> ids.add(m.path("system_id").asText()));
      return ids;
    }

    @Override
    public void close() {
      http.close();
    }
  }
}
