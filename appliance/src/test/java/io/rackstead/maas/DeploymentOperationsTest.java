package io.rackstead.maas;

import static io.rackstead.maas.Racked.API;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.rackstead.access.KeySources;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.agent.Capability;
import io.rackstead.assign.Policies;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a deployed machine is given: its token, its keys, and what a client may read of it.
@SuppressWarnings("NullAway.Init")
class DeploymentOperationsTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHnTt5yQm0sVXWjYy3u4PqCk1pVbq0m2yQyqz6S1xXyZ";
  @TempDir Path folder;
  private HttpServer publisher;
  private Served served;
  private Person admin;

  @BeforeEach
  void start() throws IOException {
    publisher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    publish("/ada.keys", KEY + "\nssh-dss AAAAB3NzaC1kc3MAAACBAJ old\n" + KEY + "\n");
    publish("/~ada/+sshkeys", KEY + " ada@home\n");
    publish("/huge.keys", (KEY + "\n").repeat(10_000));
    publish("/none.keys", "\n");
    publisher.start();
    var base = "http://127.0.0.1:" + publisher.getAddress().getPort() + "/";
    served = new Served(folder, KeySources.at(base, base));
    admin = served.person("ada", Role.ADMIN);
  }

  private void publish(String path, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    publisher.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }

  @AfterEach
  void stop() {
    served.close();
    publisher.stop(0);
  }

  private Served.Answer imported(String source) {
    return admin.post(API + "account/prefs/sshkeys/?op=import", "keysource=" + source);
  }

  @Test
  void publishedKeysAreImportedOnceEachAndMachinesGetThem() {
    var answer = imported("gh:ada");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json()).hasSize(1);
    assertThat(answer.json().path(0).path("key").asText()).isEqualTo(KEY);
    assertThat(answer.json().path(0).path("keysource").asText()).isEqualTo("gh:ada");
    assertThat(imported("gh:ada").json()).isEmpty();
    assertThat(imported("lp:ada").json()).hasSize(1);

    var machine = deployed();
    assertThat(machine.deployment().orElseThrow().sshKeys())
        .containsExactly(KEY, KEY + " ada@home");
  }

  @Test
  void whatPublishesNoKeysIsSaidUnderTheField() {
    for (var source :
        new String[] {"gh:none", "gh:nobody", "gh:huge", "gh:../x", "http://x", "xx:a"}) {
      var answer = imported(source);
      assertThat(answer.status()).as(source).isEqualTo(400);
      assertThat(answer.json().path("keysource").path(0).asText()).startsWith("Unable to import");
    }
  }

  private Machine deployed() {
    var machine = served.ready();
    var answer = admin.post(API + "machines/" + machine.id() + "/?op=deploy", "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return served.now(machine);
  }

  @Test
  void theTokenIsTheOneThatTheMetadataServiceTakes() {
    var machine = deployed();
    var path = API + "machines/" + machine.id() + "/?op=get_token";
    assertThat(admin.get(path).body()).isEqualTo("null");
    var made =
        served.capabilities.mint(
            Optional.of(machine.id()),
            machine.identity().macs().getFirst(),
            machine.epoch(),
            Capability.Kind.REPORT,
            "",
            Duration.ofDays(1));
    served.capabilities.keep(made);
    var token = admin.get(path).json();
    var asked =
        served.ask(
            "GET",
            "/MAAS/metadata/latest/meta-data/instance-id",
            "",
            new byte[0],
            "Authorization",
            ("OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\", oauth_signature_method=\"PLAINTEXT\","
                    + " oauth_signature=\"%%26%s\", oauth_timestamp=\"%d\", oauth_nonce=\"1\"")
                .formatted(
                    token.path("consumer_key").asText(),
                    token.path("token_key").asText(),
                    token.path("token_secret").asText(),
                    served.site.instant().getEpochSecond()));
    assertThat(asked.body()).isEqualTo(machine.id().text());
    var other = served.person("uwe", Role.USER);
    assertThat(other.get(path).status()).isIn(403, 404);
  }

  @Test
  void theCurtinConfigurationSaysWhatIsInstalledAndOnlyOfWhatIs() {
    var ready = served.ready();
    var path = API + "machines/%s/?op=get_curtin_config";
    assertThat(admin.get(path.formatted(ready.id())).status()).isEqualTo(400);
    var answer = admin.get(path.formatted(deployed().id()));
    assertThat(answer.type()).startsWith("text/plain");
    assertThat(answer.body())
        .startsWith("# Curtin is not run")
        .contains("debian/bookworm", "network:");
  }

  @Test
  void aVmHostThatCannotBeSpokenToIsNotAdded() {
    assertThat(admin.get(API + "pods/").body()).isEqualTo("[]");
    assertThat(admin.get(API + "vm-hosts/1/").status()).isEqualTo(404);
    var answer = admin.post(API + "vm-hosts/", "type=lxd&power_address=10.0.0.1");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("type").path(0).asText()).contains("a VM host is of type virsh");
    assertThat(admin.post(API + "vm-hosts/", "type=virsh&power_address=qemu:///system").status())
        .isEqualTo(400);
    // nobody listens there
    var silent =
        admin.post(
            API + "vm-hosts/", "type=virsh&power_address=qemu%2Bssh://root@127.0.0.1:9/system");
    assertThat(silent.status()).as(silent.body()).isEqualTo(503);
    assertThat(silent.body()).contains("qemu+ssh://127.0.0.1:9: no SSH connection");
    assertThat(admin.get(API + "pods/").body()).isEqualTo("[]");
  }

  @Test
  void aMachineDeployedAsAVmHostComesInWithLibvirtOurKeyAndABridge() {
    var ready = served.ready();
    var path = API + "machines/" + ready.id() + "/?op=deploy";
    var form = "distro_series=bookworm&install_kvm=true";
    assertThat(served.person("oskar", Role.OPERATOR).post(path, form).status()).isEqualTo(403);
    var answer = admin.post(path, form);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    var deploying = served.now(ready);
    assertThat(deploying.node().interfaces())
        .anyMatch(one -> one.kind() == io.rackstead.node.Interface.Kind.BRIDGE);
    assertThat(served.policies.handed())
        .singleElement()
        .isEqualTo(new Policies.Taken(ready.id(), "vm-hosts", "kvm-host"));
    assertThat(served.handovers.firstBoot(deploying).orElseThrow())
        .contains("libvirt-daemon-system", "'useradd' '--system'");
    assertThat(served.vmHosts.publicKey()).startsWith("ecdsa-sha2-nistp256 ");
  }
}
