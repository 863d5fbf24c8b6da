package io.rackstead.tests.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `tests/lab/kubernetes` has built.
final class BuiltKubernetes {
  static final Path SCRIPTS = Lab.ROOT.resolve("tests/lab/kubernetes");
  static final Path CACHE =
      Optional.ofNullable(System.getenv("K8S_CACHE"))
          .map(Path::of)
          .orElse(Path.of(System.getProperty("user.home"), ".cache/rackstead/kubernetes"));
  static final String IMAGE = "custom/kubernetes-node";
  private static final Duration BUILD = Duration.ofMinutes(40);
  private static final int PIECE = 4 << 20;

  private BuiltKubernetes() {}

  static void assumed(String... programs) {
    assumeTrue(
        Arrays.stream(programs).map(BuiltKubernetes::program).allMatch(Files::isExecutable),
        "no Kubernetes in " + CACHE + ": " + SCRIPTS + "/README.md says how to make it");
  }

  static Path program(String name) {
    return CACHE.resolve("out").resolve(name);
  }

  /// The image that nodes are installed with, beside the system that servers run from memory.
  static void image() {
    Images.with("ephemeral");
    Command.output(
        BUILD,
        List.of(
            "env",
            "K8S_CACHE=" + CACHE,
            SCRIPTS.resolve("node-image.sh").toString(),
            Images.FOLDER.toString()));
  }

  /// Puts a file into the appliance's store, piece by piece.
  static void upload(Api api, String name, Path file) throws IOException {
    var path = "/api/artifacts/" + name;
    api.put(path, Map.of("sha256", sha256(file), "bytes", Files.size(file)));
    try (var in = Files.newInputStream(file)) {
      long at = 0;
      for (var piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        api.put(path + "/content?offset=" + at, piece);
        at += piece.length;
      }
    }
  }

  private static String sha256(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      var digest = MessageDigest.getInstance("SHA-256");
      var buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
