package io.rackstead.tests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The images that the stories of this checkout share, built by the product, once.
final class Images {
  /// A data folder with nothing but images in it.
  static final Path FOLDER = Lab.ROOT.resolve("tests/target/lab-images");

  private static final Duration BUILD = Duration.ofMinutes(20);
  private static final Set<String> BUILT = new HashSet<>();

  private Images() {}

  static synchronized Images with(String... names) {
    var run = Lab.ROOT.resolve("appliance/run").toString();
    for (var name : names) {
      if (BUILT.add(name)) {
        Command.output(BUILD, List.of(run, "images", "build", name, "--data", FOLDER.toString()));
      }
    }
    return new Images();
  }

  JsonNode index(String name) {
    var file = FOLDER.resolve("images/index/" + name + ".json");
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  Path kernel() {
    return blob(index("ephemeral@amd64").path("kernel"));
  }

  Path initrd() {
    return blob(index("ephemeral@amd64").path("initrd"));
  }

  Path blob(JsonNode artifact) {
    return FOLDER.resolve("images/sha256").resolve(artifact.path("sha256").asText());
  }
}
