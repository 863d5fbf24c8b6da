package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BuiltKubernetes;
import io.rackstead.broker.kubernetes.Etcd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A member leaves a real etcd that wants certificates from its clients, as kubeadm sets it up:
/// `tests/lab/kubernetes/fetch.sh` brings it, or it is installed (Debian's `etcd-server`).
class RealEtcdTest {
  private static final MediaType JSON = MediaType.get("application/json");
  @TempDir Path folder;
  private final List<Process> running = new ArrayList<>();

  private static Optional<String> etcd() {
    return BuiltKubernetes.program("etcd");
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (var process : running) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private static int free() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void start(String name, int client, int peer, String all, String state)
      throws IOException {
    running.add(
        new ProcessBuilder(
                List.of(
                    etcd().orElseThrow(),
                    "--name",
                    name,
                    "--data-dir",
                    folder.resolve(name).toString(),
                    "--listen-client-urls",
                    "https://127.0.0.1:" + client,
                    "--advertise-client-urls",
                    "https://127.0.0.1:" + client,
                    "--listen-peer-urls",
                    "http://127.0.0.1:" + peer,
                    "--initial-advertise-peer-urls",
                    "http://127.0.0.1:" + peer,
                    "--initial-cluster",
                    all,
                    "--initial-cluster-state",
                    state,
                    "--cert-file",
                    folder.resolve("crt").toString(),
                    "--key-file",
                    folder.resolve("key").toString(),
                    "--trusted-ca-file",
                    folder.resolve("crt").toString(),
                    "--client-cert-auth"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start());
  }

  /// Asks until it is answered, for at most a minute: it has to start, and to elect.
  private static JsonNode asked(OkHttpClient client, int port, String what, String body)
      throws Exception {
    var request =
        new Request.Builder()
            .url("https://127.0.0.1:" + port + "/v3/cluster/member/" + what)
            .post(RequestBody.create(body.getBytes(StandardCharsets.UTF_8), JSON))
            .build();
    var last = "";
    for (int i = 0; i < 240; i++) {
      try (var answer = client.newCall(request).execute()) {
        last = answer.body().string();
        if (answer.code() == 200) {
          return JsonMapper.builder().build().readTree(last);
        }
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
    throw new AssertionError(what + ": " + last);
  }

  private static List<String> names(OkHttpClient client, int port) throws Exception {
    return StreamSupport.stream(
            asked(client, port, "list", "{}").path("members").spliterator(), false)
        .map(member -> member.path("name").asText())
        .toList();
  }

  @Test
  void aMemberLeavesAndOneThatIsNoneIsOutAlready() throws Exception {
    assumeTrue(etcd().isPresent(), "no etcd: tests/lab/kubernetes/fetch.sh brings one");
    var keys = Keys.make(folder, "etcd");
    Files.writeString(folder.resolve("crt"), keys.pem());
    var key =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.store().getKey("k", "changeit".toCharArray()).getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    Files.writeString(folder.resolve("key"), key);
    int a = free();
    int peerA = free();
    int b = free();
    int peerB = free();
    start("a", a, peerA, "a=http://127.0.0.1:" + peerA, "new");
    var wire = new Wire();
    var client = wire.client(new Trust(keys.pem(), keys.pem(), key), Duration.ofSeconds(10));
    assertThat(names(client, a)).containsExactly("a");
    asked(client, a, "add", "{\"peerURLs\":[\"http://127.0.0.1:" + peerB + "\"]}");
    start(
        "b",
        b,
        peerB,
        "a=http://127.0.0.1:%d,b=http://127.0.0.1:%d".formatted(peerA, peerB),
        "existing");
    for (int i = 0; i < 120 && !names(client, a).contains("b"); i++) {
      TimeUnit.MILLISECONDS.sleep(250);
    }
    assertThat(names(client, a)).containsExactlyInAnyOrder("a", "b");
    // without a certificate etcd tells nobody anything
    var nobody = wire.client(new Trust(keys.pem(), "", ""), Duration.ofSeconds(10));
    assertThatThrownBy(() -> new Etcd(nobody, a).leave("b", List.of("127.0.0.1")))
        .isInstanceOf(BrokerException.class);
    leaves(client, a);
    assertThat(names(client, a)).containsExactly("a");
    new Etcd(client, a).leave("b", List.of("127.0.0.1"));
    // the last one is never taken out
    new Etcd(client, a).leave("a", List.of());
    assertThat(names(client, a)).containsExactly("a");
  }

  /// etcd refuses to become smaller before the new member is known to be healthy; a broker is asked
  /// again as well.
  private static void leaves(OkHttpClient client, int port) throws Exception {
    for (int i = 0; ; i++) {
      try {
        new Etcd(client, port).leave("b", List.of("127.0.0.1"));
        return;
      } catch (BrokerException e) {
        assertThat(e.kind().passing()).as(e.getMessage()).isTrue();
        assertThat(i).as(e.getMessage()).isLessThan(60);
        TimeUnit.MILLISECONDS.sleep(500);
      }
    }
  }
}
