package io.rackstead.tests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The images that the stories of this checkout share, built by the product, once.
final class Images {
  /// A data folder with nothing but images in it.
  static final Path FOLDER = Lab.ROOT.resolve("tests/target/lab-images");

  private static final Duration BUILD = Duration.ofMinutes(20);
  private static final Set<String> BUILT = new HashSet<>();
  private static final Map<String, String> FILES =
      Map.of(
          "ephemeral", "ephemeral@amd64",
          "test-small", "custom@test-small@amd64",
          "debian-12", "debian@bookworm@amd64");

  private Images() {}

  static synchronized Images with(String... names) {
    var run = Lab.ROOT.resolve("appliance/run").toString();
    for (var name : names) {
      if (BUILT.add(name) && !builtByThisProduct(name)) {
        Command.output(BUILD, List.of(run, "images", "build", name, "--data", FOLDER.toString()));
      }
    }
    return new Images();
  }

  /// An earlier run of the same build made it: the same program makes the same image.
  private static boolean builtByThisProduct(String name) {
    var index = FOLDER.resolve("images/index/" + FILES.getOrDefault(name, name) + ".json").toFile();
    var product = Lab.ROOT.resolve("appliance/target/.built").toFile();
    return product.exists() && index.lastModified() > product.lastModified();
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
