package io.rackstead.tests.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rackstead.appliance.Appliance;
import io.rackstead.appliance.Config;
import io.rackstead.appliance.Outside;
import io.rackstead.dns.DnsConfig;
import io.rackstead.pxe.PxeConfig;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A VM host from the MAAS API to a server that runs on it: real libvirtd and QEMU, behind OpenSSH.
@Tag("lab")
class VmHostTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();
  private String base = "";
  private String cookie = "";

  private Appliance start() throws Exception {
    var usual = Config.DEFAULT;
    var pxe = usual.pxe();
    var config =
        new Config(
            data.resolve("data"),
            new Config.Http("127.0.0.1", 0),
            new PxeConfig(
                PxeConfig.OFF,
                PxeConfig.OFF,
                PxeConfig.OFF,
                0,
                pxe.bindAddress(),
                data.resolve("leases"),
                pxe.loaderDirectory()),
            usual.networks(),
            usual.accept(),
            usual.bmcUser(),
            usual.effort(),
            usual.plaintextFrom(),
            usual.brake(),
            new DnsConfig(DnsConfig.OFF, Optional.empty()),
            usual.database(),
            true);
    var appliance = Appliance.start(config, Outside.real());
    base = "http://127.0.0.1:" + appliance.serving().get(60, TimeUnit.SECONDS);
    var answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/api/session"))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        JSON.writeValueAsString(
                            Map.of(
                                "username",
                                "admin",
                                "password",
                                appliance.firstPassword().orElseThrow().reveal()))))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", -1)[0];
    return appliance;
  }

  private HttpResponse<String> send(String method, String path, Map<String, String> form)
      throws Exception {
    var body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return http.send(
        HttpRequest.newBuilder(URI.create(base + "/MAAS/api/2.0/" + path))
            .header("Cookie", cookie)
            .header("X-Rackstead", "page")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(
                method, form.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode ok(String method, String path, Map<String, String> form) throws Exception {
    var answer = send(method, path, form);
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    return JSON.readTree(answer.body().isEmpty() ? "null" : answer.body());
  }

  private JsonNode get(String path) throws Exception {
    return ok("GET", path, Map.of());
  }

  private static void await(String what, BooleanSupplier so) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(until);
      Thread.sleep(250);
    }
  }

  @Test
  void aMachineIsComposedOnAVmHostSwitchedLikeAnyOtherAndGoneWithItsDisk() throws Exception {
    var pool = Files.createDirectory(data.resolve("pool"));
    try (var libvirtd = PrivateLibvirtd.start(PrivateLibvirtd.QEMU);
        var sshd = RealSshd.start(Files.createDirectory(data.resolve("ssh")), libvirtd.path());
        var _ = start()) {
      libvirtd.virsh("pool-define-as", "fast", "dir", "--target", pool.toString());
      libvirtd.virsh("pool-start", "fast");
      var address = "qemu+ssh://root@127.0.0.1:" + sshd.port() + "/system";
      var asked = Map.of("type", "virsh", "power_address", address, "name", "kvm1");

      var refused = send("POST", "vm-hosts/", asked);
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.body()).contains("does not let", "authorized_keys: ecdsa-sha2-nistp256");
      sshd.letIn("restrict " + refused.body().replaceAll("(?s).*authorized_keys: ", "").strip());

      var host = ok("POST", "vm-hosts/", asked);
      assertThat(host.path("type").asText()).isEqualTo("virsh");
      assertThat(host.path("name").asText()).isEqualTo("kvm1");
      assertThat(host.path("total").path("cores").asInt())
          .isEqualTo(Runtime.getRuntime().availableProcessors());
      assertThat(host.path("total").path("memory").asLong()).isPositive();
      assertThat(host.path("architectures").path(0).asText()).isEqualTo("amd64/generic");
      assertThat(host.path("storage_pools").path(0).path("name").asText()).isEqualTo("fast");
      assertThat(host.path("used").path("cores").asInt()).isZero();
      var one = "vm-hosts/" + host.path("id").asText() + "/";
      assertThat(get(one + "?op=parameters").path("power_address").asText()).isEqualTo(address);
      assertThat(send("POST", "pods/", asked).statusCode())
          .as("it is there already")
          .isEqualTo(400);

      for (var tooMuch :
          Map.of(
                  "cores", "4000",
                  "memory", "60000000",
                  "storage", "root:900000",
                  "interfaces", "eth0:subnet=10.9.0.0/16",
                  "architecture", "arm64")
              .entrySet()) {
        var answer =
            send("POST", one + "?op=compose", Map.of(tooMuch.getKey(), tooMuch.getValue()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"" + tooMuch.getKey() + "\"", "kvm1");
      }
      assertThat(libvirtd.virsh("list", "--all", "--uuid")).isEmpty();

      var composed =
          ok(
              "POST",
              one + "?op=compose",
              Map.of(
                  "cores", "1",
                  "memory", "128",
                  "storage", "root:0.1(fast),data:0.05",
                  "interfaces", "eth0:bridge=br0",
                  "hostname", "tiny"));
      var path = "machines/" + composed.path("system_id").asText() + "/";
      var machine = get(path);
      assertThat(machine.path("hostname").asText()).isEqualTo("tiny");
      assertThat(machine.path("power_type").asText()).isEqualTo("virsh");
      assertThat(machine.path("pod").path("name").asText()).isEqualTo("kvm1");
      assertThat(machine.path("status_name").asText()).isEqualTo("Commissioning");
      var xml = libvirtd.virsh("dumpxml", "tiny");
      var mac = xml.replaceAll("(?s).*<mac address='([0-9a-f:]{17})'/>.*", "$1");
      assertThat(machine.path("interface_set").path(0).path("mac_address").asText()).isEqualTo(mac);
      assertThat(xml).contains(machine.path("hardware_uuid").asText(), "<source bridge='br0'/>");
      assertThat(pool).isDirectoryContaining(file -> file.toString().endsWith("-0"));
      assertThat(get(one).path("used").path("memory").asLong()).isEqualTo(128);
      assertThat(get("machines/?pod=kvm1&pod_type=virsh")).hasSize(1);
      assertThat(get("machines/?not_pod=kvm1")).isEmpty();
      assertThat(get("machines/?pod=kvm2")).isEmpty();

      // commissioning has it started from the network, by its host
      await("the server runs", () -> libvirtd.virsh("domstate", "tiny").equals("running"));
      assertThat(libvirtd.virsh("dumpxml", "tiny")).contains("<boot dev='network'/>");
      ok("POST", path + "?op=abort", Map.of("comment", "seen"));
      await("the server is off", () -> libvirtd.virsh("domstate", "tiny").equals("shut off"));
      assertThat(get(path + "?op=query_power_state").path("state").asText()).isEqualTo("off");
      libvirtd.virsh("start", "tiny");
      assertThat(get(path + "?op=query_power_state").path("state").asText()).isEqualTo("on");
      var parameters = get(path + "?op=power_parameters");
      assertThat(parameters.path("power_address").asText()).isEqualTo(address);
      assertThat(parameters.path("power_id").asText())
          .isEqualTo(machine.path("hardware_uuid").asText());

      ok("DELETE", path, Map.of());
      assertThat(libvirtd.virsh("list", "--all", "--uuid")).isEmpty();
      assertThat(pool).isEmptyDirectory();
      assertThat(get(one).path("used").path("cores").asInt()).isZero();

      // with its host away a machine is not forgotten in silence
      var second = ok("POST", one + "?op=compose", Map.of("memory", "64", "storage", "0.05"));
      var other = "machines/" + second.path("system_id").asText() + "/";
      sshd.close();
      ok("POST", other + "?op=abort", Map.of("comment", "seen"));
      var kept = send("DELETE", other, Map.of());
      assertThat(kept.statusCode()).as(kept.body()).isEqualTo(503);
      assertThat(kept.body()).contains("was not removed", "qemu+ssh://127.0.0.1");
      ok("DELETE", other + "?force=true", Map.of());
      ok("DELETE", one, Map.of());
      assertThat(get("vm-hosts/")).isEmpty();
    }
  }
}
