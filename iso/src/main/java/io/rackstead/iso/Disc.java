package io.rackstead.iso;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A template, and what stands in its slot instead of blanks.
public record Disc(Template template, byte[] slot) {

  /// As a file of its own, to be burnt or written onto a stick.
  public void writeTo(Path file) throws IOException {
    var half = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.copy(template.file(), half, StandardCopyOption.REPLACE_EXISTING);
      try (var channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(slot);
        for (long at = template.slotAt(); bytes.hasRemaining(); ) {
          at += channel.write(bytes, at);
        }
        channel.force(true);
      }
      Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(half);
    }
  }
}
