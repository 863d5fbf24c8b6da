package io.rackstead.pxe.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Golden;
import io.rackstead.pxe.dhcp.DhcpMessage;
import io.rackstead.pxe.dhcp.DhcpOptions;
import io.rackstead.pxe.dhcp.MessageType;
import io.rackstead.pxe.net.Subnet;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Beside and behind what others run: a foreign DHCP server on the same wire, and a relay. Real
/// packets in network namespaces; the foreign server and the relay are dnsmasq, the relayed client
/// is BusyBox.
@Tag("lab")
class ForeignDhcpTest {
  @TempDir Path folder;

  @Test
  void besideAForeignServerTheProxyOffersTheLoaderAndPort4011SaysItAgain() throws Exception {
    try (var net = new Namespaces("s", "f", "c")) {
      net.in("f", "ip", "link", "add", "br0", "type", "bridge");
      net.in("f", "ip", "addr", "add", "10.77.0.2/24", "dev", "br0");
      net.in("f", "ip", "link", "set", "br0", "up");
      net.cable("s", "prov0", "f", "toS");
      net.cable("c", "c0", "f", "toC");
      net.in("f", "ip", "link", "set", "toS", "master", "br0");
      net.in("f", "ip", "link", "set", "toC", "master", "br0");
      net.in("s", "ip", "addr", "add", "10.77.0.1/24", "dev", "prov0");
      net.in("c", "ip", "addr", "add", "10.77.0.60/24", "dev", "c0");
      net.in("c", "ip", "route", "add", "default", "dev", "c0");
      dnsmasq(net, "--interface=br0", "--dhcp-range=10.77.0.100,10.77.0.120,10m");
      ours(net, "proxy");

      var discover = golden("ovmf-discover.hex");
      var offers = send(net, "255.255.255.255", 67, discover);
      assertThat(offers).containsOnlyKeys("10.77.0.1:67", "10.77.0.2:67");
      var proxied = offers.get("10.77.0.1:67");
      assertThat(proxied.type()).contains(MessageType.OFFER);
      assertThat(proxied.yiaddr()).as("no address from a proxy").isEqualTo(DhcpMessage.NONE);
      assertThat(proxied.options().text(DhcpOptions.CLASS_ID)).contains("PXEClient");
      assertThat(offers.get("10.77.0.2:67").yiaddr().getHostAddress()).startsWith("10.77.0.1");

      // the firmware has its address now and asks the proxy itself (PXE 2.1 §2.2.3)
      var request =
          new DhcpMessage(
              DhcpMessage.REQUEST,
              discover.hops(),
              discover.xid(),
              discover.secs(),
              false,
              Subnet.address("10.77.0.60"),
              DhcpMessage.NONE,
              DhcpMessage.NONE,
              DhcpMessage.NONE,
              discover.chaddr(),
              discover.sname(),
              discover.file(),
              discover.options().with(DhcpOptions.MESSAGE_TYPE, 3));
      var answers = send(net, "10.77.0.1", 4011, request);
      assertThat(answers).containsOnlyKeys("10.77.0.1:4011");
      var answer = answers.get("10.77.0.1:4011");
      assertThat(answer.type()).contains(MessageType.ACK);
      assertThat(answer.xid()).isEqualTo(discover.xid());
      assertThat(answer.options().text(DhcpOptions.BOOT_FILE).orElse(answer.file()))
          .isEqualTo("snponly.efi");
    }
  }

  @Test
  void aClientBehindARelayIsGivenAnAddressOfItsOwnNetworkAndItsLoader() throws Exception {
    try (var net = new Namespaces("s", "f", "c")) {
      net.cable("s", "prov0", "f", "toS");
      net.cable("c", "c0", "f", "toC");
      net.in("s", "ip", "addr", "add", "10.77.0.1/24", "dev", "prov0");
      net.in("f", "ip", "addr", "add", "10.77.0.2/24", "dev", "toS");
      net.in("f", "ip", "addr", "add", "10.90.0.1/24", "dev", "toC");
      net.in("f", "sysctl", "-qw", "net.ipv4.ip_forward=1");
      net.in("s", "ip", "route", "add", "10.90.0.0/24", "via", "10.77.0.2");
      dnsmasq(net, "--dhcp-relay=10.90.0.1,10.77.0.1");
      var log = ours(net, "relay");

      var lease = lease(net);
      assertThat(lease)
          .contains("ip=10.90.0.50\n", "mask=24\n", "router=10.90.0.1\n")
          .contains("serverid=10.77.0.1\n", "boot_file=snponly.efi\n", "siaddr=10.77.0.1\n");
      Namespaces.await(log, "10.90.0.50");
    }
  }

  /// A card that is pulled and put in again: same name, another interface.
  @Test
  void anInterfaceThatGoesAndComesIsServedAgain() throws Exception {
    try (var net = new Namespaces("s", "c")) {
      connected(net);
      ours(net, "server");
      assertThat(lease(net)).contains("ip=10.77.0.50\n");
      net.in("s", "ip", "link", "del", "prov0");
      connected(net);
      // the client's end is another, too, and so is its address
      assertThat(lease(net)).contains("ip=10.77.0.51\n");
    }
  }

  /// What an independent client was told, as its script sees it.
  private String lease(Namespaces net) throws Exception {
    var said = folder.resolve("lease");
    var script = folder.resolve("script");
    Files.writeString(script, "#!/bin/sh\n[ \"$1\" = bound ] && env > " + said + "\nexit 0\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    net.in(
        "c",
        "busybox",
        "udhcpc",
        "-i",
        "c0",
        "-f",
        "-q",
        "-n",
        "-t",
        "10",
        "-T",
        "2",
        "-V",
        "PXEClient:Arch:00007:UNDI:003016",
        "-x",
        "0x5d:0007",
        "-x",
        "0x5e:010310",
        "-O",
        "bootfile",
        "-O",
        "tftp",
        "-s",
        script.toString());
    return Files.readString(said);
  }

  /// Somebody has an address of the range and never asked for it. The kernel there answers ARP.
  @ParameterizedTest
  @CsvSource({"server, 10.77.0.52", "unchecked, 10.77.0.50"})
  void anAddressThatSomebodySitsOnIsNotGivenAway(String mode, String given) throws Exception {
    try (var net = new Namespaces("s", "x", "c")) {
      net.in("s", "ip", "link", "add", "prov0", "type", "bridge");
      net.in("s", "ip", "addr", "add", "10.77.0.1/24", "dev", "prov0");
      net.in("s", "ip", "link", "set", "prov0", "up");
      net.cable("x", "x0", "s", "toX");
      net.cable("c", "c0", "s", "toC");
      net.in("s", "ip", "link", "set", "toX", "master", "prov0");
      net.in("s", "ip", "link", "set", "toC", "master", "prov0");
      net.in("x", "ip", "addr", "add", "10.77.0.50/24", "dev", "x0");
      net.in("x", "ip", "addr", "add", "10.77.0.51/24", "dev", "x0");
      ours(net, mode);
      assertThat(lease(net)).contains("ip=" + given + "\n");
    }
  }

  private static void connected(Namespaces net) throws Exception {
    net.cable("s", "prov0", "c", "c0");
    net.in("s", "ip", "addr", "add", "10.77.0.1/24", "dev", "prov0");
  }

  private static void dnsmasq(Namespaces net, String... options) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--port=0",
                "--no-ping",
                "--log-facility=-",
                "--log-dhcp",
                "--leasefile-ro",
                "--user=root",
                "--pid-file="));
    command.addAll(List.of(options));
    Namespaces.await(net.start("f", command.toArray(String[]::new)), "dnsmasq-dhcp");
  }

  private BlockingQueue<String> ours(Namespaces net, String mode) throws Exception {
    Files.writeString(folder.resolve("vmlinuz"), "kernel");
    Files.writeString(folder.resolve("initrd.img"), "initrd");
    Files.writeString(folder.resolve("decision"), "linux");
    var lines = net.start("s", Namespaces.java(PxeLab.class, folder.toString(), mode));
    Namespaces.await(lines, "name=tftp, status=SERVING");
    return lines;
  }

  private static Map<String, DhcpMessage> send(
      Namespaces net, String to, int port, DhcpMessage message) throws Exception {
    var hex = hex(message.encode());
    var said = net.in("c", Namespaces.java(UdpClient.class, to, "" + port, hex));
    var answers = new HashMap<String, DhcpMessage>();
    for (var line : said.lines().filter(l -> l.matches("[0-9.]+:\\d+ [0-9a-f]+")).toList()) {
      var words = line.split(" ", 2);
      answers.put(words[0], DhcpMessage.decode(ByteBuffer.wrap(HexFormat.of().parseHex(words[1]))));
    }
    return answers;
  }

  private static String hex(ByteBuffer packet) {
    var octets = new byte[packet.remaining()];
    packet.get(octets);
    return HexFormat.of().formatHex(octets);
  }

  private static DhcpMessage golden(String name) throws Exception {
    var packet =
        Golden.packets("dhcp").stream()
            .filter(p -> p.toString().equals(name))
            .findFirst()
            .orElseThrow();
    return DhcpMessage.decode(ByteBuffer.wrap(packet.octets()));
  }
}
