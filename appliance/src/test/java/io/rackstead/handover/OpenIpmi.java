package io.rackstead.handover;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/// OpenIPMI's `ipmi_sim` on loopback: a BMC that is not ours, whose chassis is a file.
record OpenIpmi(Process process, int port, Path folder) implements AutoCloseable {
  static final String USER = "admin";
  static final String PASSWORD = "secret";

  static boolean installed() {
    return Files.isExecutable(Path.of("/usr/bin/ipmi_sim"))
        && Files.isExecutable(Path.of("/usr/bin/ipmitool"));
  }

  static OpenIpmi start(Path folder) throws IOException {
    int port;
    try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(folder.resolve("power"), "1\n");
    var chassis = folder.resolve("chassis");
    Files.writeString(
        chassis,
        """
        #!/bin/sh
        cd %s && echo "$*" >>said
        case "$1 $2" in
        "get power") echo "power:$(cat power)" ;;
        "get boot") echo "boot:default" ;;
        "set power") echo "$3" >power ;;
        "set "*) ;;
        *) exit 1 ;;
        esac
        """
            .formatted(folder));
    Files.setPosixFilePermissions(chassis, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(folder.resolve("state"));
    Files.writeString(
        folder.resolve("lan.conf"),
        """
        name "bmc"
        set_working_mc 0x20
          startlan 1
            addr 127.0.0.1 %d
            priv_limit admin
            allowed_auths_callback none md2 md5 straight
            allowed_auths_user none md2 md5 straight
            allowed_auths_operator none md2 md5 straight
            allowed_auths_admin none md2 md5 straight
            guid 00112233445566778899aabbccddeeff
          endlan
          chassis_control "%s"
          user 1 true "" "" user 10 none md2 md5 straight
          user 2 true "%s" "%s" admin 10 none md2 md5 straight
        """
            .formatted(port, chassis, USER, PASSWORD));
    Files.writeString(
        folder.resolve("bmc.emu"),
        """
        mc_setbmc 0x20
        mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
        sel_enable 0x20 1000 0x0a
        sensor_add 0x20 0 1 0x01 0x01
        sensor_set_value 0x20 0 1 0x1c 0
        mc_enable 0x20
        """);
    var process =
        new ProcessBuilder("ipmi_sim", "-n", "-c", "lan.conf", "-f", "bmc.emu", "-s", "state")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    return new OpenIpmi(process, port, folder);
  }

  /// `1` or `0`, as its chassis is.
  String power() throws IOException {
    return Files.readString(folder.resolve("power")).strip();
  }

  /// What the chassis was told.
  String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
