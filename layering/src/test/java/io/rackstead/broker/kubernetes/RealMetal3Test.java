package io.rackstead.broker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A `BareMetalHost` on a real API server. The resource's definition is a small one of ours with
/// the fields that we use; `RACKSTEAD_METAL3_CRD` names Metal3's own to try that instead. The
/// operator that would look after the host is played by the test.
class RealMetal3Test {
  private static final String HOSTS = "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  @TempDir Path folder;

  @Test
  void aHostIsEnrolledProvedAndTakenBackAtARealApiServer() throws Exception {
    try (var plane = RealControlPlane.start(folder)) {
      var api = new ApiClient(plane.client(), plane.credential("url"), plane.credential("token"));
      define(api);
      var broker =
          new DeclaredBroker(
              new Brokers(Path.of("nowhere")).find("metal3").orElseThrow(),
              Map.of("url", api.url(), "token", api.token(), "ca", plane.credential("ca.pem")),
              new Wire(),
              InstantSource.system());
      broker.test();

      var handover = handover();
      var receipt = broker.handOver(handover, Receipt.NONE);
      // sent again, it is delivered once
      broker.handOver(handover, Receipt.NONE);
      var host = api.ask("GET", HOSTS + "/m0", "");
      assertThat(host.at("/spec/externallyProvisioned").asBoolean()).isTrue();
      assertThat(host.at("/spec/bmc/address").asText()).isEqualTo("ipmi://10.78.0.1");
      var secret = api.ask("GET", "/api/v1/namespaces/metal3/secrets/m0-bmc", "");
      assertThat(Base64.getDecoder().decode(secret.at("/data/password").asText()))
          .isEqualTo("bmc-secret".getBytes(StandardCharsets.UTF_8));
      assertThat(api.ask("GET", HOSTS, "").path("items")).hasSize(1);

      assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.NotYet.class);
      says(api, "registering", "discovered");
      assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.NotYet.class);
      says(api, "externally provisioned", "OK");
      assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.InService.class);

      broker.takeBack(handover, receipt);
      assertThat(api.ask("GET", HOSTS + "/m0", "").path("httpStatus").asInt()).isEqualTo(404);
      assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.Lost.class);
      broker.takeBack(handover, receipt);
    }
  }

  private static Handover handover() {
    var machine = JSON.createObjectNode();
    machine.put("id", "abc123").put("hostname", "m0").put("mac", "3c:fd:fe:00:00:00");
    return new Handover(
        "ho-abc123-4",
        machine,
        new Handover.Bmc(
            "ipmi", "ipmi://10.78.0.1", "10.78.0.1", "623", "rackstead", "bmc-secret"));
  }

  private static void define(ApiClient api) throws IOException {
    made(api.ask("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"metal3\"}}"));
    var given = Optional.ofNullable(System.getenv("RACKSTEAD_METAL3_CRD")).map(Path::of);
    String definition;
    try (var ours = RealMetal3Test.class.getResourceAsStream("baremetalhosts.json")) {
      assertThat(ours).isNotNull();
      definition =
          given.isPresent()
              ? Files.readString(given.get())
              : new String(ours.readAllBytes(), StandardCharsets.UTF_8);
    }
    made(api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition));
    // a moment passes until a new resource is served
    for (int i = 0; i < 600 && api.ask("GET", HOSTS, "").path("httpStatus").asInt() != 200; i++) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  /// What Metal3's operator would say of the host.
  private static void says(ApiClient api, String provisioning, String operational) {
    var host = (ObjectNode) api.ask("GET", HOSTS + "/m0", "");
    host.remove("httpStatus");
    var status = host.putObject("status").put("operationalStatus", operational);
    // no empty texts: the API server of 1.20 built by a newer Go takes them for null
    status.put("errorMessage", "none").put("errorCount", 0).put("poweredOn", true);
    var state = status.putObject("provisioning").put("state", provisioning);
    state.put("ID", "1").putObject("image").put("url", "none");
    status.putObject("hardware");
    status.put("hardwareProfile", "unknown");
    status.putObject("triedCredentials");
    status.putObject("goodCredentials");
    status.putObject("operationHistory");
    var answer = api.ask("PUT", HOSTS + "/m0/status", host.toString());
    assertThat(answer.path("httpStatus").asInt()).as(answer.toString()).isEqualTo(200);
  }

  private static void made(JsonNode answer) {
    assertThat(answer.path("httpStatus").asInt()).as(answer.toString()).isEqualTo(201);
  }
}
