package io.rackstead.tests.bmc;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The simulated BMC as a program, in the place of OpenIPMI's `ipmi_sim`; needs nothing but the
/// test classes on its class path. Says `ready ADDRESS:PORT` on stdout and ends with a signal.
public final class SimulatedBmcMain {
  private static final String USAGE =
      """
      usage: SimulatedBmcMain [--address 127.0.0.1] [--port 623] [--user admin] [--password secret]
                              [--uuid UUID] [--guid-order smbios|rfc4122] [--suites 3,17]
                              [--sessions 4] [--late MILLISECONDS] [--loss PERCENT]
                              [--sol ANYTHING] [--chassis PROGRAM [ARGUMENT]...]
      --chassis is last: all that follows is the program, called with "get power", "set power 1",
      "set reset 1", "set shutdown 1", "set boot pxe"; without it the server is a lamp in memory
      """;

  private String address = "127.0.0.1";
  private int port = 623;
  private String user = "admin";
  private String password = "secret";
  private UUID uuid = SimulatedBmcConfig.UUID_OF_SERVER;
  private boolean smbios = true;
  private List<Suite> suites = List.of(Suite.values());
  private int sessions = 4;
  private int late;
  private int loss;
  private List<String> program = List.of();

  private SimulatedBmcMain() {}

  public static void main(String[] args) throws InterruptedException {
    var main = new SimulatedBmcMain();
    try {
      main.read(args);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    try {
      main.run();
    } catch (UncheckedIOException e) {
      System.err.println(e.getMessage() + ": " + e.getCause());
      System.exit(1);
    }
  }

  private void read(String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      if (args[i].equals("--chassis")) {
        program = List.of(Arrays.copyOfRange(args, i + 1, args.length));
        return;
      }
      take(args[i], args[i + 1]);
    }
  }

  private void take(String name, String value) {
    switch (name) {
      case "--address" -> address = value;
      case "--port" -> port = Integer.parseInt(value);
      case "--user" -> user = value;
      case "--password" -> password = value;
      case "--uuid" -> uuid = UUID.fromString(value);
      case "--guid-order" -> smbios = value.equals("smbios");
      case "--suites" ->
          suites =
              Arrays.stream(value.split(",", -1)).map(Integer::parseInt).map(Suite::of).toList();
      case "--sessions" -> sessions = Integer.parseInt(value);
      case "--late" -> late = Integer.parseInt(value);
      case "--loss" -> loss = Integer.parseInt(value);
      case "--sol" -> {}
      default -> throw new IllegalArgumentException("unknown option " + name);
    }
  }

  private void run() throws InterruptedException {
    var config =
        new SimulatedBmcConfig(
            new InetSocketAddress(address, port),
            List.of(new SimulatedUser(user, password, SimulatedUser.ADMINISTRATOR)),
            suites,
            smbios ? SimulatedBmcConfig.smbios(uuid) : SimulatedBmcConfig.rfc4122(uuid),
            sessions);
    var chassis = program.isEmpty() ? new MemoryChassis() : new CommandChassis(program);
    try (var bmc = new SimulatedBmc(config, chassis)) {
      bmc.faults.late = Duration.ofMillis(late);
      bmc.faults.loss = loss;
      System.out.println("ready " + address + ":" + bmc.port());
      bmc.await();
    }
  }
}
