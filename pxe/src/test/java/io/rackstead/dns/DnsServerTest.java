package io.rackstead.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.pxe.ServiceState.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The server as BIND's `dig` sees it, on loopback.
@SuppressWarnings("NullAway.Init")
class DnsServerTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  private DnsServer server;

  /// @param open whether questions for other names are passed on
  private record Known(Zones zones, boolean open, List<InetSocketAddress> servers)
      implements Names {
    @Override
    public boolean mayForward(InetAddress client) {
      return open;
    }

    @Override
    public List<InetSocketAddress> upstream(String name) {
      return servers;
    }
  }

  static Zone zone(String name, DnsRecord... records) {
    return new Zone(
        DnsRecord.soa(name, "rackstead.maas", "hostmaster." + name, 7, 30), List.of(records));
  }

  static Zones zones() {
    var many = new ArrayList<DnsRecord>();
    for (int i = 0; i < 100; i++) {
      many.add(DnsRecord.address("many.maas", 30, InetAddress.ofLiteral("10.9.1." + i)));
    }
    many.add(DnsRecord.address("node-1.maas", 30, InetAddress.ofLiteral("10.9.0.5")));
    many.add(DnsRecord.address("node-1.maas", 30, InetAddress.ofLiteral("2001:db8::5")));
    many.add(DnsRecord.address("a.b.maas", 30, InetAddress.ofLiteral("10.9.0.6")));
    many.add(DnsRecord.pointing("www.maas", DnsType.CNAME, 60, "node-1.maas"));
    many.add(DnsRecord.pointing("round.maas", DnsType.CNAME, 60, "trip.maas"));
    many.add(DnsRecord.pointing("trip.maas", DnsType.CNAME, 60, "round.maas"));
    many.add(DnsRecord.mx("maas", 60, 10, "node-1.maas"));
    many.add(DnsRecord.srv("_ldap._tcp.maas", 60, 1, 2, 389, "node-1.maas"));
    many.add(DnsRecord.txt("maas", 60, "v=spf1 -all"));
    many.add(DnsRecord.sshfp("node-1.maas", 60, 4, 1, "0f".repeat(20)));
    many.add(DnsRecord.pointing("sub.maas", DnsType.NS, 60, "ns.sub.maas"));
    many.add(DnsRecord.address("ns.sub.maas", 60, InetAddress.ofLiteral("10.9.0.7")));
    many.add(DnsRecord.address("*.apps.maas", 60, InetAddress.ofLiteral("10.9.0.8")));
    return new Zones(
        List.of(
            new Zone(DnsRecord.soa("maas", "rackstead.maas", "hostmaster.maas", 7, 30), many),
            zone(
                "0.9.10.in-addr.arpa",
                DnsRecord.pointing("5.0.9.10.in-addr.arpa", DnsType.PTR, 30, "node-1.maas"))));
  }

  private static DnsServer on(Names names) {
    return DnsServer.start(new DnsConfig(0, Optional.of(HERE)), names, Set::of);
  }

  @BeforeEach
  void start() {
    assumeTrue(Files.exists(Path.of("/usr/bin/dig")), "bind9-dnsutils is not installed");
    server = on(new Known(zones(), false, List.of()));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static String dig(DnsServer at, String... asked) throws IOException {
    var command = new ArrayList<>(List.of("dig", "@127.0.0.1", "+tries=1", "+time=9"));
    command.add("-p" + at.bound().getFirst().getPort());
    command.addAll(List.of(asked));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return text.replaceAll("[\t ]+", " ");
  }

  private String dig(String... asked) throws IOException {
    return dig(server, asked);
  }

  @Test
  void everyKindOfRecordIsReadByDig() throws IOException {
    assertThat(dig("+short", "node-1.maas", "A")).isEqualTo("10.9.0.5\n");
    assertThat(dig("+short", "node-1.maas", "AAAA")).isEqualTo("2001:db8::5\n");
    assertThat(dig("+short", "maas", "MX")).isEqualTo("10 node-1.maas.\n");
    assertThat(dig("+short", "maas", "TXT")).isEqualTo("\"v=spf1 -all\"\n");
    assertThat(dig("+short", "_ldap._tcp.maas", "SRV")).isEqualTo("1 2 389 node-1.maas.\n");
    assertThat(dig("+short", "node-1.maas", "SSHFP")).isEqualTo("4 1 " + "0F".repeat(20) + "\n");
    assertThat(dig("+short", "-x", "10.9.0.5")).isEqualTo("node-1.maas.\n");
    assertThat(dig("+short", "x.apps.maas", "A")).isEqualTo("10.9.0.8\n");
    assertThat(dig("+short", "maas", "SOA"))
        .isEqualTo("rackstead.maas. hostmaster.maas. 7 600 1800 604800 30\n");
  }

  @Test
  void anAliasIsFollowedAndARoundOneEnds() throws IOException {
    assertThat(dig("+short", "www.maas", "A")).isEqualTo("node-1.maas.\n10.9.0.5\n");
    assertThat(dig("round.maas", "A")).contains("NOERROR").contains("ANSWER: 2");
  }

  @Test
  void whatIsNotThereIsSaidWithTheZonesSoa() throws IOException {
    assertThat(dig("nobody.maas", "A"))
        .contains("status: NXDOMAIN")
        .contains("AUTHORITY: 1")
        .contains("maas. 30 IN SOA");
    assertThat(dig("node-1.maas", "MX")).contains("status: NOERROR").contains("IN SOA");
    assertThat(dig("b.maas", "A")).as("only names below it").contains("status: NOERROR");
    assertThat(dig("x.sub.maas", "A")).contains("IN NS ns.sub.maas.").contains("ADDITIONAL: 2");
  }

  @Test
  void theCaseOfTheQuestionIsKept() throws IOException {
    assertThat(dig("NoDe-1.MaaS", "A"))
        .contains(";NoDe-1.MaaS. IN A")
        .contains("NoDe-1.MaaS. 30 IN A 10.9.0.5");
  }

  @Test
  void whatIsTooLongForADatagramIsAskedAgainByTcp() throws IOException {
    assertThat(dig("+ignore", "+noedns", "many.maas", "A")).contains("flags: qr aa tc");
    assertThat(dig("+ignore", "+bufsize=65000", "many.maas", "A")).contains("tc");
    assertThat(dig("+short", "many.maas", "A").lines()).hasSize(100);
    assertThat(dig("many.maas", "A")).contains("(TCP)");
    assertThat(dig("+tcp", "+short", "node-1.maas", "A")).isEqualTo("10.9.0.5\n");
  }

  @Test
  void ednsIsAnsweredAndAnUnknownVersionIsSaid() throws IOException {
    assertThat(dig("node-1.maas", "A")).contains("EDNS: version: 0").contains("udp: 1232");
    assertThat(dig("+noedns", "node-1.maas", "A")).doesNotContain("EDNS");
    assertThat(dig("+edns=7", "+noednsneg", "node-1.maas", "A")).contains("BADVERS");
  }

  @Test
  void everythingAtOnceIsNoAmplifier() throws IOException {
    assertThat(dig("+notcp", "many.maas", "ANY")).contains("HINFO \"RFC8482\"");
    assertThat(dig("maas", "AXFR")).contains("Transfer failed");
    assertThat(dig("CH", "TXT", "version.bind")).contains("REFUSED");
    assertThat(dig("+opcode=status", "maas")).contains("NOTIMP");
  }

  @Test
  void otherNamesAreAskedOfOthersForThoseWhoMay() throws IOException {
    assertThat(dig("example.org", "A")).contains("status: REFUSED").doesNotContain(" ra");
    try (var upstream =
            on(
                new Known(
                    new Zones(
                        List.of(
                            zone(
                                "example.org",
                                DnsRecord.address(
                                    "example.org", 5, InetAddress.ofLiteral("192.0.2.1"))))),
                    false,
                    List.of()));
        var asking = on(new Known(zones(), true, upstream.bound()))) {
      assertThat(dig(asking, "ExAmple.org", "A"))
          .contains("status: NOERROR")
          .contains("ExAmple.org. 5 IN A 192.0.2.1");
      assertThat(dig(asking, "+tcp", "+short", "example.org", "A")).isEqualTo("192.0.2.1\n");
      assertThat(dig(asking, "+norecurse", "example.org", "A")).contains("REFUSED");
      assertThat(dig(asking, "+short", "node-1.maas", "A")).isEqualTo("10.9.0.5\n");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsPassedOver() throws IOException {
    try (var silent = new java.net.DatagramSocket(0, HERE);
        var asking =
            on(
                new Known(
                    zones(), true, List.of(new InetSocketAddress(HERE, silent.getLocalPort()))))) {
      assertThat(dig(asking, "example.org", "A")).contains("status: SERVFAIL");
    }
  }

  @Test
  void aTakenPortSaysWhatToDoAndAnotherServerStays() {
    int port = server.bound().getFirst().getPort();
    try (var second =
        DnsServer.start(
            new DnsConfig(port, Optional.of(HERE)),
            new Known(Zones.NONE, false, List.of()),
            Set::of)) {
      assertThat(second.state().status()).isEqualTo(Status.FAILED);
      assertThat(second.state().detail()).contains("taken by another program").contains("dns.port");
    }
    assertThat(server.state().status()).isEqualTo(Status.SERVING);
  }
}
