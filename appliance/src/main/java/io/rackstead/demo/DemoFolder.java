package io.rackstead.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Keeps fake servers and real ones apart: a folder belongs to the one or to the other from its
/// first start on. A real appliance would look for BMCs that never were, and a demo would fake
/// machines that hold somebody's data.
public final class DemoFolder {
  private static final String MARK = "demo";

  private DemoFolder() {}

  /// @throws IllegalArgumentException where the folder belongs to the other kind
  public static void claim(Path data, boolean demo) throws IOException {
    var mark = data.resolve(MARK);
    boolean marked = Files.exists(mark);
    if (!demo && marked) {
      throw new IllegalArgumentException(
          "%s holds the fake servers of a demo: start it with --demo, or give another --data"
              .formatted(data));
    }
    if (demo && !marked) {
      if (Files.exists(data.resolve("db"))) {
        throw new IllegalArgumentException(
            "%s holds a real appliance: give the demo a folder of its own with --data"
                .formatted(data));
      }
      Files.createDirectories(data);
      Files.writeString(mark, "The machines in this folder are fake: appliance/run --demo.\n");
    }
  }
}
