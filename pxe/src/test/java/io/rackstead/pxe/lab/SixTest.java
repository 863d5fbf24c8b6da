package io.rackstead.pxe.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// IPv6 alone: an independent client, a host that hears routers, and real firmware.
@Tag("lab")
class SixTest {
  private static final int PATIENCE_SECONDS = 420;
  private static final String MAC = "52:54:00:77:00:01";
  private static final Path LAB = Path.of("../tests/lab").toAbsolutePath().normalize();

  @TempDir Path folder;

  @Test
  void anIndependentClientGetsAnAddressItsResolverAndItsLoader() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/sbin/dhclient")), "no isc-dhcp-client: tests/run");
    try (var net = new Namespaces("s", "c")) {
      connected(net);
      var log = ours(net, "s", "six");
      var said = lease(net);
      assertThat(said).contains("address=fd77::1").contains("resolver=fd77::1");
      Namespaces.await(log, "SOLICIT");
      Namespaces.await(log, "REPLY fd77::1");
      assertThat(lease(net)).as("the same address again").isEqualTo(said);
    }
  }

  @Test
  void aHostLearnsThePrefixOfTheLinkAndThatThereIsNoRouter() throws Exception {
    try (var net = new Namespaces("s", "c")) {
      connected(net);
      ours(net, "s", "six");
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
      var routes = "";
      while (!routes.contains("fd77::/64") && System.nanoTime() < until) {
        routes = net.in("c", "ip", "-6", "route", "show", "dev", "c0");
        TimeUnit.MILLISECONDS.sleep(200);
      }
      assertThat(routes).contains("fd77::/64 proto kernel").doesNotContain("default");
    }
  }

  /// A server and a router of somebody else's on our link, dnsmasq in both parts.
  @Test
  void aForeignServerAndAForeignRouterAreReportedWithinNinetySeconds() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/dnsmasq")), "no dnsmasq-base: tests/run");
    try (var net = new Namespaces("s", "c")) {
      connected(net);
      net.in("c", "ip", "-6", "addr", "add", "fd99::2/64", "dev", "c0", "nodad");
      var ours = net.begin("s", Namespaces.java(PxeLab.class, decided().toString(), "six"));
      net.start(
          "c",
          "dnsmasq",
          "--keep-in-foreground",
          "--conf-file=/dev/null",
          "--port=0",
          "--interface=c0",
          "--enable-ra",
          "--dhcp-range=fd99::100,fd99::1ff,64,10m",
          "--leasefile-ro",
          "--user=root",
          "--pid-file=");
      long start = System.nanoTime();
      var said = new StringBuilder();
      while (!said.toString().contains("another DHCPv6 server, fe80")
          || !said.toString().contains("another IPv6 router, fe80")) {
        assertThat(System.nanoTime() - start).as(said.toString()).isLessThan(90_000_000_000L);
        TimeUnit.SECONDS.sleep(1);
        ours.getOutputStream().write('\n');
        ours.getOutputStream().flush();
        var waiting = ours.getInputStream().available();
        said.append(new String(ours.getInputStream().readNBytes(waiting), US_ASCII));
      }
    }
  }

  private static void connected(Namespaces net) throws Exception {
    net.cable("s", "prov0", "c", "c0");
    net.in("s", "ip", "-6", "addr", "add", "fd77::1/64", "dev", "prov0", "nodad");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (net.in("c", "ip", "-6", "addr", "show", "dev", "c0", "tentative").contains("fe80")
        || net.in("s", "ip", "-6", "addr", "show", "dev", "prov0", "tentative").contains("fe80")) {
      assertThat(System.nanoTime()).as("an address of the link").isLessThan(until);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private String lease(Namespaces net) throws Exception {
    var said = folder.resolve("lease");
    var script = folder.resolve("script");
    Files.writeString(
        script,
        """
        #!/bin/sh
        [ "$reason" = BOUND6 ] || exit 0
        echo "address=$new_ip6_address" > %1$s
        echo "resolver=$new_dhcp6_name_servers" >> %1$s
        """
            .formatted(said));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.deleteIfExists(said);
    Files.deleteIfExists(folder.resolve("dhclient.leases"));
    net.in(
        "c",
        "dhclient",
        "-6",
        "-1",
        "-nw",
        "-sf",
        script.toString(),
        "-cf",
        "/dev/null",
        "-lf",
        folder.resolve("dhclient.leases").toString(),
        "-pf",
        folder.resolve("dhclient.pid").toString(),
        "c0");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(said) || !Files.readString(said).contains("resolver=")) {
      assertThat(System.nanoTime()).as("dhclient has a lease").isLessThan(until);
      TimeUnit.MILLISECONDS.sleep(200);
    }
    net.in("c", "kill", Files.readString(folder.resolve("dhclient.pid")).strip());
    return Files.readString(said);
  }

  @ParameterizedTest
  @CsvSource({
    "six, boot tftp://[fd77::1]/snponly.efi, snponly.efi → sent",
    "six-http, boot http://[fd77::1]:5248/snponly.efi, GET /snponly.efi → 200"
  })
  void firmwareOfUefiComesByIpv6ToOurLoaderAndThatToItsScript(
      String mode, String offered, String fetched) throws Exception {
    for (var file : List.of("/usr/bin/qemu-system-x86_64", "/usr/share/OVMF/OVMF_CODE_4M.fd")) {
      assumeTrue(Files.isReadable(Path.of(file)), () -> "no " + file + ": tests/run");
    }
    Files.writeString(
        folder.resolve("vm1.conf"),
        "FW=uefi ROM=none TAP=tap0 BOOT=n MEM=512 MAC="
            + MAC
            + " EXTRA='-fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=y'\n");
    try (var net = new Namespaces()) {
      lab(net, "labnet.sh", "up", "1");
      try {
        var log = ours(net, "-srv", mode);
        lab(net, "vm.sh", "start", "vm1");
        for (var line : List.of(offered, fetched, "loader", "GET /ipxe/525400770001")) {
          Namespaces.await(log, line, PATIENCE_SECONDS);
        }
        Namespaces.await(log, "GET /vmlinuz → 200", PATIENCE_SECONDS);
      } finally {
        lab(net, "vm.sh", "kill", "vm1");
        lab(net, "labnet.sh", "down");
      }
    }
  }

  private java.util.concurrent.BlockingQueue<String> ours(Namespaces net, String where, String mode)
      throws Exception {
    var log = net.start(where, Namespaces.java(PxeLab.class, decided().toString(), mode));
    Namespaces.await(log, "name=dhcp6, status=SERVING");
    Namespaces.await(log, "name=tftp, status=SERVING");
    return log;
  }

  private Path decided() throws Exception {
    Files.writeString(folder.resolve("vmlinuz"), "no kernel");
    Files.writeString(folder.resolve("initrd.img"), "initrd");
    Files.writeString(folder.resolve("decision"), "linux");
    return folder;
  }

  private void lab(Namespaces net, String program, String... words) throws Exception {
    var command = new ArrayList<>(List.of(LAB.resolve(program).toString()));
    command.addAll(List.of(words));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    builder.environment().put("LAB", net.prefix());
    builder.environment().put("VMDIR", folder.toString());
    var process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(program).isTrue();
    assertThat(process.exitValue())
        .as("%s %s: %s", program, words[0], Files.readString(folder.resolve("said")))
        .isZero();
  }
}
