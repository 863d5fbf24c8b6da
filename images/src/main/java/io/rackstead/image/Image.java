package io.rackstead.image;

import java.time.Instant;
import java.util.Optional;

/// A disk image in the store: raw disk, compressed with zstd.
///
/// @param raw the disk as it will lie on the server: size and SHA-256 of the uncompressed bytes
/// @param root how the agent finds the root filesystem on the written disk, to put the seed there
/// @param reportsBy who says that the installed system runs
public record Image(
    ImageId id,
    Architecture arch,
    Artifact raw,
    Artifact compressed,
    Root root,
    ReportsBy reportsBy,
    Instant builtAt) {

  /// @param partition number of the root partition, 1-based; empty: the whole disk is a filesystem
  public record Root(Optional<Integer> partition, String filesystem) {}

  public enum ReportsBy {
    CLOUD_INIT,
    /// a unit of ours that Ignition puts there; the root is then where its configuration is looked
    /// for
    IGNITION,
    /// the agent's word after writing is all there is
    AGENT
  }
}
