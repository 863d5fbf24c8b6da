package io.rackstead.image.directory;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Images on their way in, piece by piece, each a file of its own until all of it is there, is what
/// was announced, and was taken into the store.
public final class Uploads {
  private final Path folder;
  private final ImageStore store;

  /// What is announced: the bytes as they come, packed as they are.
  public record Announced(String sha256, long sizeBytes, String filetype) {}

  public Uploads(Path folder, ImageStore store) {
    this.folder = folder;
    this.store = store;
  }

  /// How much of it is there, also after a restart.
  public long received(long number) {
    try {
      return Files.exists(file(number)) ? Files.size(file(number)) : 0;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Takes the next piece; answers how much is there now.
  ///
  /// @throws IOException where it would be more than was announced, or the disk is full
  public long append(long number, Announced announced, byte[] piece) throws IOException {
    Files.createDirectories(folder);
    try (var channel =
        FileChannel.open(file(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long before = channel.size();
      if (before + piece.length > announced.sizeBytes()) {
        throw new IOException(
            "too much: %d bytes were announced, this would make %d"
                .formatted(announced.sizeBytes(), before + piece.length));
      }
      channel.position(before);
      try {
        var bytes = ByteBuffer.wrap(piece);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(false);
      } catch (IOException e) {
        channel.truncate(before); // a piece is there or is not
        throw StorageFull.explain(e, "upload " + number, folder);
      }
      return before + piece.length;
    }
  }

  /// Unpacks what has come, finds its root filesystem and takes it into the store; however that
  /// ends, the upload is over and may begin anew.
  ///
  /// @throws IOException what is wrong with it
  public Image finish(long number, Announced announced, ImageId id, Architecture arch)
      throws IOException {
    var packing =
        Packing.named(announced.filetype())
            .orElseThrow(() -> new IOException(announced.filetype() + " is no disk image"));
    try {
      var digest = new Digesting(java.io.OutputStream.nullOutputStream());
      Files.copy(file(number), digest);
      var found = digest.artifact();
      if (!found.sha256().equals(announced.sha256())) {
        throw new IOException(
            "SHA-256 %s was announced, what came has %s"
                .formatted(announced.sha256(), found.sha256()));
      }
      Image.Root root;
      try (var raw = packing.open(in(number))) {
        root = RootFinder.find(raw);
      }
      try (var raw = packing.open(in(number))) {
        return store.add(id, arch, raw, root, Image.ReportsBy.CLOUD_INIT);
      }
    } finally {
      forget(number);
    }
  }

  public void forget(long number) throws IOException {
    Files.deleteIfExists(file(number));
  }

  private InputStream in(long number) throws IOException {
    return Files.newInputStream(file(number));
  }

  private Path file(long number) {
    return folder.resolve(number + ".upload");
  }
}
