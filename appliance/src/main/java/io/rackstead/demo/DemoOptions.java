package io.rackstead.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What kind of a rack: `--demo N` and its companions.
///
/// @param speed how many seconds of the fake servers pass in one of ours
/// @param faults how many of the servers have a fault, 0 to 1
/// @param seed the same seed makes the same servers with the same faults
public record DemoOptions(int machines, double speed, double faults, long seed) {
  private static final int MOST = 100_000;

  /// The flags of the demo, and what is left for the configuration.
  public record Taken(Optional<DemoOptions> demo, List<String> rest) {}

  /// Takes the demo's flags out of the others. What a demo wants of the rest of the appliance is
  /// put before them, so that any of it can still be said otherwise.
  public static Taken take(List<String> args) {
    int machines = 0;
    double speed = 20;
    double faults = 0;
    long seed = 1;
    var rest = new ArrayList<String>();
    for (int i = 0; i < args.size(); i++) {
      var arg = args.get(i);
      if (!arg.equals("--demo") && !arg.startsWith("--demo.") && !arg.startsWith("--demo=")) {
        rest.add(arg);
        continue;
      }
      int is = arg.indexOf('=');
      var name = is < 0 ? arg : arg.substring(0, is);
      if (is < 0 && i + 1 == args.size()) {
        throw new IllegalArgumentException(arg + " wants a value");
      }
      var value = is < 0 ? args.get(++i) : arg.substring(is + 1);
      switch (name) {
        case "--demo" -> machines = (int) number(name, value, 1, MOST);
        case "--demo.speed" -> speed = number(name, value, 0.01, 1e6);
        case "--demo.faults" -> faults = number(name, value, 0, 1);
        case "--demo.seed" -> seed = (long) number(name, value, 0, 1L << 52);
        default ->
            throw new IllegalArgumentException(
                name + " is not known: the demo has --demo, --demo.speed, .faults and .seed");
      }
    }
    if (machines == 0) {
      if (rest.size() != args.size()) {
        throw new IllegalArgumentException("say how many servers the demo has: --demo 20");
      }
      return new Taken(Optional.empty(), rest);
    }
    var all = new ArrayList<>(defaults(rest));
    all.addAll(rest);
    return new Taken(Optional.of(new DemoOptions(machines, speed, faults, seed)), all);
  }

  /// No packet of ours leaves this host, newcomers are taken in, and the brake, which is for real
  /// disks, does not hold.
  private static List<String> defaults(List<String> given) {
    var defaults = new ArrayList<String>();
    for (var setting :
        List.of(
            "--data=demo-data",
            "--http.address=127.0.0.1",
            "--pxe.dhcp-port=-1",
            "--pxe.proxy-port=-1",
            "--pxe.tftp-port=-1",
            "--dns.port=-1",
            "--pxe.http-port=0",
            "--network=lo 127.0.0.0/8 proxy",
            "--accept=all",
            "--test.effort=quick",
            "--brake.at-a-time=10000",
            "--brake.per-hour=100000",
            "--brake.power-offs-per-hour=100000")) {
      var name = setting.substring(0, setting.indexOf('='));
      if (given.stream().noneMatch(arg -> arg.equals(name) || arg.startsWith(name + "="))) {
        defaults.add(setting);
      }
    }
    return defaults;
  }

  private static double number(String name, String value, double least, double most) {
    try {
      double number = Double.parseDouble(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IllegalArgumentException(
        "%s is a number from %s to %s, got %s".formatted(name, least, most, value));
  }
}
