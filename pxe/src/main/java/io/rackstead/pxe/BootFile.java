package io.rackstead.pxe;

import java.nio.file.Path;

/// The bytes behind a name. What lies on disk is sent from there without a copy through the heap.
public sealed interface BootFile {
  long sizeBytes();

  /// @param sha256 of the content, lower-case hex; also its ETag
  record OnDisk(Path path, long sizeBytes, String sha256) implements BootFile {}

  /// A file on disk with other bytes at one place of it: a template and one machine's part.
  ///
  /// @param tag its ETag, another one for other bytes
  record Overlaid(OnDisk base, long at, byte[] bytes, String tag) implements BootFile {
    public Overlaid {
      if (at < 0 || at + bytes.length > base.sizeBytes()) {
        throw new IllegalArgumentException(
            "%d bytes at %d do not lie in %s".formatted(bytes.length, at, base.path()));
      }
    }

    @Override
    public long sizeBytes() {
      return base.sizeBytes();
    }
  }

  record InMemory(byte[] bytes) implements BootFile {
    @Override
    public long sizeBytes() {
      return bytes.length;
    }
  }
}
