package io.rackstead.image.directory;

import io.rackstead.image.Artifact;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

  /// What fills a blob; it returns what it counted and digested.
  interface Filling<T> {
    T fill(OutputStream out) throws IOException;
  }

  /// A blob that is complete and synced but has no name yet.
  record Incoming<T>(Path file, T counted) {}

  /// Lets `filling` write a new file. What an earlier process left unfinished goes first.
  <T> Incoming<T> receive(String what, Filling<T> filling) throws IOException {
    sweep();
    var file = Files.createTempFile(incoming, "", ".part");
    boolean complete = false;
    // the lock says to sweep(), in whichever process, that this one is still being written
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      var counted = filling.fill(new StaysOpen(Channels.newOutputStream(channel)));
      channel.force(true);
      complete = true;
      return new Incoming<>(file, counted);
    } catch (IOException e) {
      throw StorageFull.explain(e, what, files);
    } finally {
      if (!complete) {
        Files.deleteIfExists(file);
      }
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

  void accept(Incoming<?> incoming, Artifact artifact) throws IOException {
    // readable for the agent's HTTP server, whoever runs it; an image is no secret
    Files.setPosixFilePermissions(
        incoming.file(), java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(incoming.file(), path(artifact), StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncFolder(files);
  }

  /// Takes a file in as it is.
  Artifact add(String what, Path source) throws IOException {
    try (var in = Files.newInputStream(source)) {
      return add(what, in);
    }
  }

  private Artifact add(String what, InputStream in) throws IOException {
    var received =
        receive(
            what,
            out -> {
              var digesting = new Digesting(out);
              in.transferTo(digesting);
              digesting.flush();
              return digesting.artifact();
            });
    accept(received, received.counted());
    return received.counted();
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

  private void sweep() throws IOException {
    try (var parts = Files.newDirectoryStream(incoming, "*.part")) {
      for (var part : parts) {
        if (abandoned(part)) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  private static boolean abandoned(Path part) throws IOException {
    try (var channel = FileChannel.open(part, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (OverlappingFileLockException _) {
      return false; // this very process writes it
    } catch (java.nio.file.NoSuchFileException _) {
      return false; // just finished
    }
  }
}
