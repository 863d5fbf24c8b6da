package io.rackstead.image.directory;

import io.rackstead.image.Artifact;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// Files named by the SHA-256 of what is in them. A file appears whole or not at all.
final class Blobs {
  private final Path files;
  private final Path incoming;

  Blobs(Path folder) throws IOException {
    this.files = Files.createDirectories(folder.resolve("sha256"));
    this.incoming = Files.createDirectories(folder.resolve("incoming"));
  }

  Path path(Artifact artifact) {
    return files.resolve(artifact.sha256());
  }

  /// Begins a new file, after what dead processes left unfinished is gone. To be called with the
  /// folder's lock held: a file that is begun and not yet locked looks abandoned.
  Incoming begin() throws IOException {
    try (var parts = Files.newDirectoryStream(incoming, "*.part")) {
      for (var part : parts) {
        if (!Incoming.isOurs(part) && abandoned(part)) {
          Files.deleteIfExists(part);
        }
      }
    }
    return Incoming.begin(incoming, files);
  }

  /// Deletes what is not in `used`.
  void keepOnly(Set<String> used) throws IOException {
    try (var all = Files.newDirectoryStream(files)) {
      for (var file : all) {
        if (!used.contains(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static boolean abandoned(Path part) throws IOException {
    try (var channel = FileChannel.open(part, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException _) {
      return false; // just finished
    }
  }
}
