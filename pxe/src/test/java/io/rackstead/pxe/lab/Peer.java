package io.rackstead.pxe.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A program to be measured beside us, with its own configuration in a folder of its own. Where the
/// programs were unpacked and not installed, they are found under `tests/target/peers`, or where
/// `-Dpeers=` says.
record Peer(String name, String program, List<String> arguments) {
  private static final Path UNPACKED =
      Path.of(System.getProperty("peers", "../tests/target/peers")).toAbsolutePath().normalize();

  private Optional<Path> path() {
    return List.of(Path.of("/"), UNPACKED).stream()
        .map(root -> root.resolve("usr/sbin").resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  boolean here() {
    return path().isPresent();
  }

  /// @param folder stands for `FOLDER` among the arguments
  String[] command(Path folder) {
    var command = new ArrayList<String>();
    command.add("env");
    command.add("LD_LIBRARY_PATH=" + UNPACKED.resolve("usr/lib/x86_64-linux-gnu"));
    command.add("KEA_PIDFILE_DIR=" + folder);
    command.add("KEA_LOCKFILE_DIR=" + folder);
    command.add(path().orElseThrow().toString());
    arguments.forEach(word -> command.add(word.replace("FOLDER", folder.toString())));
    return command.toArray(String[]::new);
  }

  static Peer kea(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("kea.conf"),
        """
        {"Dhcp4": {
          "interfaces-config": {"interfaces": ["prov0"], "dhcp-socket-type": "udp"},
          "lease-database": {"type": "memfile", "name": "FOLDER/kea.csv", "lfc-interval": 0},
          "valid-lifetime": 3600,
          "next-server": "10.64.0.1", "boot-file-name": "snponly.efi",
          "option-data": [
            {"name": "routers", "data": "10.64.0.1"},
            {"name": "domain-name-servers", "data": "10.64.0.1"},
            {"name": "domain-name", "data": "example.org"}],
          "subnet4": [{"subnet": "10.64.0.0/10", "pools": [{"pool": "10.65.0.0-10.68.255.255"}]}],
          "loggers": [{"name": "kea-dhcp4", "severity": "ERROR",
            "output_options": [{"output": "stdout"}]}]}}
        """
            .replace("FOLDER", folder.toString()));
    return new Peer("kea (memfile, no sync)", "kea-dhcp4", List.of("-c", "FOLDER/kea.conf"));
  }

  /// With its own group commit, which is off by default; its lists want a small range.
  static Peer isc(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("dhcpd.conf"),
        """
        authoritative;
        ping-check false;
        delayed-ack 28;
        max-ack-delay 5000;
        default-lease-time 3600;
        subnet 10.64.0.0 netmask 255.192.0.0 {
          range 10.65.0.0 10.66.255.255;
          option routers 10.64.0.1;
          option domain-name-servers 10.64.0.1;
          option domain-name "example.org";
          next-server 10.64.0.1;
          filename "snponly.efi";
        }
        """);
    Files.writeString(folder.resolve("dhcpd.leases"), "");
    return new Peer(
        "isc (delayed-ack)",
        "dhcpd",
        List.of(
            "-4",
            "-f",
            "-q",
            "-cf",
            "FOLDER/dhcpd.conf",
            "-lf",
            "FOLDER/dhcpd.leases",
            "--no-pid",
            "prov0"));
  }

  static Peer dnsmasq() {
    return new Peer(
        "dnsmasq",
        "dnsmasq",
        List.of(
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--port=0",
            "--no-ping",
            "--user=root",
            "--pid-file=",
            "--interface=prov0",
            "--dhcp-authoritative",
            "--dhcp-lease-max=100000",
            "--dhcp-range=10.65.0.0,10.66.255.255,255.192.0.0,1h",
            "--dhcp-boot=snponly.efi",
            "--dhcp-leasefile=FOLDER/dnsmasq.leases",
            "--log-facility=/dev/null",
            "--enable-tftp",
            "--tftp-root=FOLDER/files",
            "--tftp-max=1000"));
  }
}
