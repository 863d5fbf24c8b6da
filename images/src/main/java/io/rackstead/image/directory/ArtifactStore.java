package io.rackstead.image.directory;

import io.rackstead.image.Artifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Files of any kind, named by their SHA-256: each is there whole and right, or not at all.
public final class ArtifactStore {
  private final ReentrantLock writers = new ReentrantLock();
  private final Blobs blobs;
  private final Pieces pieces;

  public ArtifactStore(Path folder) throws IOException {
    blobs = new Blobs(Files.createDirectories(folder));
    pieces = new Pieces(folder.resolve("uploads"));
  }

  /// Where it lies, when it is there.
  public Optional<Path> find(Artifact artifact) {
    return Optional.of(blobs.path(artifact)).filter(Files::isRegularFile);
  }

  /// Takes a file in, whose digest is known before.
  ///
  /// @param limit more bytes than these are not read
  /// @throws IOException what is wrong with it; nothing of it is kept then
  public Artifact take(String what, InputStream in, String sha256, long limit) throws IOException {
    try (var part = begin()) {
      var taken =
          part.fill(
              what,
              out -> {
                var digesting = new Digesting(out);
                copy(what, in, digesting, limit);
                return digesting.artifact();
              });
      if (!taken.sha256().equals(sha256)) {
        throw new IOException(
            "%s has SHA-256 %s, not %s as was said".formatted(what, taken.sha256(), sha256));
      }
      writers.lock();
      try {
        part.keepAs(taken);
      } finally {
        writers.unlock();
      }
      return taken;
    }
  }

  private static void copy(String what, InputStream in, Digesting out, long limit)
      throws IOException {
    var buffer = new byte[1 << 16];
    long all = 0;
    for (int n; (n = in.read(buffer)) >= 0; ) {
      all += n;
      if (all > limit) {
        throw new IOException("%s has more than the %d bytes it may have".formatted(what, limit));
      }
      out.write(buffer, 0, n);
    }
  }

  private Incoming begin() throws IOException {
    writers.lock();
    try {
      return blobs.begin();
    } finally {
      writers.unlock();
    }
  }

  /// How much of an upload is there, also after a restart.
  public long received(long number) {
    return pieces.received(number);
  }

  /// Takes the next piece of an upload; answers how much is there now.
  public long append(long number, long announced, byte[] piece) throws IOException {
    return pieces.append(number, announced, piece);
  }

  /// Takes an upload in that is all there; however that ends, it is over and may begin anew.
  public Artifact finish(String what, long number, String sha256, long announced)
      throws IOException {
    try (var in = Files.newInputStream(pieces.file(number))) {
      return take(what, in, sha256, announced);
    } finally {
      pieces.forget(number);
    }
  }

  public void forgetUpload(long number) throws IOException {
    pieces.forget(number);
  }

  /// Deletes what nobody names any more.
  public void keepOnly(Set<String> used) throws IOException {
    writers.lock();
    try {
      blobs.keepOnly(used);
    } finally {
      writers.unlock();
    }
  }
}
