package io.rackstead.tests.bmc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A server that a program controls, called as OpenIPMI's simulator calls its own: `PROGRAM… get
/// power` prints `power:1`, `PROGRAM… set power 1`, `set reset 1`, `set shutdown 1`, `set boot
/// pxe`. What those words cannot say stands in the environment: BOOT_DEVICE (`disk` by its name),
/// BOOT_PERSISTENT, BOOT_EFI as 0 or 1.
final class CommandChassis implements Chassis {
  private static final int PATIENCE_SECONDS = 60;

  private final List<String> program;

  /// Changes happen one after the other and off the BMC's own thread: a BMC answers before the
  /// server has started.
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("chassis").factory());

  CommandChassis(List<String> program) {
    this.program = List.copyOf(program);
  }

  @Override
  public boolean isOn() {
    return call(Boot.NONE, "get", "power").contains("power:1");
  }

  @Override
  public void act(Action action, Boot flags) {
    switch (action) {
      case POWER_DOWN -> later(flags, "power", "0");
      case POWER_UP -> later(flags, "power", "1");
      case POWER_CYCLE, HARD_RESET -> later(flags, "reset", "1");
      case SOFT_SHUTDOWN -> later(flags, "shutdown", "1");
      case DIAGNOSTIC_INTERRUPT -> say("a diagnostic interrupt, which the program does not know");
    }
  }

  @Override
  public void boot(Boot flags) {
    // OpenIPMI's word for the disk is "default"
    later(flags, "boot", flags.device().equals("disk") ? "default" : flags.device());
  }

  private void later(Boot flags, String parameter, String value) {
    worker.execute(
        () -> say("set " + parameter + " " + value + call(flags, "set", parameter, value)));
  }

  private String call(Boot flags, String... words) {
    var command = new ArrayList<>(program);
    command.addAll(List.of(words));
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("BOOT_DEVICE", flags.device());
      builder.environment().put("BOOT_PERSISTENT", flags.persistent() ? "1" : "0");
      builder.environment().put("BOOT_EFI", flags.efi() ? "1" : "0");
      var process = builder.start();
      process.getOutputStream().close();
      var output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return " took longer than " + PATIENCE_SECONDS + " s";
      }
      return process.exitValue() == 0
          ? " " + output
          : " failed with " + process.exitValue() + ": " + output;
    } catch (IOException e) {
      return " failed: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return " interrupted";
    }
  }

  private static void say(String what) {
    System.err.println("chassis: " + what);
  }
}
