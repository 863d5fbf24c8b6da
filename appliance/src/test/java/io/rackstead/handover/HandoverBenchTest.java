package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpServer;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A thousand machines to a webhook that answers in 50 ms, sixteen at a time: 3.1 s by arithmetic.
/// `-Dhandovers=N` takes another number.
@Tag("bench")
class HandoverBenchTest {
  private static final int MANY = Integer.getInteger("handovers", 1000);
  private static final int AT_A_TIME = 16;
  @TempDir Path folder;

  @Test
  void aThousandHandOversTakeLittleMoreThanTheirAnswers() throws Exception {
    var taken = new AtomicInteger();
    var above = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    above.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    above.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          try {
            TimeUnit.MILLISECONDS.sleep(50);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          taken.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    above.start();
    try (var served = new Served(folder);
        var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      var admin = served.person("ada", Role.ADMIN);
      admin.put(
          "/api/targets/hook",
          "{\"broker\":\"webhook\",\"config\":{\"url\":\"http://127.0.0.1:%d/\",\"secret\":\"secret\"}}"
              .formatted(above.getAddress().getPort()));
      for (int i = 0; i < MANY; i++) {
        var machine = served.ready();
        admin.json(
            "/api/machines/" + machine.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
        served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
        served.handovers.begin(served.now(machine), "hook", "", io.rackstead.access.Origin.CONSOLE);
      }
      var handovers = served.handoversOn(workers);
      var here = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = here.getProcessCpuTime();
      long begun = System.nanoTime();
      handovers.look();
      while (served.handovers.count(Row.State.IN_SERVICE) < MANY
          && System.nanoTime() - begun < TimeUnit.MINUTES.toNanos(2)) {
        TimeUnit.MILLISECONDS.sleep(100);
        handovers.look();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      double least = MANY * 0.050 / AT_A_TIME;
      System.out.printf(
          "hand-over: %d machines in %.2f s, %.2f s by arithmetic: %.2f times; CPU %.2f ms each, the receiver's among it; load %.1f%n",
          MANY,
          seconds,
          least,
          seconds / least,
          (here.getProcessCpuTime() - cpu) / 1e6 / MANY,
          here.getSystemLoadAverage());
      assertThat(taken.get()).isEqualTo(MANY);
    } finally {
      above.stop(0);
    }
  }
}
