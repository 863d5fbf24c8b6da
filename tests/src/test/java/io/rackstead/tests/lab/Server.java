package io.rackstead.tests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One virtual server of the lab as the world sees it: its disk, its power, its console.
record Server(Lab lab, int number) {
  private static final Duration QUICK = Duration.ofSeconds(30);

  /// The disk, a raw file on the host.
  Path disk() {
    return Path.of(lab.setting("VMDIR"), "vm" + number + ".raw");
  }

  String console() {
    return Lab.text(Path.of(lab.setting("VMDIR"), "vm" + number + ".log"));
  }

  /// The last of what it showed, for a message that has to explain itself.
  String consoleTail() {
    var lines = console().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }

  /// What QEMU says, not what the BMC says: there is a process or there is none.
  boolean isOn() {
    return vm("status").startsWith("on");
  }

  /// Ready is said when the work is done; the power goes a moment later.
  void awaitOff(Duration limit) {
    Api.await(
        "server " + number + " that is off",
        limit,
        () -> isOn() ? Optional.empty() : Optional.of(true));
  }

  /// The hand at the machine: start, kill, reset or status.
  String vm(String verb) {
    var call =
        List.of(
            "env",
            "LAB=" + lab.setting("LAB"),
            "VMDIR=" + lab.setting("VMDIR"),
            "RUNDIR=" + lab.setting("RUNDIR"),
            Lab.ROOT.resolve("tests/lab/vm.sh").toString(),
            verb,
            "vm" + number);
    return Command.output(QUICK, call);
  }

  /// What the BMC says to ipmitool, with the account that it was delivered with.
  String bmcPower() {
    return ipmitool("chassis", "power", "status").out().strip();
  }

  /// A BMC may say it a moment later than the machine's process ends or begins.
  void awaitBmcPower(String state) {
    Api.await(
        "BMC of server " + number + " that says " + state,
        QUICK,
        () ->
            bmcPower().equals("Chassis Power is " + state) ? Optional.of(true) : Optional.empty());
  }

  Command ipmitool(String... arguments) {
    var call = new ArrayList<>(List.of("ipmitool", "-I", "lanplus", "-C", "3"));
    call.addAll(List.of("-H", "10.78.128." + number, "-U", "admin", "-P", "secret"));
    call.addAll(Arrays.asList(arguments));
    return lab.inServerNamespace(QUICK, call);
  }

  /// Runs a command on the installed system, over SSH from the appliance's namespace.
  Command ssh(Path key, String address, String... command) {
    return sshAs("debian", key, address, command);
  }

  Command sshAs(String user, Path key, String address, String... command) {
    var call =
        new ArrayList<>(
            List.of(
                "ssh",
                "-i",
                key.toString(),
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=30",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                user + "@" + address));
    call.addAll(Arrays.asList(command));
    return lab.inServerNamespace(Duration.ofMinutes(2), call);
  }

  /// The partitions of the disk as sfdisk reads them: `start` and `size` in sectors, `type`.
  List<JsonNode> partitions() {
    var done = Command.run(QUICK, "sfdisk", "--json", disk().toString());
    if (done.exit() != 0) {
      return List.of();
    }
    try {
      var found = new ArrayList<JsonNode>();
      String json = done.out().substring(done.out().indexOf('{'));
      new ObjectMapper().readTree(json).at("/partitiontable/partitions").forEach(found::add);
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes(long offset, int length) {
    try (var file = new RandomAccessFile(disk().toFile(), "r")) {
      var bytes = new byte[length];
      file.seek(offset);
      file.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + disk() + " at " + offset, e);
    }
  }

  long diskSize() {
    return disk().toFile().length();
  }
}
