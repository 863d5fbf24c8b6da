package io.rackstead.image.directory;

import io.rackstead.image.Artifact;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A blob on its way in: it has no name until all of it is on disk, and is gone when closed without
/// one. A lock on the file tells other processes that somebody is at it.
final class Incoming implements AutoCloseable {
  // Within one process the lock cannot tell: asking would drop it, as POSIX locks belong to the
  // process and go with the first descriptor of the file that is closed.
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path target;
  private final FileChannel channel;

  private Incoming(Path file, Path target, FileChannel channel) {
    this.file = file;
    this.target = target;
    this.channel = channel;
  }

  static boolean isOurs(Path part) {
    return OURS.contains(part);
  }

  static Incoming begin(Path folder, Path target) throws IOException {
    var file = Files.createTempFile(folder, "", ".part");
    OURS.add(file);
    var incoming = new Incoming(file, target, FileChannel.open(file, StandardOpenOption.WRITE));
    var _ = incoming.channel.lock();
    return incoming;
  }

  /// What fills a blob; it returns what it counted and digested.
  interface Filling<T> {
    T fill(OutputStream out) throws IOException;
  }

  <T> T fill(String what, Filling<T> filling) throws IOException {
    try {
      var counted = filling.fill(new StaysOpen(Channels.newOutputStream(channel)));
      channel.force(true);
      return counted;
    } catch (IOException e) {
      channel.truncate(0); // so that the message tells how much room there is without it
      throw StorageFull.explain(e, what, target);
    }
  }

  void keepAs(Artifact artifact) throws IOException {
    // readable for whoever serves it; an image is no secret
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(file, target.resolve(artifact.sha256()), StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncFolder(target);
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    } finally {
      OURS.remove(file);
    }
  }

  /// A compressor writes its last bytes when it is closed; the file has to be synced after that.
  private static final class StaysOpen extends FilterOutputStream {
    StaysOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
