package io.rackstead.appliance;

import io.rackstead.appliance.Config.Key;
import io.rackstead.boot.IsoCommand;
import io.rackstead.cli.Cli;
import io.rackstead.demo.Demo;
import io.rackstead.demo.DemoFolder;
import io.rackstead.demo.DemoOptions;
import io.rackstead.image.build.ImageCommand;
import io.rackstead.pxe.ServiceState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the appliance, or carries out one of its sub-commands.
public final class Main {
  private static final int START_FAILED = 1;
  private static final int CONFIGURATION = 2;

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> args) {
    if (!args.isEmpty() && Cli.COMMANDS.contains(args.getFirst())) {
      return Cli.run(
          args,
          System.out,
          System.err,
          data ->
              ConfigReader.read(List.of("--data", data.toString()), System.getenv())
                  .config()
                  .database());
    }
    if (!args.isEmpty() && args.getFirst().equals("images")) {
      return images(args.subList(1, args.size()));
    }
    if (!args.isEmpty() && args.getFirst().equals("iso")) {
      return IsoCommand.run(args.subList(1, args.size()), Main::ports, System.out, System.err);
    }
    if (args.contains("--help") && (args.getFirst().startsWith("-"))) {
      System.out.print(help());
      return 0;
    }
    if (args.contains("--version")) {
      System.out.println("rackstead " + version());
      return 0;
    }
    try {
      boolean print = args.contains("--print-config");
      var taken = DemoOptions.take(args);
      var read =
          ConfigReader.read(
              taken.rest().stream().filter(arg -> !arg.equals("--print-config")).toList(),
              System.getenv());
      if (print) {
        System.out.print(read.print());
        return 0;
      }
      DemoFolder.claim(read.config().data(), taken.demo().isPresent());
      if (taken.demo().isEmpty()) {
        return serve(read.config(), Outside.real());
      }
      try (var demo = new Demo(taken.demo().get())) {
        return serve(read.config(), Outside.of(demo));
      }
    } catch (IllegalArgumentException e) {
      System.err.println("configuration: " + e.getMessage());
      return CONFIGURATION;
    } catch (IOException e) {
      System.err.println("configuration cannot be read: " + e.getMessage());
      return CONFIGURATION;
    }
  }

  private static IsoCommand.Ports ports(List<String> settings) throws IOException {
    var config = ConfigReader.read(settings, System.getenv()).config();
    return new IsoCommand.Ports(config.http().port(), config.pxe().httpPort());
  }

  /// Works on the folder of images, whether the appliance runs or not.
  private static int images(List<String> args) {
    var rest = new ArrayList<>(args);
    int at = rest.indexOf("--data");
    var data = "data";
    if (at >= 0 && at + 1 < rest.size()) {
      data = rest.get(at + 1);
      rest.subList(at, at + 2).clear();
    }
    return ImageCommand.run(
        rest, Path.of(data, "images"), InstantSource.system(), System.out, System.err);
  }

  private static int serve(Config config, Outside outside) {
    var log = LoggerFactory.getLogger(Main.class);
    Appliance appliance;
    try {
      appliance = Appliance.start(config, outside);
    } catch (IOException | RuntimeException e) {
      log.debug("start failed", e);
      System.err.println("cannot start: " + e.getMessage());
      return START_FAILED;
    }
    var ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  appliance.close();
                  ended.countDown();
                  // the status of a clean end is 0, whichever signal asked for it
                  Runtime.getRuntime().halt(0);
                },
                "end"));
    appliance.services().forEach(service -> tell(log, service));
    appliance
        .firstPassword()
        .ifPresent(password ->
            System.err.println(
                "first administrator: admin, password "
                    + password.reveal()
                    + " (shown this once)"));
    appliance
        .serving()
        .thenAccept(port -> {
          System.out.println("ready http://127.0.0.1:" + port + "/MAAS/");
          System.out.flush();
        });
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private static void tell(Logger log, ServiceState service) {
    switch (service.status()) {
      case SERVING -> log.info("{}: {}", service.name(), service.detail());
      case OFF -> log.info("{} is off: {}", service.name(), service.detail());
      case FAILED -> log.error("{}: {}", service.name(), service.detail());
    }
  }

  public static String version() {
    var version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0" : version;
  }

  private static String help() {
    var text =
        new StringBuilder(
            """
            usage: appliance/run [--data DIR] [SETTING ...]
                   appliance/run COMMAND ... --data DIR

            Starts the appliance on its data folder (default ./data) and stays in the foreground.

            settings, each also in DIR/appliance.yaml and as RACKSTEAD_... in the environment:
            """);
    for (var key : Key.values()) {
      text.append(
          "  --%-16s %s (default %s)%n"
              .formatted(key.text(), key.help(), Config.DEFAULT.text(key)));
    }
    return text.append(
            """
              --demo N           N fake servers in this process, nothing else: no DHCP, no real BMC,
                                 in a folder of their own (default ./demo-data);
                                 --demo.speed X (20), --demo.faults 0..1 (0), --demo.seed N (1)
              --print-config     show each setting and where it came from
              --version          show the version

            commands: createadmin, apikey, images, iso, events, backup, restore, confirm, status; each knows
            --help
            """)
        .toString();
  }
}
