package io.rackstead.demo;

import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.http.Route;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A rack of fake servers. They are powered on one after another once the appliance runs, and from
/// then on do what a server does that is switched on, off and from network to disk.
public final class Demo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

  /// Between one server that is switched on and the next, in the servers' time.
  private static final double BETWEEN_S = 0.2;

  private final DemoOptions options;
  private final FakeBmcs bmcs = new FakeBmcs();
  private final List<DemoServer> servers;
  private volatile Optional<Doors> doors = Optional.empty();
  private volatile java.util.Map<String, Route> routes = java.util.Map.of();
  private volatile boolean over;

  public Demo(DemoOptions options) {
    this.options = options;
    this.servers =
        IntStream.rangeClosed(1, options.machines())
            .mapToObj(n -> new DemoServer(n, this))
            .toList();
    servers.forEach(server -> bmcs.plug(server.bmc()));
  }

  /// Dials the BMCs of this rack and no other.
  public BmcDialer bmcs() {
    return bmcs;
  }

  /// The appliance is there: something to boot and something to install is put into its store, and
  /// the servers are switched on.
  public void run(Doors in) {
    routes = in.routes().stream().collect(Collectors.toMap(Demo::key, Function.identity()));
    doors = Optional.of(in);
    try {
      stock(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the demo's images cannot be stored", e);
    }
    servers.stream()
        .filter(server -> server.fault() != DemoFault.NONE)
        .limit(100)
        .forEach(server ->
            LOG.info("demo: {}: {}", DemoReport.serial(server.number()), server.fault().words()));
    Thread.ofVirtual().name("demo").start(this::powerOn);
  }

  private void powerOn() {
    var order = new java.util.ArrayList<>(servers);
    java.util.Collections.shuffle(order, new Random(options.seed()));
    for (var server : order) {
      if (over) {
        return;
      }
      server.start();
      try {
        Thread.sleep(java.time.Duration.ofNanos((long) (BETWEEN_S * 1e9 / options.speed())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// A kernel that nobody runs, and an image of one mebibyte.
  private static void stock(Doors in) throws IOException {
    var images = in.images();
    if (images.ephemeral(Architecture.AMD64).isEmpty()) {
      var kernel = Files.createTempFile("demo", ".kernel");
      var initrd = Files.createTempFile("demo", ".initrd");
      try {
        Files.writeString(kernel, "no kernel: fake servers only");
        Files.writeString(initrd, "no system: fake servers only");
        images.addEphemeral(Architecture.AMD64, "demo", kernel, initrd);
      } finally {
        Files.delete(kernel);
        Files.delete(initrd);
      }
    }
    if (images.images().isEmpty()) {
      var disk = new byte[1 << 20];
      disk[510] = 0x55;
      disk[511] = (byte) 0xaa;
      var gpt = "EFI PART".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(gpt, 0, disk, 512, gpt.length);
      images.add(
          ImageId.parse("custom/demo"),
          Architecture.AMD64,
          new ByteArrayInputStream(disk),
          new Image.Root(Optional.of(1), "ext4"),
          Image.ReportsBy.CLOUD_INIT);
    }
  }

  Route route(Route.Method method, String path) {
    return Optional.ofNullable(routes.get(method + " " + path))
        .orElseThrow(() -> new IllegalStateException("no route " + method + " " + path));
  }

  private static String key(Route route) {
    return route.method() + " " + route.path();
  }

  Doors doors() {
    return doors.orElseThrow(() -> new IllegalStateException("the demo has not been started"));
  }

  DemoOptions options() {
    return options;
  }

  boolean over() {
    return over;
  }

  @Override
  public void close() {
    over = true;
    servers.forEach(DemoServer::end);
  }
}
