package io.rackstead.pxe;

import java.nio.file.Path;

/// The bytes behind a name. What lies on disk is sent from there without a copy through the heap.
public sealed interface BootFile {
  long sizeBytes();

  /// @param sha256 of the content, lower-case hex; also its ETag
  record OnDisk(Path path, long sizeBytes, String sha256) implements BootFile {}

  record InMemory(byte[] bytes) implements BootFile {
    @Override
    public long sizeBytes() {
      return bytes.length;
    }
  }
}
