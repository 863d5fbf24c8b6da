package io.rackstead.image.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Files on their way in, piece by piece, each under its number until all of it is there.
final class Pieces {
  private final Path folder;

  Pieces(Path folder) {
    this.folder = folder;
  }

  long received(long number) {
    try {
      return Files.exists(file(number)) ? Files.size(file(number)) : 0;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// @throws IOException where it would be more than was announced, or the disk is full
  long append(long number, long announced, byte[] piece) throws IOException {
    Files.createDirectories(folder);
    try (var channel =
        FileChannel.open(file(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long before = channel.size();
      if (before + piece.length > announced) {
        throw new IOException(
            "too much: %d bytes were announced, this would make %d"
                .formatted(announced, before + piece.length));
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

  void forget(long number) throws IOException {
    Files.deleteIfExists(file(number));
  }

  Path file(long number) {
    return folder.resolve(number + ".upload");
  }
}
