package io.rackstead.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Scripts as a real shell runs them, against a real HTTP server.
class FirstStartTest {
  private static final byte[] CONTENT = "kubelet\u0000\n".getBytes(StandardCharsets.UTF_8);
  @TempDir Path folder;

  private int run(FirstStart start, String path) throws Exception {
    var script = Files.writeString(folder.resolve("script"), start.script("a\nb"));
    var builder =
        new ProcessBuilder("/bin/sh", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("PATH", path);
    var process = builder.start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private int fetching(String sha256, String path) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT);
          exchange.close();
        });
    server.start();
    try {
      return run(
          new FirstStart(
              List.of(),
              List.of(
                  List.of(
                      FirstStart.GETS,
                      "http://127.0.0.1:" + server.getAddress().getPort() + "/x",
                      sha256,
                      folder.resolve("usr/bin/kubelet").toString(),
                      "0755"))),
          path);
    } finally {
      server.stop(0);
    }
  }

  private static String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
  }

  @Test
  void whatIsFetchedIsThereWithItsModeWhenItsDigestIsRight() throws Exception {
    assertThat(fetching(sha256(), "/usr/bin:/bin")).isZero();
    var there = folder.resolve("usr/bin/kubelet");
    assertThat(there).hasBinaryContent(CONTENT).isExecutable();
  }

  /// An image without curl: cloud-init's Python does it.
  @Test
  void itIsFetchedWithoutCurlToo() throws Exception {
    var programs = Files.createDirectory(folder.resolve("bin"));
    for (var name : List.of("mkdir", "dirname", "sha256sum", "chmod", "mv", "python3", "base64")) {
      Files.createSymbolicLink(programs.resolve(name), Path.of("/usr/bin", name));
    }
    assertThat(fetching(sha256(), programs.toString()))
        .as(Files.readString(folder.resolve("output")))
        .isZero();
    assertThat(folder.resolve("usr/bin/kubelet")).hasBinaryContent(CONTENT);
  }

  @Test
  void whatHasAnotherDigestIsNeverCalledByItsNameAndEndsTheStart() throws Exception {
    assertThat(fetching("0".repeat(64), "/usr/bin:/bin")).isNotZero();
    assertThat(folder.resolve("usr/bin/kubelet")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a'b", "$(touch x)", "`id`", "a\nb", "-n", "\\", "é\t"})
  void anArgumentIsOneArgumentWhateverStandsInIt(String word) throws Exception {
    var there = folder.resolve("there");
    var start =
        new FirstStart(
            List.of(FirstStart.File.text(there.toString(), "0640", word)),
            List.of(List.of("sh", "-c", "printf %s \"$1\" >\"$0\"", folder + "/said", word)));
    assertThat(run(start, "/usr/bin:/bin")).isZero();
    assertThat(folder.resolve("said")).hasContent(word);
    assertThat(there).hasContent(word);
  }
}
