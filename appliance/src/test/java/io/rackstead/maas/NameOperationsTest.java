package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.dns.DnsConfig;
import io.rackstead.dns.DnsServer;
import io.rackstead.name.Resolution;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.net.InetAddress;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Domains, names and records, written by the API and asked for with BIND's `dig`.
@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class NameOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private DnsServer dns;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    dns =
        DnsServer.start(
            new DnsConfig(0, Optional.of(HERE)),
            new Resolution(
                served.networks,
                served.names,
                served.things.settings(),
                served::nodes,
                Set::of,
                Runnable::run),
            Set::of);
  }

  @AfterEach
  void stop() {
    dns.close();
    served.close();
  }

  private static JsonNode good(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private JsonNode made(String path, String form) {
    return good(admin.post(API + path, form));
  }

  private String dig(String... asked) throws IOException {
    assumeTrue(Files.exists(Path.of("/usr/bin/dig")), "bind9-dnsutils is not installed");
    var command = new ArrayList<>(List.of("dig", "@127.0.0.1", "+short", "+tries=1", "+time=9"));
    command.add("-p" + dns.bound().getFirst().getPort());
    command.addAll(List.of(asked));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return text;
  }

  @Test
  void thereIsOneDomainFromTheStartAndItCannotGo() {
    var domain = good(admin.get(API + "domains/")).get(0);
    assertThat(domain.path("id").asInt(-1)).isZero();
    assertThat(domain.path("name").asText()).isEqualTo("maas");
    assertThat(domain.path("is_default").asBoolean()).isTrue();
    assertThat(domain.path("ttl").isNull()).isTrue();
    assertThat(admin.delete(API + "domains/0/").status()).isEqualTo(400);
  }

  @Test
  void aNameResolvesBothWaysAsSoonAsItIsThere() throws IOException {
    made("subnets/", "cidr=10.9.0.0/24");
    made("domains/", "name=example.com&ttl=120");
    var resource = made("dnsresources/", "fqdn=www.example.com&ip_addresses=10.9.0.7 2001:db8::7");
    assertThat(resource.path("fqdn").asText()).isEqualTo("www.example.com");
    assertThat(resource.path("ip_addresses")).hasSize(2);
    assertThat(dig("www.example.com", "A")).isEqualTo("10.9.0.7\n");
    assertThat(dig("www.example.com", "AAAA")).isEqualTo("2001:db8::7\n");
    assertThat(dig("-x", "10.9.0.7")).isEqualTo("www.example.com.\n");
    assertThat(dig("+noshort", "www.example.com", "A")).contains("\t120\tIN");

    var uri = resource.path("resource_uri").asText();
    good(admin.form("PUT", uri, "ip_addresses=10.9.0.8&address_ttl=5"));
    assertThat(dig("www.example.com", "A")).isEqualTo("10.9.0.8\n");
    assertThat(admin.delete(uri).status()).isEqualTo(204);
    assertThat(dig("www.example.com", "A")).isEmpty();
  }

  @Test
  void everyKindOfRecordIsAnswered() throws IOException {
    made("domains/", "name=example.com");
    made("dnsresources/", "name=host&domain=example.com&ip_addresses=10.9.0.7");
    record Row(String fqdn, String type, String data, String answer) {}
    for (var row :
        List.of(
            new Row("mail.example.com", "CNAME", "host.example.com", "host.example.com.\n"),
            new Row("example.com", "MX", "10 host", "10 host.example.com.\n"),
            new Row("sub.example.com", "NS", "ns.example.org", ""),
            new Row(
                "_sip._tcp.example.com", "SRV", "0 5 5060 host", "0 5 5060 host.example.com.\n"),
            new Row(
                "host.example.com",
                "SSHFP",
                "4 1 " + "ab".repeat(20),
                "4 1 " + "AB".repeat(20) + "\n"),
            new Row("example.com", "TXT", "v=spf1 -all", "\"v=spf1 -all\"\n"))) {
      var form = "fqdn=%s&rrtype=%s&rrdata=%s".formatted(row.fqdn(), row.type(), row.data());
      var record = made("dnsresourcerecords/", form.replace(' ', '+'));
      assertThat(record.path("rrdata").asText()).isEqualTo(row.data());
      assertThat(dig(row.fqdn(), row.type())).as(row.type()).isEqualTo(row.answer());
    }
    assertThat(dig("mail.example.com", "A")).isEqualTo("host.example.com.\n10.9.0.7\n");
    var records = good(admin.get(API + "dnsresourcerecords/?domain=example.com&rrtype=mx"));
    assertThat(records).hasSize(1);
    assertThat(admin.delete(records.get(0).path("resource_uri").asText()).status()).isEqualTo(204);
    assertThat(dig("example.com", "MX")).isEmpty();
    assertThat(admin.delete(API + "domains/example.com/").body()).contains("the DNS resource");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domains/|name=|required",
        "domains/|name=maas|already exists",
        "domains/|name=no spaces|Invalid domain name",
        "domains/|name=a.b&ttl=0|between 1 and",
        "domains/|name=a.b&forward_dns_servers=10.0.0.1|authoritative",
        "dnsresources/|ip_addresses=10.0.0.1|Either fqdn or name",
        "dnsresources/|fqdn=a.nowhere|no domain for",
        "dnsresources/|fqdn=a.maas&ip_addresses=tea|valid IPv4",
        "dnsresources/|fqdn=-a.maas|Invalid dnsresource name",
        "dnsresources/|fqdn=there.maas&ip_addresses=10.0.0.9|unique",
        "dnsresourcerecords/|fqdn=a.maas&rrtype=A&rrdata=10.0.0.1|not one of",
        "dnsresourcerecords/|fqdn=a.maas&rrtype=MX&rrdata=host|preference",
        "dnsresourcerecords/|fqdn=a.maas&rrtype=SRV&rrdata=1 2 99999 host|65535",
        "dnsresourcerecords/|fqdn=there.maas&rrtype=CNAME&rrdata=b.maas|other records",
        "dnsresourcerecords/|fqdn=a.maas&rrtype=SSHFP&rrdata=9 9 zz|SSHFP",
        "dnsresourcerecords/|fqdn=a.maas&rrtype=CNAME|No provided rrdata"
      })
  void whatCannotBeIsRefusedWithItsReason(String path, String form, String why) {
    made("dnsresources/", "fqdn=there.maas&ip_addresses=10.0.0.1");
    var answer = admin.post(API + path, form.replace(' ', '+'));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains(why);
  }

  @Test
  void aMachineResolvesByItsNameAndMovesToAnotherDomain() throws IOException {
    var machine = served.ready();
    made("subnets/", "cidr=10.9.0.0/24");
    made("domains/", "name=prod.example");
    made(
        "nodes/" + machine.id() + "/interfaces/ens3/?op=link_subnet",
        "mode=STATIC&subnet=10.9.0.0/24&ip_address=10.9.0.20&force=true");
    var uri = API + "machines/" + machine.id() + "/";
    assertThat(good(admin.get(uri)).path("fqdn").asText()).isEqualTo("m0.maas");
    assertThat(dig("m0.maas")).isEqualTo("10.9.0.20\n");
    var moved = good(admin.form("PUT", uri, "domain=prod.example"));
    assertThat(moved.path("fqdn").asText()).isEqualTo("m0.prod.example");
    assertThat(moved.path("domain").path("name").asText()).isEqualTo("prod.example");
    good(admin.post(API + "domains/0/?op=set_default", ""));
    assertThat(dig("m0.prod.example")).isEqualTo("10.9.0.20\n");
    assertThat(dig("-x", "10.9.0.20")).isEqualTo("m0.prod.example.\n");
    assertThat(dig("m0.maas")).isEmpty();
    assertThat(admin.delete(API + "domains/prod.example/").body()).contains("the machine m0");
    var all = good(admin.get(API + "dnsresources/?all=true&domain=prod.example"));
    assertThat(all.get(0).path("id").asInt()).isEqualTo(-1);
    assertThat(good(admin.get(API + "machines/?domain=prod.example"))).hasSize(1);
    assertThat(good(admin.get(API + "machines/?domain=maas"))).isEmpty();
  }

  @Test
  void theSerialGrowsWithEachChangeAndCanBeSet() throws IOException {
    assertThat(admin.post(API + "domains/?op=set_serial", "serial=5000").status()).isEqualTo(200);
    assertThat(dig("maas", "SOA")).contains(" 5000 ");
    made("dnsresources/", "fqdn=a.maas&ip_addresses=10.0.0.1");
    assertThat(dig("maas", "SOA")).contains(" 5001 ");
    assertThat(served.names.serial()).isEqualTo(5001);
  }
}
