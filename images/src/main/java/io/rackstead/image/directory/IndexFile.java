package io.rackstead.image.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.image.Architecture;
import io.rackstead.image.Artifact;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// How one image, or one ephemeral system, is written down beside its bytes.
final class IndexFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private IndexFile() {}

  static byte[] write(Image image) throws IOException {
    var json = JSON.createObjectNode().put("version", 1).put("id", image.id().toString());
    json.put("arch", image.arch().debianName());
    put(json.putObject("raw"), image.raw());
    put(json.putObject("compressed"), image.compressed()).put("compression", "zstd");
    var root = json.putObject("root").put("filesystem", image.root().filesystem());
    image.root().partition().ifPresent(number -> root.put("partition", number));
    json.put("reports_by", image.reportsBy().name().toLowerCase(Locale.ROOT));
    json.put("built_at", image.builtAt().toString());
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  static Image readImage(Path file) throws IOException {
    var json = JSON.readTree(Files.readAllBytes(file));
    var root = json.path("root");
    var partition =
        root.has("partition")
            ? Optional.of(root.get("partition").asInt())
            : Optional.<Integer>empty();
    return readable(
        file,
        () ->
            new Image(
                ImageId.parse(text(json, "id")),
                Architecture.parse(text(json, "arch")),
                artifact(json.path("raw")),
                artifact(json.path("compressed")),
                new Image.Root(partition, text(root, "filesystem")),
                Image.ReportsBy.valueOf(text(json, "reports_by").toUpperCase(Locale.ROOT)),
                Instant.parse(text(json, "built_at"))));
  }

  static byte[] write(EphemeralSystem system) throws IOException {
    var json = JSON.createObjectNode().put("version", 1);
    json.put("arch", system.arch().debianName()).put("system", system.version());
    put(json.putObject("kernel"), system.kernelArtifact());
    put(json.putObject("initrd"), system.initrdArtifact());
    system.disc().ifPresent(disc -> put(json.putObject("disc"), disc.artifact()));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  static EphemeralSystem readEphemeral(Path file, Blobs blobs) throws IOException {
    var json = JSON.readTree(Files.readAllBytes(file));
    return readable(
        file,
        () -> {
          var kernel = artifact(json.path("kernel"));
          var initrd = artifact(json.path("initrd"));
          var disc =
              json.has("disc")
                  ? Optional.of(artifact(json.path("disc")))
                  : Optional.<Artifact>empty();
          return new EphemeralSystem(
              Architecture.parse(text(json, "arch")),
              text(json, "system"),
              blobs.path(kernel),
              kernel,
              blobs.path(initrd),
              initrd,
              disc.map(iso -> new EphemeralSystem.Disc(blobs.path(iso), iso)));
        });
  }

  private interface Reading<T> {
    T read();
  }

  private static <T> T readable(Path file, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (RuntimeException e) {
      throw new IOException(file + " is not an index file of this version: " + e.getMessage(), e);
    }
  }

  private static ObjectNode put(ObjectNode json, Artifact artifact) {
    return json.put("size", artifact.sizeBytes()).put("sha256", artifact.sha256());
  }

  private static Artifact artifact(JsonNode json) {
    return new Artifact(json.path("size").asLong(-1), text(json, "sha256"));
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asText();
  }
}
