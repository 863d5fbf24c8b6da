package io.rackstead.image.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The data disk has no room for what was being stored. Nothing of it was kept.
public final class StorageFull extends IOException {
  private static final long serialVersionUID = 1L;

  private StorageFull(String message, IOException cause) {
    super(message, cause);
  }

  /// The same exception, unless it means that the disk is full: Java has no type for ENOSPC and
  /// EDQUOT, only their texts.
  static IOException explain(IOException e, String what, Path folder) throws IOException {
    var text = String.valueOf(e.getMessage());
    if (!text.contains("No space left") && !text.contains("Disk quota exceeded")) {
      return e;
    }
    long free = Files.getFileStore(folder).getUsableSpace() >> 20;
    return new StorageFull(
        "no space left in "
            + folder
            + " for "
            + what
            + ", "
            + free
            + " MiB are free now that the part was deleted: remove images, or give the data folder"
            + " a larger disk",
        e);
  }
}
