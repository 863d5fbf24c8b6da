package io.rackstead.pxe.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.lease.Leases.Binding;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Some bind while another waits for a disk that now and then takes nothing.
class LeaseLogRaceTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int CLIENTS = 600;

  @TempDir Path folder;
  private final LinkedBlockingQueue<Promise> waiting = new LinkedBlockingQueue<>();
  private final Map<MacAddress, Inet4Address> acknowledged = new HashMap<>();

  private record Promise(MacAddress mac, Inet4Address address, long failures) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 30})
  void whatWasAcknowledgedIsOnTheDiskHoweverOftenItFails(int failsInPercent) throws Exception {
    try (var log = LeaseLog.open(folder, () -> NOW)) {
      try (var workers = Executors.newFixedThreadPool(3)) {
        for (int worker = 0; worker < 3; worker++) {
          int first = worker * CLIENTS;
          workers.submit(() -> bindAll(log, first));
        }
        workers.shutdown();
        var random = new Random(failsInPercent);
        do {
          write(log, random.nextInt(100) < failsInPercent);
        } while (!workers.awaitTermination(1, TimeUnit.MILLISECONDS));
      }
      write(log, false);
      bindAll(log, 0);
      write(log, false);
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(CLIENTS);
    assertThat(acknowledged.values()).doesNotHaveDuplicates();
    try (var log = LeaseLog.open(folder, () -> NOW)) {
      acknowledged.forEach((mac, address) ->
          assertThat(log.at(address))
              .hasValueSatisfying(lease -> {
                assertThat(lease.kind()).isEqualTo(Kind.BOUND);
                assertThat(lease.mac()).isEqualTo(mac);
              }));
    }
  }

  /// Each asks twice, as one does that did not hear the first answer.
  private void bindAll(LeaseLog log, int first) {
    for (int client = first; client < first + CLIENTS; client++) {
      var mac = new MacAddress(0x5254_0000_0000L + client);
      var address = log.offer(mac, network(), Optional.empty());
      for (int times = 0; times < 2 && address.isPresent(); times++) {
        long failures = log.failures();
        if (log.bind(mac, network(), address.get()) instanceof Binding.Bound) {
          waiting.add(new Promise(mac, address.get(), failures));
        }
      }
    }
  }

  private void write(LeaseLog log, boolean fails) {
    List<Promise> promised = new ArrayList<>();
    waiting.drainTo(promised);
    if (fails) {
      Thread.currentThread().interrupt(); // a channel refuses its work to an interrupted thread
    }
    boolean written = log.commit();
    Thread.interrupted();
    if (written) {
      promised.stream()
          .filter(promise -> promise.failures() == log.failures())
          .forEach(promise -> acknowledged.put(promise.mac(), promise.address()));
    }
  }

  private static Served network() {
    return new Served(
        "prov0",
        Subnet.parse("10.0.0.0/16"),
        Mode.SERVER,
        Subnet.address("10.0.0.2"),
        List.of(AddressRange.parse("10.0.1.0-10.0.200.255")),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Duration.ofHours(1));
  }
}
