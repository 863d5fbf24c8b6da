package io.rackstead.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/// What `tests/lab/kubernetes` has built, and what is installed.
public final class BuiltKubernetes {
  /// Where it is kept.
  public static final Path CACHE =
      Optional.ofNullable(System.getenv("K8S_CACHE"))
          .map(Path::of)
          .orElse(Path.of(System.getProperty("user.home"), ".cache/rackstead/kubernetes"));

  private BuiltKubernetes() {}

  public static Optional<String> program(String name) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Stream.of(CACHE.resolve("out"), CACHE.resolve("debroot/usr/bin")),
            Arrays.stream(path.split(":", -1)).map(Path::of))
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
