package io.rackstead.image.directory;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Images on their way in, piece by piece, each a file of its own until all of it is there, is what
/// was announced, and was taken into the store.
public final class Uploads {
  private final Pieces pieces;
  private final ImageStore store;

  /// What is announced: the bytes as they come, packed as they are.
  public record Announced(String sha256, long sizeBytes, String filetype) {}

  public Uploads(Path folder, ImageStore store) {
    this.pieces = new Pieces(folder);
    this.store = store;
  }

  /// How much of it is there, also after a restart.
  public long received(long number) {
    return pieces.received(number);
  }

  /// Takes the next piece; answers how much is there now.
  ///
  /// @throws IOException where it would be more than was announced, or the disk is full
  public long append(long number, Announced announced, byte[] piece) throws IOException {
    return pieces.append(number, announced.sizeBytes(), piece);
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
      Files.copy(pieces.file(number), digest);
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
    pieces.forget(number);
  }

  private InputStream in(long number) throws IOException {
    return Files.newInputStream(pieces.file(number));
  }
}
