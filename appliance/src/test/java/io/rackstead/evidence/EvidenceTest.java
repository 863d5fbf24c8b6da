package io.rackstead.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.agent.Sha256;
import io.rackstead.http.Json;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class EvidenceTest {
  private static final String DISK = "{\"disk\":{\"name\":\"vda\",\"serial\":\"disk-1\"},";
  @TempDir Path folder;
  private Served served;
  private Person admin;
  private int steps;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder.resolve("data"));
    admin = served.person("ada", Role.ADMIN);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Machine deployed() {
    var machine = served.ready();
    step(machine, "COMMISSION", "bmc", "{}", "{\"password\":\"b4d-secret\"}");
    step(machine, "TEST", "script", "{}", "{}");
    step(
        machine,
        "ERASE",
        "erase",
        DISK + "\"mode\":\"secure\"}",
        "{\"method\":\"nvme format\",\"verified_bytes\":1048576}");
    step(
        machine,
        "INSTALL",
        "write-image",
        DISK + "\"url\":\"/image/c4pability\",\"sha256\":\"ab\"}",
        "{}");
    var order =
        admin.json(
            "/api/machines/" + machine.id() + "/actions/deploy",
            "{\"image\":\"debian-12\",\"user_data\":\"#!/bin/sh\\necho us3r-secret\"}");
    assertThat(order.status()).as(order.body()).isEqualTo(200);
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    return served.now(machine);
  }

  private void step(Machine machine, String purpose, String kind, String fields, String facts) {
    served.site.database.change(tx ->
        tx.change(
            """
            insert into step (machine_id, seq, epoch, purpose, kind, name, repeatable, timeout_s, fields,
              started_at, ended_at, status, exit_code, seconds, output, facts)
            values (?, ?, 1, ?, ?, ?, true, 60, ?, ?, ?, 'ok', 0, 1.5, 'printed', ?)\
            """,
            machine.id(),
            ++steps,
            purpose,
            kind,
            kind + " of it",
            fields,
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(2),
            facts));
  }

  private JsonNode pack(Machine machine) {
    admin.put("/api/targets/nobody", "{\"broker\":\"noop\",\"config\":{}}");
    admin.json(
        "/api/machines/" + machine.id() + "/hand-over",
        "{\"target\":\"nobody\",\"role\":\"kvm-host\"}");
    served.handovers.look();
    served.handovers.look();
    var packs = admin.get("/api/machines/" + machine.id() + "/evidence").json().path("packs");
    assertThat(packs).hasSize(1);
    return admin.get("/api/evidence/" + packs.get(0).path("id").asLong()).json();
  }

  private static JsonNode payload(JsonNode envelope) {
    return Json.parse(Base64.getDecoder().decode(envelope.path("payload").asText()));
  }

  @Test
  void aHandOverLeavesASignedDocumentOfWhatIsKnown() throws Exception {
    var machine = deployed();
    var envelope = pack(machine);
    var said = payload(envelope);
    assertThat(said.at("/machine/hostname").asText()).isEqualTo(machine.hostname());
    assertThat(said.at("/inventory/disks/0/serial").asText()).isEqualTo("disk-1");
    assertThat(said.at("/tests/testing/0/status").asText()).isEqualTo("ok");
    assertThat(said.at("/installation/image").asText())
        .isEqualTo(machine.deployment().orElseThrow().image().toString());
    assertThat(said.at("/installation/image_sha256").asText()).hasSize(64);
    assertThat(said.at("/erasure/0/mode").asText()).isEqualTo("secure");
    assertThat(said.at("/erasure/0/disk/serial").asText()).isEqualTo("disk-1");
    assertThat(said.at("/erasure/0/facts/verified_bytes").asLong()).isEqualTo(1 << 20);
    assertThat(said.at("/hand_over/target").asText()).isEqualTo("nobody");
    assertThat(said.at("/hand_over/role").asText()).isEqualTo("kvm-host");
    assertThat(said.toString())
        .doesNotContain("b4d-secret", "us3r-secret", "c4pability", "printed");
    var pem = served.ask("GET", "/api/evidence/key", "", new byte[0]).body();
    var spki = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    assertThat(envelope.at("/signatures/0/keyid").asText()).isEqualTo(Sha256.hex(spki));
    var check = Signature.getInstance("SHA256withECDSA");
    check.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
    check.update(
        Signer.signed(
            envelope.path("payloadType").asText(),
            Base64.getDecoder().decode(envelope.path("payload").asText())));
    assertThat(check.verify(Base64.getDecoder().decode(envelope.at("/signatures/0/sig").asText())))
        .isTrue();
  }

  @Test
  void opensslFindsTheSignatureGoodAndAChangedDocumentBad() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/openssl")) && Files.exists(Path.of("/usr/bin/jq")),
        "openssl and jq are not installed");
    var envelope = (ObjectNode) pack(deployed());
    var key = folder.resolve("key.pem");
    Files.writeString(key, served.ask("GET", "/api/evidence/key", "", new byte[0]).body());
    var file = folder.resolve("pack.json");
    Files.writeString(file, envelope.toString());
    assertThat(verified(key, file)).contains("Verified OK", "exit 0");
    var forged = (ObjectNode) payload(envelope);
    ((ObjectNode) forged.path("inventory")).put("memory_mib", 1);
    envelope.put("payload", Base64.getEncoder().encodeToString(Json.bytes(forged)));
    Files.writeString(file, envelope.toString());
    assertThat(verified(key, file)).doesNotContain("inventory").contains("exit 1");
  }

  private String verified(Path key, Path pack) throws Exception {
    var script = Path.of("../tests/clients/evidence/verify-evidence").toRealPath();
    var out = folder.resolve("out.txt");
    var process =
        new ProcessBuilder(List.of("sh", script.toString(), key.toString(), pack.toString()))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readString(out, StandardCharsets.UTF_8) + "exit " + process.exitValue();
  }

  @Test
  void eachNamesTheOneBeforeItAndOutlivesItsMachine() {
    var first = deployed();
    pack(first);
    var second = deployed();
    var named = payload(pack(second)).path("previous");
    var before = admin.get("/api/machines/" + first.id() + "/evidence").json().at("/packs/0");
    assertThat(named.path("id").asLong()).isEqualTo(before.path("id").asLong());
    assertThat(named.path("sha256").asText()).isEqualTo(before.path("sha256").asText());
    served.site.machines.delete(first.id(), Actor.APPLIANCE, _ -> {});
    var path = "/api/evidence/" + before.path("id").asLong();
    assertThat(payload(admin.get(path).json()).at("/machine/id").asText())
        .isEqualTo(first.id().text());
    assertThat(served.person("uma", Role.USER).get(path).status()).isEqualTo(404);
    assertThat(served.person("aud", Role.AUDITOR).get(path).status()).isEqualTo(200);
  }

  @Test
  void aMachineThatWasNotHandedOverHasOneWhenItIsAskedForAndNotTwo() {
    var machine = deployed();
    var path = "/api/machines/" + machine.id() + "/evidence";
    var made = admin.json(path, "{}").json();
    assertThat(admin.json(path, "{}").json()).isEqualTo(made);
    var said = payload(admin.get("/api/evidence/" + made.path("id").asLong()).json());
    assertThat(said.at("/machine/hostname").asText()).isEqualTo(machine.hostname());
    assertThat(served.person("uma", Role.USER).json(path, "{}").status()).isEqualTo(404);
    assertThat(admin.get("/api/evidence/99").status()).isEqualTo(404);
    assertThat(admin.get("/api/evidence/x%27").status()).isEqualTo(404);
  }

  @Test
  void theKeyIsTheSameAfterARestart() {
    var other = new Signer(served.site.database, served.site.vault);
    var again = new Signer(served.site.database, served.site.vault);
    assertThat(other.pem()).isEqualTo(again.pem());
  }
}
