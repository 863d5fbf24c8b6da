package io.rackstead.pxe.lease;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Consumer;

/// The log's file: records one after another in space that was written with zeros beforehand, so
/// that a sync has no file size to record with it.
final class LeaseFile<L> implements AutoCloseable {
  private static final int CHUNK = 8192 * LeaseRecord.SIZE;

  private final Path path;
  private final LeaseRecord<L> format;
  private FileChannel channel;
  private long end;
  private long allocated;

  private LeaseFile(Path path, LeaseRecord<L> format, FileChannel channel) {
    this.path = path;
    this.format = format;
    this.channel = channel;
  }

  /// Opens the file, or makes it, and tells each record that is whole, in the order of writing. A
  /// record that is not whole was cut off by a crash before anybody was told of it, and is skipped.
  ///
  /// @return the open file; how many records were skipped is told to `damaged`
  static <L> LeaseFile<L> open(
      Path path, LeaseRecord<L> format, Consumer<L> each, Consumer<Integer> damaged)
      throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    var file = new LeaseFile<>(path, format, FileChannel.open(path, CREATE, READ, WRITE));
    try {
      damaged.accept(file.readAll(each));
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private int readAll(Consumer<L> each) throws IOException {
    int skipped = 0;
    var buffer = ByteBuffer.allocate(CHUNK);
    long size = channel.size();
    for (long at = 0; at < size; at += CHUNK) {
      buffer.clear();
      while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
        // reads may be short
      }
      int whole = buffer.position() / LeaseRecord.SIZE * LeaseRecord.SIZE;
      skipped += buffer.position() > whole ? 1 : 0;
      for (int i = 0; i < whole; i += LeaseRecord.SIZE) {
        if (LeaseRecord.blank(buffer, i)) {
          continue;
        }
        end = at + i + LeaseRecord.SIZE;
        var lease = format.read(buffer, i);
        lease.ifPresent(each);
        skipped += lease.isEmpty() ? 1 : 0;
      }
    }
    allocated = size / LeaseRecord.SIZE * LeaseRecord.SIZE;
    return skipped;
  }

  long records() {
    return end / LeaseRecord.SIZE;
  }

  boolean full(int moreRecords) {
    return end + (long) moreRecords * LeaseRecord.SIZE > allocated;
  }

  /// Appends and waits for the disk. On failure the end stays where it was, and the next call
  /// writes over what this one left.
  void append(Collection<L> leases) throws IOException {
    var buffer = encode(leases);
    while (full(leases.size())) {
      allocated = extend(channel, allocated);
    }
    writeAll(channel, buffer, end);
    channel.force(false);
    end += (long) leases.size() * LeaseRecord.SIZE;
  }

  /// Writes a new file with only these, and puts it in place of the old one in one step.
  void rewrite(Collection<L> leases) throws IOException {
    var temporary = path.resolveSibling(path.getFileName() + ".new");
    var fresh = FileChannel.open(temporary, CREATE, TRUNCATE_EXISTING, READ, WRITE);
    long size = 0;
    try {
      var buffer = encode(leases);
      while (size < (long) buffer.remaining() + CHUNK / 2) {
        size = extend(fresh, size);
      }
      writeAll(fresh, buffer, 0);
      fresh.force(true);
      Files.move(temporary, path, ATOMIC_MOVE, REPLACE_EXISTING);
      syncDirectory();
    } catch (IOException e) {
      fresh.close();
      Files.deleteIfExists(temporary);
      throw e;
    }
    channel.close();
    channel = fresh;
    allocated = size;
    end = (long) leases.size() * LeaseRecord.SIZE;
  }

  private void syncDirectory() throws IOException {
    // the rename itself must survive a power cut
    try (var directory = FileChannel.open(path.toAbsolutePath().getParent(), READ)) {
      directory.force(true);
    }
  }

  private ByteBuffer encode(Collection<L> leases) {
    var buffer = ByteBuffer.allocate(leases.size() * LeaseRecord.SIZE);
    leases.forEach(lease -> format.write(lease, buffer));
    return buffer.flip();
  }

  private static long extend(FileChannel channel, long from) throws IOException {
    writeAll(channel, ByteBuffer.allocate(CHUNK), from);
    channel.force(true);
    return from + CHUNK;
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
