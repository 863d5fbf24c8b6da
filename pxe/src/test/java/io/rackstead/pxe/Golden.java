package io.rackstead.pxe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Captured packets and the text they are read as, beside each other under `src/test/resources`.
/// `-Dgolden=write` records the text anew.
public final class Golden {
  private static final Path RESOURCES = Path.of("src", "test", "resources");

  private Golden() {}

  /// A packet's payload, and its name.
  public record Packet(Path file, byte[] octets) {
    @Override
    public String toString() {
      return file.getFileName().toString();
    }
  }

  public static List<Packet> packets(String feature) {
    try (Stream<Path> files = Files.list(RESOURCES.resolve(feature))) {
      return files
          .filter(file -> file.toString().endsWith(".hex"))
          .sorted()
          .map(file -> new Packet(file, HexFormat.of().parseHex(read(file).replaceAll("\\s", ""))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The recorded text; records the actual one when asked to.
  public static String beside(Packet packet, String actual) {
    var file = Path.of(packet.file().toString().replaceFirst("hex$", "txt"));
    if ("write".equals(System.getProperty("golden"))) {
      try {
        Files.writeString(file, actual);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return read(file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
