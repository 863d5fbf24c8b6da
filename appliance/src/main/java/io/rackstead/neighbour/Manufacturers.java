package io.rackstead.neighbour;

import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who made an adapter, by the IEEE's table where the host has one (Debian's ieee-data); nobody
/// where it has none.
public final class Manufacturers {
  private static final Logger LOG = LoggerFactory.getLogger(Manufacturers.class);

  /// Where Debian puts it.
  public static final Path TABLE = Path.of("/usr/share/ieee-data/oui.txt");

  private static final String MARK = "(hex)";

  private final Path table;
  private Optional<Map<Integer, String>> names = Optional.empty();

  public Manufacturers(Path table) {
    this.table = table;
  }

  public Optional<String> of(MacAddress mac) {
    return mac.locallyAdministered()
        ? Optional.empty()
        : Optional.ofNullable(names().get((int) (mac.bits() >>> 24)));
  }

  /// Read at the first question: most appliances are never asked.
  private synchronized Map<Integer, String> names() {
    if (names.isEmpty()) {
      names = Optional.of(read());
    }
    return names.get();
  }

  private Map<Integer, String> read() {
    var read = new HashMap<Integer, String>();
    if (!Files.isReadable(table)) {
      return read;
    }
    try (var lines = Files.lines(table, StandardCharsets.UTF_8)) {
      lines
          .filter(line -> line.contains(MARK) && line.matches("[0-9A-F]{2}(-[0-9A-F]{2}){2} .*"))
          .forEach(line ->
              read.put(
                  Integer.parseInt(line.substring(0, 8).replace("-", ""), 16),
                  line.substring(line.indexOf(MARK) + MARK.length()).strip()));
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.warn("{} cannot be read: {}", table, e.getMessage());
    }
    return read;
  }
}
