package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Config;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clusters from the request to the last machine that is free again, with a stand-in for their API.
@SuppressWarnings("NullAway.Init")
class ClustersTest {
  private static final String ASKED =
      """
      {"name":"hall2","version":"v1.31.4","image":"debian-12","control_plane":{"size":1},
       "workers":{"count":2,"constraints":{"mem":"8000"}},"pod_subnet":"10.244.0.0/16"}
      """;

  @TempDir Path folder;
  private Served served;
  private Person owner;
  private Api api;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder.resolve("data"));
    api = new Api();
    served.clusterApi = api.url();
    owner = served.person("ada", Role.USER);
  }

  @AfterEach
  void stop() {
    api.close();
    served.close();
  }

  private void ask(String body) {
    var answer = owner.json("/api/clusters", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
  }

  private JsonNode told() {
    return owner.get("/api/clusters/hall2").json();
  }

  private String state() {
    return told().path("state").asText();
  }

  private List<String> nodes() {
    return StreamSupport.stream(told().path("nodes").spliterator(), false)
        .map(node ->
            "%s %s %s"
                .formatted(
                    node.path("hostname").asText(),
                    node.path("part").asText(),
                    node.path("state").asText()))
        .toList();
  }

  private Machine member(int index) {
    var id = new MachineId(told().path("nodes").path(index).path("machine").asText());
    return served.site.machines.find(id).orElseThrow();
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      served.clusters.look();
      served.handovers.look();
    }
  }

  /// What the installer, the first start and the kubelet do.
  private String installed(Machine machine, boolean control) {
    var script = served.clusters.firstBoot(served.now(machine)).orElseThrow();
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    api.joins(machine, control);
    look(3);
    return script;
  }

  /// What the brake, the eraser and the BMC do, when nothing above holds the machine.
  private void freed(Machine machine) {
    assertThat(served.handovers.holds(served.now(machine))).isPresent();
    look(1);
    assertThat(served.handovers.holds(served.now(machine))).isEmpty();
    served.site.machines.apply(machine.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    look(2);
  }

  private void made(int workers) {
    ask(ASKED.replace("\"count\":2", "\"count\":" + workers));
    look(1);
    installed(member(0), true);
    look(1);
    for (int i = 1; i <= workers; i++) {
      installed(member(i), false);
    }
    assertThat(state()).as(told().toString()).isEqualTo("ready");
  }

  @Test
  void machinesAreTakenInstalledAndJoinedInOrderAndProvedByTheClusterItself() {
    for (int i = 0; i < 4; i++) {
      served.ready();
    }
    ask(ASKED);
    look(3);
    assertThat(nodes()).singleElement().asString().endsWith("control plane installing");
    var first = member(0);
    assertThat(served.now(first).labels().owner()).isEqualTo("ada");
    var script = installed(first, true);
    assertThat(contents(script))
        .contains("kind: \"InitConfiguration\"")
        .contains("-----BEGIN CERTIFICATE-----")
        .contains("name: \"rackstead:provisioner\"");
    assertThat(script).contains("'kubeadm' 'init'");
    assertThat(nodes()).hasSize(3).first().asString().endsWith("control plane ready");
    assertThat(api.node(first.hostname()).at("/spec/providerID").asText())
        .isEqualTo("rackstead://" + first.id());
    assertThat(state()).isEqualTo("building");
    var joining = installed(member(1), false);
    assertThat(joining).contains("'kubeadm' 'join'").doesNotContain("'init'");
    assertThat(contents(joining))
        .contains("caCertHashes")
        .contains("apiServerEndpoint: \"127.0.0.1:")
        .doesNotContain("PRIVATE KEY");
    assertThat(state()).isEqualTo("building");
    assertThat(told().path("why").asText()).contains("worker");
    installed(member(2), false);
    assertThat(state()).isEqualTo("ready");
    assertThat(api.nodes()).hasSize(3);
    // each token was revoked when its node was Ready
    assertThat(api.secrets()).isEmpty();
    var timeline = owner.get("/api/machines/" + first.id() + "/timeline").body();
    assertThat(timeline)
        .contains("becomes a control plane of the cluster hall2")
        .contains("in service, by the word of cluster-hall2");
  }

  /// What the files of a first start hold.
  private static String contents(String script) {
    var text = new StringBuilder();
    var matcher = Pattern.compile("<<'END'\n(.*?)\nEND\n", Pattern.DOTALL).matcher(script);
    while (matcher.find()) {
      text.append(
          new String(Base64.getMimeDecoder().decode(matcher.group(1)), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  @Test
  void theKubeconfigIsHandedOutOnceAndAnIndependentClientReadsIt() throws Exception {
    served.ready();
    ask(ASKED.replace("\"count\":2", "\"count\":0"));
    assertThat(owner.json("/api/clusters/hall2/kubeconfig", "{}").status()).isEqualTo(409);
    look(1);
    installed(member(0), true);
    var answer = owner.json("/api/clusters/hall2/kubeconfig", "{}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    var config = Config.fromKubeconfig(answer.json().path("kubeconfig").asText());
    assertThat(config.getMasterUrl()).startsWith(api.url());
    assertThat(config.getCurrentContext().getName()).isEqualTo("hall2");
    var own = certificate(config.getClientCertData());
    assertThat(own.getSubjectX500Principal().getName())
        .contains("CN=ada")
        .contains("O=rackstead:owners");
    own.verify(certificate(config.getCaCertData()).getPublicKey());
    var again = owner.json("/api/clusters/hall2/kubeconfig", "{}");
    assertThat(again.status()).isEqualTo(410);
    assertThat(again.body()).contains(told().path("kubeconfig_sha256").asText());
    assertThat(told().path("kubeconfig_sha256").asText()).matches("[0-9a-f]{64}");
    var audit =
        served.site.database.read(tx -> tx.list("select what from audit", row -> row.getString(1)));
    assertThat(audit).anyMatch(what -> what.startsWith("the kubeconfig of cluster hall2, sha256"));
  }

  private static X509Certificate certificate(String base64) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Base64.getMimeDecoder().decode(base64)));
  }

  @Test
  void aClusterGrowsAndShrinksAndDrainsWhoGoes() {
    for (int i = 0; i < 4; i++) {
      served.ready();
    }
    made(1);
    assertThat(owner.put("/api/clusters/hall2/workers", "{\"count\":2}").status()).isEqualTo(200);
    look(1);
    installed(member(2), false);
    assertThat(state()).isEqualTo("ready");
    var last = member(2);
    assertThat(owner.put("/api/clusters/hall2/workers", "{\"count\":1}").status()).isEqualTo(200);
    look(1);
    assertThat(nodes().get(2)).endsWith("worker leaving");
    assertThat(served.state(last)).isEqualTo(State.DISK_ERASING);
    assertThat(api.nodes()).contains(last.hostname());
    freed(last);
    assertThat(api.nodes()).hasSize(2).doesNotContain(last.hostname());
    assertThat(nodes()).hasSize(2);
    assertThat(state()).isEqualTo("ready");
  }

  @Test
  void aNodeIsExchangedForAnotherMachine() {
    for (int i = 0; i < 3; i++) {
      served.ready();
    }
    made(1);
    var old = member(1);
    var path = "/api/clusters/hall2/nodes/" + old.id() + "/replace";
    var answer = owner.json(path, "{}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(owner.json(path, "{}").status()).isEqualTo(409);
    look(1);
    var fresh = member(2);
    assertThat(fresh.id()).isNotEqualTo(old.id());
    installed(fresh, false);
    freed(old);
    assertThat(nodes()).hasSize(2);
    assertThat(state()).isEqualTo("ready");
    assertThat(api.nodes()).contains(fresh.hostname()).doesNotContain(old.hostname());
    var only = owner.json("/api/clusters/hall2/nodes/" + member(0).id() + "/replace", "{}");
    assertThat(only.status()).isEqualTo(409);
    assertThat(only.body()).contains("nowhere else");
  }

  @Test
  void aClusterThatIsDeletedLeavesNothing() {
    for (int i = 0; i < 2; i++) {
      served.ready();
    }
    made(1);
    var control = member(0);
    var worker = member(1);
    assertThat(owner.delete("/api/clusters/hall2").status()).isEqualTo(202);
    look(2);
    assertThat(served.state(control)).isEqualTo(State.DEPLOYED);
    freed(worker);
    assertThat(served.state(control)).isEqualTo(State.DISK_ERASING);
    freed(control);
    look(1);
    assertThat(owner.get("/api/clusters/hall2").status()).isEqualTo(404);
    assertThat(api.nodes()).isEmpty();
    assertThat(served.targets.find("cluster-hall2")).isEmpty();
    assertThat(served.now(worker).labels().owner()).isEmpty();
  }

  @Test
  void aDrainThatNeverEndsIsToldAndAnOperatorsToEnd() {
    served.ready();
    served.ready();
    made(1);
    var worker = member(1);
    api.runsLonely(worker.hostname());
    assertThat(owner.delete("/api/clusters/hall2").status()).isEqualTo(202);
    look(1);
    assertThat(served.handovers.holds(served.now(worker))).isPresent();
    look(2);
    served.site.pass(Duration.ofSeconds(1801));
    look(2);
    assertThat(served.handovers.holds(served.now(worker)).orElseThrow())
        .contains("does not let it go")
        .contains("default/lonely");
    assertThat(told().path("why").asText()).contains("default/lonely");
    assertThat(api.nodes()).contains(worker.hostname());
    assertThat(owner.delete("/api/clusters/hall2?drain=false").status()).isEqualTo(409);
    var admin = served.person("root", Role.ADMIN);
    assertThat(admin.json("/api/machines/" + worker.id() + "/hand-over/forget", "{}").status())
        .isEqualTo(204);
    assertThat(served.handovers.holds(served.now(worker))).isEmpty();
    served.site.machines.apply(worker.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(worker.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    look(2);
    assertThat(nodes()).singleElement().asString().endsWith("control plane leaving");
  }

  @Test
  void aNodeThatJoinsUnderAWrongNameIsNamed() {
    served.ready();
    served.ready();
    ask(ASKED.replace("\"count\":2", "\"count\":1"));
    look(1);
    installed(member(0), true);
    look(1);
    var worker = member(1);
    var _ = served.clusters.firstBoot(served.now(worker)).orElseThrow();
    served.site.machines.apply(worker.id(), new Event.Booted(), Actor.APPLIANCE);
    api.joinsAs("localhost", worker, false);
    look(3);
    assertThat(state()).isEqualTo("failed");
    assertThat(told().path("why").asText())
        .contains("it joined as node localhost, not as " + worker.hostname());
    // the node of another name is nobody's to remove
    assertThat(api.nodes()).contains("localhost");
  }

  @Test
  void aClusterWhoseApiIsGoneIsDeletedWithoutDraining() {
    served.ready();
    made(0);
    var control = member(0);
    api.close();
    assertThat(owner.delete("/api/clusters/hall2?drain=false").status()).isEqualTo(202);
    look(1);
    assertThat(served.handovers.holds(served.now(control))).isEmpty();
    served.site.machines.apply(control.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(control.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    look(2);
    assertThat(owner.get("/api/clusters/hall2").status()).isEqualTo(404);
  }

  @Test
  void aFirstControlPlaneThatFailsIsToldAndExchanged() {
    served.ready();
    served.ready();
    ask(ASKED.replace("\"count\":2", "\"count\":0"));
    look(1);
    var broken = member(0);
    served.site.machines.apply(
        broken.id(), new Event.Failed("disk full"), Actor.agent(broken.id()));
    look(1);
    assertThat(state()).isEqualTo("failed");
    assertThat(told().path("why").asText()).contains(broken.hostname()).contains("disk full");
    var answer = owner.json("/api/clusters/hall2/nodes/" + broken.id() + "/replace", "{}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    served.site.machines.apply(broken.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(broken.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    look(3);
    assertThat(member(0).id()).isNotEqualTo(broken.id());
    installed(member(0), true);
    assertThat(state()).isEqualTo("ready");
  }

  @Test
  void whatCannotBeHadIsSaidAndWaitedForOnlySoLong() {
    ask(ASKED.replace("\"pod_subnet\"", "\"patience_s\":600,\"pod_subnet\""));
    look(1);
    assertThat(state()).isEqualTo("building");
    assertThat(told().path("why").asText()).contains("no machine for a control plane");
    served.site.pass(Duration.ofSeconds(601));
    look(1);
    assertThat(state()).isEqualTo("failed");
    served.ready();
    assertThat(owner.json("/api/clusters/hall2/retry", "{}").status()).isEqualTo(200);
    look(1);
    assertThat(nodes()).hasSize(1);
  }

  @Test
  void nothingIsTakenBeforeWhatItInstallsIsInOurStore() {
    served.ready();
    var admin = served.person("root", Role.ADMIN);
    admin.put("/api/artifacts/cni", "{\"sha256\":\"" + "a".repeat(64) + "\",\"bytes\":10}");
    ask(ASKED.replace("\"pod_subnet\"", "\"cni\":\"cni\",\"pod_subnet\""));
    look(1);
    assertThat(told().path("why").asText()).isEqualTo("waits for the artifact cni");
    assertThat(nodes()).isEmpty();
    assertThat(admin.delete("/api/artifacts/cni").status()).isEqualTo(409);
  }

  @Test
  void aDistributionThatWasNeverMetSaysSo() {
    ask(ASKED.replace("v1.31.4\"", "v1.31.4+k3s1\",\"distribution\":\"k3s\""));
    assertThat(told().path("caution").asText()).contains("never met the real product");
    served.ready();
    look(1);
    var script = served.clusters.firstBoot(served.now(member(0))).orElseThrow();
    assertThat(script).contains("/etc/rancher/k3s/config.yaml").doesNotContain("kubeadm");
    assertThat(contents(script)).contains("::server:");
  }

  @Test
  void whoHasNothingToDoWithItSeesNone() {
    ask(ASKED);
    var other = served.person("uwe", Role.USER);
    assertThat(other.get("/api/clusters").json().path("clusters")).isEmpty();
    for (var path : List.of("", "/retry", "/kubeconfig", "/nodes/aaaaaa/replace")) {
      var answer =
          path.isEmpty()
              ? other.get("/api/clusters/hall2")
              : other.json("/api/clusters/hall2" + path, "{}");
      assertThat(answer.status()).as(path).isEqualTo(404);
    }
    assertThat(other.delete("/api/clusters/hall2").status()).isEqualTo(404);
    assertThat(owner.json("/api/clusters", ASKED).status()).isEqualTo(409);
  }

  @Test
  void noSecretIsInWhatIsStoredInTheOpenOrShown() {
    served.ready();
    made(0);
    var shown = told().toString() + owner.get("/api/targets").body();
    var stored =
        served.site.database.read(
            tx -> tx.list("select document from cluster", row -> row.getString(1)));
    assertThat(shown + stored).doesNotContain("PRIVATE KEY").doesNotContain("\"secret\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"v1.31.4\" | \"latest\" | version is one",
        "\"size\":1 | \"size\":2 | two have no majority",
        "\"size\":1 | \"size\":3 | need a virtual_ip",
        "\"size\":1 | \"size\":\"1\" | control_plane.size is a number",
        "\"mem\":\"8000\" | \"colour\":\"red\" | no machine can be asked for 'colour'",
        "\"mem\":\"8000\" | \"mem\":\"much\" | mem",
        "\"mem\":\"8000\" | \"mem\":{\"a\":1} | is a text or a list",
        "10.244.0.0/16 | 10.244.0.0/16\\nx | pod_subnet is",
        "\"debian-12\" | \"../etc\" | image",
        "\"hall2\" | \"Hall 2\" | name has",
        "\"pod_subnet\" | \"join_s\":5,\"pod_subnet\" | join_s is a number",
        "\"pod_subnet\" | \"ignored_checks\":[\"Mem; rm\"],\"pod_subnet\" | ignored_checks has names",
        "\"pod_subnet\" | \"cni\":\"no\",\"pod_subnet\" | there is no artifact 'no'",
        "\"pod_subnet\" | \"podsubnet\":\"\",\"pod_subnet\" | has no 'podsubnet'",
        "\"pod_subnet\" | \"virtual_ip\":{\"address\":\"x; rm\",\"version\":\"v1\"},\"pod_subnet\" | virtual_ip.address",
        "\"pod_subnet\" | \"virtual_ip\":{\"address\":\"10.0.0.9\",\"version\":\"v1\\nx\"},\"pod_subnet\" | virtual_ip.version",
        "\"pod_subnet\" | \"virtual_ip\":{\"address\":\"10.0.0.9\",\"by\":\"keepalived\",\"interface\":\"a b\"},\"pod_subnet\" | virtual_ip.interface",
      })
  void whatCannotBeIsRefusedInWords(String from, String to, String words) {
    var answer = owner.json("/api/clusters", ASKED.replace(from, to));
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(words);
    assertThat(owner.get("/api/clusters").json().path("clusters")).isEmpty();
  }
}
