package io.rackstead.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.agent.Sha256;
import io.rackstead.image.directory.ArtifactStore;
import io.rackstead.pxe.BootFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Artifacts fetched from a real HTTP server, or uploaded, and opened as the boot services do.
@SuppressWarnings("NullAway.Init")
class ArtifactsTest {
  private static final byte[] KUBELET = "kubelet ".repeat(3000).getBytes(StandardCharsets.UTF_8);
  private static final String SHA = Sha256.hex(KUBELET);

  @TempDir Path folder;
  private Served served;
  private Person operator;
  private HttpServer mirror;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int status = 200;
  private volatile byte[] sent = KUBELET;
  private volatile String redirect = "";

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder.resolve("data"));
    operator = served.person("olga", Role.OPERATOR);
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          if (!redirect.isEmpty()) {
            exchange.getResponseHeaders().add("Location", redirect);
          }
          exchange.sendResponseHeaders(status, sent.length);
          exchange.getResponseBody().write(sent);
          exchange.close();
        });
    mirror.start();
  }

  @AfterEach
  void stop() {
    mirror.stop(0);
    served.close();
  }

  private String url() {
    return "http://127.0.0.1:" + mirror.getAddress().getPort() + "/kubelet";
  }

  private void declare(String name, String url, String sha256, long bytes) {
    var answer =
        operator.put(
            "/api/artifacts/" + name,
            "{\"url\":\"%s\",\"sha256\":\"%s\",\"bytes\":%d}".formatted(url, sha256, bytes));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private String state(String name) {
    return operator.get("/api/artifacts/" + name).json().path("state").asText();
  }

  private String why(String name) {
    return operator.get("/api/artifacts/" + name).json().path("why").asText();
  }

  private byte[] opened(String sha256) throws IOException {
    var file = served.artifacts.open("artifact/" + sha256);
    assertThat(file).isPresent();
    return Files.readAllBytes(((BootFile.OnDisk) file.get()).path());
  }

  @Test
  void whatIsDeclaredIsFetchedOnceAndServedByItsDigest() throws IOException {
    declare("kubelet-1.31", url(), SHA, 0);
    assertThat(served.artifacts.open("artifact/" + SHA)).isEmpty();
    served.artifacts.look();
    served.artifacts.look();
    assertThat(asked).hasValue(1);
    assertThat(state("kubelet-1.31")).isEqualTo("present");
    assertThat(opened(SHA)).isEqualTo(KUBELET);
    // the same bytes under another name are there already
    declare("kubelet", url(), SHA, 0);
    assertThat(state("kubelet")).isEqualTo("present");
    assertThat(operator.delete("/api/artifacts/kubelet-1.31").status()).isEqualTo(204);
    assertThat(opened(SHA)).isEqualTo(KUBELET);
    assertThat(operator.delete("/api/artifacts/kubelet").status()).isEqualTo(204);
    assertThat(served.artifacts.open("artifact/" + SHA)).isEmpty();
    assertThat(folder.resolve("data/artifacts/sha256").resolve(SHA)).doesNotExist();
  }

  @Test
  void whatIsPresentIsPresentAfterARestart() throws IOException {
    declare("kubelet", url(), SHA, 0);
    served.artifacts.look();
    var store = new ArtifactStore(folder.resolve("data/artifacts"));
    var again =
        new Artifacts(
            served.site.database,
            store,
            new Fetcher(store, _ -> false),
            served.site,
            Runnable::run);
    assertThat(again.open("artifact/" + SHA)).isPresent();
  }

  @Test
  void anotherContentIsRefusedAndNotKept() {
    declare("kubelet", url(), "0".repeat(64), 0);
    served.artifacts.look();
    assertThat(why("kubelet")).contains(SHA).contains("as was said");
    assertThat(served.artifacts.open("artifact/" + "0".repeat(64))).isEmpty();
    assertThat(folder.resolve("data/artifacts/sha256")).isEmptyDirectory();
    assertThat(folder.resolve("data/artifacts/incoming")).isEmptyDirectory();
  }

  @Test
  void aMirrorThatIsDownIsAskedAgainAndOneThatRefusesIsNot() {
    status = 503;
    declare("kubelet", url(), SHA, 0);
    served.artifacts.look();
    served.artifacts.look();
    assertThat(asked).hasValue(1);
    assertThat(state("kubelet")).isEqualTo("wanted");
    assertThat(why("kubelet")).contains("503");
    served.site.pass(Duration.ofSeconds(10));
    status = 404;
    served.artifacts.look();
    assertThat(state("kubelet")).isEqualTo("failed");
    served.site.pass(Duration.ofHours(1));
    served.artifacts.look();
    assertThat(asked).hasValue(2);
    status = 200;
    assertThat(operator.json("/api/artifacts/kubelet/fetch", "{}").status()).isEqualTo(200);
    served.artifacts.look();
    assertThat(state("kubelet")).isEqualTo("present");
  }

  @Test
  void moreThanWasAnnouncedIsNotTaken() {
    declare("kubelet", url(), SHA, 100);
    served.artifacts.look();
    assertThat(state("kubelet")).isEqualTo("failed");
    assertThat(why("kubelet")).contains("it may have 100");
  }

  @Test
  void nothingIsFetchedFromThisHostAlsoNotByARedirect() throws IOException {
    var store = new ArtifactStore(folder.resolve("other"));
    var careful =
        new Artifacts(
            served.site.database,
            store,
            new Fetcher(store, Fetcher::near),
            served.site,
            Runnable::run);
    declare("kubelet", url(), SHA, 0);
    careful.look();
    assertThat(state("kubelet")).isEqualTo("failed");
    assertThat(why("kubelet")).contains("127.0.0.1: nothing is fetched from there");
    assertThat(asked).hasValue(0);
    // one that may be asked leads to one that may not
    var here = InetAddress.getByName("127.0.0.1");
    status = 302;
    redirect = "http://127.0.0.2:" + mirror.getAddress().getPort() + "/";
    var half =
        new Artifacts(
            served.site.database,
            store,
            new Fetcher(store, address -> Fetcher.near(address) && !address.equals(here)),
            served.site,
            Runnable::run);
    declare("other", url(), "1".repeat(64), 0);
    half.look();
    assertThat(asked).hasValue(1);
    assertThat(state("other")).isNotEqualTo("present");
  }

  @Test
  void aHallWithoutAWayOutUploadsPieceByPiece() throws IOException {
    declare("kubelet", "", SHA, KUBELET.length);
    assertThat(state("kubelet")).isEqualTo("awaited");
    var first = Arrays.copyOf(KUBELET, 10_000);
    var path = "/api/artifacts/kubelet/content?offset=";
    var type = "application/octet-stream";
    assertThat(operator.put(path + 0, type, first).json().path("received").asLong())
        .isEqualTo(10_000);
    // sent again because the answer was lost
    var twice = operator.put(path + 0, type, first);
    assertThat(twice.status()).isEqualTo(409);
    assertThat(twice.body()).contains("10000 bytes are there");
    var rest = Arrays.copyOfRange(KUBELET, 10_000, KUBELET.length);
    assertThat(operator.put(path + 10_000, type, rest).json().path("state").asText())
        .isEqualTo("present");
    assertThat(opened(SHA)).isEqualTo(KUBELET);
    assertThat(operator.put(path + 0, type, first).status()).isEqualTo(409);
  }

  @Test
  void anUploadOfOtherContentIsRefusedAndBeginsAnew() throws IOException {
    declare("kubelet", "", SHA, KUBELET.length);
    var wrong = new byte[KUBELET.length];
    var path = "/api/artifacts/kubelet/content";
    var refused = operator.put(path, "application/octet-stream", wrong);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("as was said");
    assertThat(operator.put(path, "application/octet-stream", KUBELET).status()).isEqualTo(200);
    assertThat(opened(SHA)).isEqualTo(KUBELET);
  }

  @ParameterizedTest
  @CsvSource({
    "Kubelet, http://x/, OK, 0, lower-case",
    "kubelet, ftp://x/, OK, 0, http://",
    "kubelet, file:///etc/shadow, OK, 0, http://",
    "kubelet, http://x/, abc, 0, 64 lower-case",
    "kubelet, http://x/, OK, -1, bytes is",
    "kubelet, '', OK, 0, says its bytes",
  })
  void whatCannotBeIsRefusedInWords(
      String name, String url, String sha256, long bytes, String words) {
    var answer =
        operator.put(
            "/api/artifacts/" + name,
            "{\"url\":\"%s\",\"sha256\":\"%s\",\"bytes\":%d}"
                .formatted(url, sha256.replace("OK", SHA), bytes));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains(words);
  }

  @Test
  void aUserReadsAndDoesNotDeclare() {
    var user = served.person("uwe", Role.USER);
    assertThat(user.get("/api/artifacts").status()).isEqualTo(200);
    assertThat(user.put("/api/artifacts/x", "{}").status()).isEqualTo(403);
    assertThat(user.put("/api/artifacts/x/content", "{}").status()).isEqualTo(403);
  }
}
