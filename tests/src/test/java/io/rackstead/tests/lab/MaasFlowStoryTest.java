package io.rackstead.tests.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Terraform's provider and Juju do with a MAAS, call for call, on a virtual server: and the
/// installed system is what was asked for, seen from inside it, from the wire and by DNS.
@Tag("slow")
class MaasFlowStoryTest {
  // five times what a quiet machine needs
  private static final Duration READY = Duration.ofMinutes(15);
  private static final Duration DEPLOY = Duration.ofMinutes(30);
  private static final Duration RELEASE = Duration.ofMinutes(10);
  private static final Duration SSH = Duration.ofMinutes(3);
  private static final Duration QUICK = Duration.ofSeconds(30);
  private static final long ROOT = 3L << 30;

  @TempDir Path data;
  private Path key;

  @BeforeEach
  void anSshKey() {
    key = data.resolve("key");
    Command.output(
        QUICK, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
  }

  @Test
  void theInstalledSystemHasTheBondTheVlanTheRootAndTheNameThatWereAskedFor() throws Exception {
    try (var lab = Lab.start(data.resolve("lab"), 1, "debian-12", "--nics", "2")) {
      try {
        walk(lab, lab.api());
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(e.getMessage() + "\n" + lab.log(), e);
      }
    }
  }

  private void walk(Lab lab, Api api) throws Exception {
    api.addSshKey(Files.readString(data.resolve("key.pub")).strip());
    String id = api.awaitMachine(Lab.mac(1), READY).path("id").asText();
    api.awaitState(id, "Ready", READY);

    places(api, id);
    var service = aVlanWithASubnet(api);
    bondWithThatVlan(api, id, service);
    api.maas(
        "POST",
        "machines/" + id + "/?op=set_storage_layout",
        "storage_layout",
        "flat",
        "root_size",
        Long.toString(ROOT));

    var got =
        api.maas(
            "POST",
            "machines/?op=allocate",
            "tags",
            "lab-server",
            "zone",
            "row-a",
            "pool",
            "web",
            "cpu_count",
            "1",
            "mem",
            "512",
            "storage",
            "root:2",
            "interfaces",
            "svc:subnet_cidr=10.79.0.0/24",
            "agent_name",
            "story");
    assertThat(got.path("system_id").asText()).isEqualTo(id);
    assertThat(got.path("status_name").asText()).isEqualTo("Allocated");
    assertThat(got.at("/constraints_by_type/interfaces/svc")).isNotEmpty();
    api.maas("PUT", "machines/" + id + "/", "hostname", "web-1");
    String userData =
        "#cloud-config\nruncmd:\n - [sh, -c, 'echo the mark of the story > /var/tmp/mark']\n";
    api.maas(
        "POST",
        "machines/" + id + "/?op=deploy",
        "distro_series",
        "bookworm",
        "user_data",
        Base64.getEncoder().encodeToString(userData.getBytes(UTF_8)));
    var deployed = deployed(api, id);
    String address = address(deployed, "10.77.0.");
    assertThat(address(deployed, "10.79.0.")).isEqualTo("10.79.0.20");

    inside(lab.server(1), address);
    cloudInit(api, lab.server(1), address, id);
    outside(lab, address);

    api.maas(
        "POST",
        "machines/" + id + "/?op=release",
        "erase",
        "true",
        "quick_erase",
        "true",
        "comment",
        "the story ends");
    api.awaitState(id, "Ready", RELEASE);
    lab.server(1).awaitOff(RELEASE);
    assertThat(lab.server(1).partitions()).isEmpty();
    var bond = api.maas("GET", "nodes/" + id + "/interfaces/bond0/");
    assertThat(bond.at("/links/0/ip_address").asText())
        .as("an automatic address goes back, a static one stays")
        .isEmpty();
    assertThat(dig(lab, "web-1.maas", "A").lines()).contains("10.79.0.20");
  }

  private static void places(Api api, String id) {
    api.maas(
        "POST",
        "tags/",
        "name",
        "lab-server",
        "definition",
        "//node[@class='system']/product[contains(text(), 'Lab VM')]");
    assertThat(api.maas("GET", "tags/lab-server/?op=machines"))
        .as("found by what was seen of its hardware")
        .hasSize(1);
    api.maas("POST", "zones/", "name", "row-a");
    api.maas("POST", "resourcepools/", "name", "web");
    api.maas("PUT", "machines/" + id + "/", "zone", "row-a", "pool", "web");
  }

  /// @return the number of the VLAN
  private static String aVlanWithASubnet(Api api) {
    var first = subnet(api, "10.77.0.0/24");
    String fabric = first.at("/vlan/fabric_id").asText();
    String vlan =
        api.maas("POST", "fabrics/" + fabric + "/vlans/", "vid", "10", "name", "service")
            .path("id")
            .asText();
    api.maas("POST", "subnets/", "cidr", "10.79.0.0/24", "name", "service", "vlan", vlan);
    return vlan;
  }

  private static JsonNode subnet(Api api, String cidr) {
    for (var subnet : api.maas("GET", "subnets/")) {
      if (subnet.path("cidr").asText().equals(cidr)) {
        return subnet;
      }
    }
    throw new AssertionError("no subnet " + cidr);
  }

  private static void bondWithThatVlan(Api api, String id, String vlan) {
    String interfaces = "nodes/" + id + "/interfaces/";
    var nics = api.maas("GET", interfaces);
    assertThat(nics).as("both NICs were inspected").hasSize(2);
    api.maas(
        "POST",
        interfaces + "?op=create_bond",
        "name",
        "bond0",
        "parents",
        nics.path(0).path("id").asText(),
        "parents",
        nics.path(1).path("id").asText(),
        "bond_mode",
        "active-backup");
    api.maas(
        "POST",
        interfaces + "bond0/?op=link_subnet",
        "mode",
        "AUTO",
        "subnet",
        "cidr:10.77.0.0/24");
    api.maas("POST", interfaces + "?op=create_vlan", "parent", "bond0", "vlan", vlan);
    api.maas(
        "POST",
        interfaces + "bond0.10/?op=link_subnet",
        "mode",
        "STATIC",
        "subnet",
        "cidr:10.79.0.0/24",
        "ip_address",
        "10.79.0.20");
  }

  private static JsonNode deployed(Api api, String id) {
    api.awaitState(id, "Deployed", DEPLOY);
    var machine = api.maas("GET", "machines/" + id + "/");
    assertThat(machine.path("status_name").asText()).isEqualTo("Deployed");
    assertThat(machine.path("hostname").asText()).isEqualTo("web-1");
    assertThat(machine.path("osystem").asText()).isEqualTo("debian");
    return machine;
  }

  private static String address(JsonNode machine, String start) {
    for (var address : machine.path("ip_addresses")) {
      if (address.asText().startsWith(start)) {
        return address.asText();
      }
    }
    throw new AssertionError("no address " + start + "… in " + machine.path("ip_addresses"));
  }

  private void inside(Server server, String address) {
    String said =
        Api.await(
            "login on " + address,
            SSH,
            () -> {
              var login = server.ssh(key, address, "cat /var/tmp/mark");
              return login.exit() == 0 ? Optional.of(login.out()) : Optional.empty();
            });
    assertThat(said.strip()).isEqualTo("the mark of the story");
    assertThat(on(server, address, "cat /proc/net/bonding/bond0"))
        .contains("active-backup")
        .contains("Permanent HW addr: 52:54:00:77:00:01")
        .contains("Permanent HW addr: 52:54:00:78:00:01");
    assertThat(on(server, address, "ip -d -4 addr show bond0.10"))
        .contains("id 10 ")
        .contains("inet 10.79.0.20/24");
    assertThat(on(server, address, "ip -4 addr show bond0")).contains("inet " + address + "/24");
    assertThat(on(server, address, "lsblk -bnro SIZE $(findmnt -no SOURCE /)").strip())
        .isEqualTo(Long.toString(ROOT));
    long free = Long.parseLong(on(server, address, "stat -fc '%b' /").strip());
    assertThat(free).as("4 KiB blocks: the filesystem fills its partition").isGreaterThan(680_000);
    assertThat(on(server, address, "hostname -f").strip()).isEqualTo("web-1.maas");
  }

  /// Debian's cloud-init in the installed system reads the metadata service as it reads a MAAS.
  private void cloudInit(Api api, Server server, String address, String id) throws IOException {
    var token = api.maas("GET", "machines/" + id + "/?op=get_token");
    var program = Files.readAllBytes(Lab.ROOT.resolve("tests/clients/cloudinit/maas.py"));
    var said =
        on(
            server,
            address,
            "echo %s | base64 -d > /tmp/maas.py; sudo python3 /tmp/maas.py http://10.77.0.1:%d/MAAS/metadata/ %s %s %s 2>/tmp/errors || cat /tmp/errors"
                .formatted(
                    Base64.getEncoder().encodeToString(program),
                    api.port(),
                    id,
                    token.path("token_key").asText(),
                    token.path("token_secret").asText()));
    assertThat(said)
        .contains("\"found\": true")
        .contains("\"local-hostname\": \"web-1\"")
        .contains("the mark of the story")
        .contains("ssh-ed25519 ");
  }

  private String on(Server server, String address, String command) {
    var done = server.ssh(key, address, command);
    assertThat(done.exit()).as(command + ": " + done.out()).isZero();
    return done.out();
  }

  private static void outside(Lab lab, String address) {
    var asked =
        lab.inServerNamespace(
            QUICK,
            List.of(
                Lab.ROOT.resolve("tests/lab/vlanarp.py").toString(), "prov0", "10", "10.79.0.20"));
    assertThat(asked.exit()).as(asked.out()).isZero();
    assertThat(asked.out()).as("the bond has the MAC of its first NIC").contains(Lab.mac(1));
    assertThat(dig(lab, "web-1.maas", "A").lines()).contains(address);
    assertThat(dig(lab, "-x", address)).isEqualToIgnoringWhitespace("web-1.maas.");
  }

  private static String dig(Lab lab, String... question) {
    var call = new java.util.ArrayList<>(List.of("dig", "@10.77.0.1", "+short", "+tries=2"));
    call.addAll(List.of(question));
    return lab.inServerNamespace(QUICK, call).out();
  }
}
