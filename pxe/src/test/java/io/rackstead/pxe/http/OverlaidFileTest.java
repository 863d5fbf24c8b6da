package io.rackstead.pxe.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A template with one machine's part over it is served as if it were one file.
class OverlaidFileTest {
  private static final int SIZE = 300_000;
  private static final int AT = 100_352;

  @TempDir Path folder = Path.of("");
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<BootJournal.Trace> traces = new CopyOnWriteArrayList<>();
  private byte[] wanted = new byte[0];
  private BootHttpServer server;
  private BootFile.Overlaid file;

  @BeforeEach
  void start() throws Exception {
    var random = new Random(5);
    var template = new byte[SIZE];
    random.nextBytes(template);
    var slot = new byte[4096];
    random.nextBytes(slot);
    Files.write(folder.resolve("template"), template);
    wanted = template.clone();
    System.arraycopy(slot, 0, wanted, AT, slot.length);
    file =
        new BootFile.Overlaid(
            new BootFile.OnDisk(folder.resolve("template"), SIZE, "base"), AT, slot, "mine");
    server =
        BootHttpServer.start(
            new BootPages(new OneFile(), new OneFile()::open, _ -> Optional.empty(), new Notes()),
            InetAddress.getLoopbackAddress(),
            0);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private HttpResponse<byte[]> get(String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + "/disc"))
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  @Test
  void theWholeHasTheOverlayInItsPlaceAndATagOfItsOwn() throws Exception {
    var answer = get();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(wanted);
    assertThat(answer.headers().firstValue("ETag")).contains("\"mine\"");
    assertThat(get("If-None-Match", "\"mine\"").statusCode()).isEqualTo(304);
    assertThat(get("If-None-Match", "\"base\"").statusCode()).isEqualTo(200);
  }

  @Test
  void eachRangeIsThatPartOfTheWholeWhereverTheOverlayBeginsAndEnds() throws Exception {
    var random = new Random(9);
    int end = AT + 4096;
    for (int from : new int[] {0, AT - 1, AT, AT + 1, end - 1, end, end + 1, SIZE - 1}) {
      for (int to : new int[] {from, AT - 1, AT, AT + 1, end - 1, end, SIZE - 1}) {
        if (to >= from) {
          check(from, to);
        }
      }
    }
    for (int i = 0; i < 50; i++) {
      int from = random.nextInt(SIZE);
      check(from, from + random.nextInt(SIZE - from));
    }
  }

  private void check(int from, int to) throws Exception {
    var answer = get("Range", "bytes=" + from + "-" + to);
    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.headers().firstValue("Content-Range"))
        .contains("bytes " + from + "-" + to + "/" + SIZE);
    assertThat(answer.body())
        .as(from + "-" + to)
        .isEqualTo(Arrays.copyOfRange(wanted, from, to + 1));
  }

  @Test
  void itsManyReadsAreNoLinesOfTheJournal() throws Exception {
    get("Range", "bytes=0-2047");
    get();
    assertThat(traces).isEmpty();
  }

  @Test
  void anOverlayLiesInItsFile() {
    assertThatThrownBy(() -> new BootFile.Overlaid(file.base(), SIZE - 1, new byte[2], "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private final class OneFile implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return name.equals("disc") ? Optional.of(file) : Optional.empty();
    }
  }

  private final class Notes implements BootJournal {
    @Override
    public void effects(List<BootEffect> effects) {}

    @Override
    public void trace(Trace trace) {
      traces.add(trace);
    }
  }
}
