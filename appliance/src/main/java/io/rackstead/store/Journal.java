package io.rackstead.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What makes an acknowledged transaction last: its statements, appended to a file and synced
/// before the caller hears of it. At the next start those that are not yet in the copy of H2's file
/// are done again from here, in their order.
///
/// A segment is a preallocated file, named by its first transaction: records of length, CRC-32C,
/// number and statements, ended by a zero. A torn record was never acknowledged.
final class Journal implements AutoCloseable {
  static final int SEGMENT = 1 << 20;
  private static final int HEAD = 16;

  private final Path folder;
  private final ReentrantLock syncing = new ReentrantLock(true);
  private @Nullable FileChannel channel;
  private long position;
  private long capacity;
  private volatile long written;
  private volatile long synced;

  /// One transaction.
  record Entry(long number, List<Statement> statements) {}

  /// @param next the number of the next transaction; what is in the file from there on is written
  ///   over
  Journal(Path folder, long next) throws IOException {
    this.folder = folder;
    this.written = next - 1;
    this.synced = next - 1;
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  /// The transactions after one, in order, up to the first that was not written whole.
  static List<Entry> after(Path folder, long number) throws IOException {
    var entries = new ArrayList<Entry>();
    if (!Files.isDirectory(folder)) {
      return entries;
    }
    long last = -1;
    for (var file : segments(folder)) {
      long first = first(file);
      if (last >= 0 && first != last + 1) {
        throw new IOException(
            "the journal %s has a gap: transaction %d is followed by %d"
                .formatted(folder, last, first));
      }
      last = first - 1;
      var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      while (bytes.remaining() > HEAD) {
        int length = bytes.getInt();
        int sum = bytes.getInt();
        long n = bytes.getLong();
        if (length <= 0 || length > bytes.remaining() || n != last + 1) {
          break;
        }
        var payload = bytes.slice(bytes.position(), length);
        if (sum(n, payload.duplicate()) != sum) {
          break;
        }
        last = n;
        bytes.position(bytes.position() + length);
        if (n > number) {
          entries.add(new Entry(n, statements(payload)));
        }
      }
    }
    if (!entries.isEmpty() && entries.getFirst().number() != number + 1) {
      throw new IOException(
          ("the database %s went back to transaction %d, and its journal begins at %d only: restore"
                  + " the newest backup")
              .formatted(folder.getParent(), number, entries.getFirst().number()));
    }
    return entries;
  }

  private static List<Statement> statements(ByteBuffer payload) throws IOException {
    var bytes = new byte[payload.remaining()];
    payload.get(bytes);
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    int count = in.readInt();
    var statements = new ArrayList<Statement>(count);
    for (int i = 0; i < count; i++) {
      statements.add(Statement.read(in));
    }
    return statements;
  }

  /// Writes a transaction; it is not durable before [#sync]. One writer at a time. Answers whether
  /// it began a new segment.
  boolean append(long number, List<Statement> statements) throws IOException {
    if (number != written + 1) {
      throw new IllegalStateException("transaction " + number + " after " + written);
    }
    var record = record(number, statements);
    var to = channel;
    boolean full = to != null && position + record.remaining() + HEAD > capacity;
    if (to == null || full) {
      to = next(to, number, record.remaining());
    }
    long at = position;
    while (record.hasRemaining()) {
      at += to.write(record, at);
    }
    position = at;
    written = number;
    return full;
  }

  private static ByteBuffer record(long number, List<Statement> statements) throws IOException {
    var bytes = new ByteArrayOutputStream(1024);
    var out = new DataOutputStream(bytes);
    out.writeInt(0);
    out.writeInt(0);
    out.writeLong(number);
    out.writeInt(statements.size());
    for (var statement : statements) {
      statement.write(out);
    }
    var record = ByteBuffer.wrap(bytes.toByteArray());
    record.putInt(0, record.limit() - HEAD);
    record.putInt(4, sum(number, record.slice(HEAD, record.limit() - HEAD)));
    return record;
  }

  private static int sum(long number, ByteBuffer payload) {
    var sum = new CRC32C();
    sum.update(ByteBuffer.allocate(8).putLong(number).flip());
    sum.update(payload);
    return (int) sum.getValue();
  }

  /// Returns when a transaction is on the disk; those that wait at the same moment share one sync.
  void sync(long number) throws IOException {
    syncing.lock();
    try {
      if (synced >= number) {
        return;
      }
      long upTo = written;
      if (channel != null) {
        channel.force(false);
      }
      synced = upTo;
    } finally {
      syncing.unlock();
    }
  }

  private FileChannel next(@Nullable FileChannel full, long number, int length) throws IOException {
    syncing.lock();
    try {
      if (full != null) {
        full.force(false);
        synced = written;
      }
      var fresh = segment(number, length);
      channel = fresh;
      if (full != null) {
        full.close();
      }
      return fresh;
    } finally {
      syncing.unlock();
    }
  }

  /// A new file, all its blocks taken, so that a sync has nothing but the data to write.
  private FileChannel segment(long first, int length) throws IOException {
    var file = folder.resolve("%016x.journal".formatted(first));
    var fresh =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      capacity = Math.max(SEGMENT, length + 2L * HEAD);
      var zeros = ByteBuffer.allocate((int) capacity);
      while (zeros.hasRemaining()) {
        fresh.write(zeros);
      }
      fresh.force(true);
      try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
    position = 0;
    return fresh;
  }

  /// Lets segments go that have nothing after a transaction.
  void trim(long number) throws IOException {
    var segments = segments(folder);
    for (int i = 0; i + 1 < segments.size() && first(segments.get(i + 1)) <= number + 1; i++) {
      Files.delete(segments.get(i));
    }
  }

  /// After a clean end the database has everything.
  static void remove(Path folder) throws IOException {
    for (var file : segments(folder)) {
      Files.delete(file);
    }
  }

  static List<Path> segments(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}\\.journal"))
          .sorted()
          .toList();
    }
  }

  private static long first(Path segment) {
    return Long.parseUnsignedLong(segment.getFileName().toString().substring(0, 16), 16);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
