package io.rackstead.image;

import java.nio.file.Path;
import java.util.Optional;

/// The small system that a server runs from memory to be inspected, tested, installed or erased.
///
/// @param version changes with its content
/// @param disc the same on a disc, for servers that are not started from the network; empty where
///   none was built
public record EphemeralSystem(
    Architecture arch,
    String version,
    Path kernel,
    Artifact kernelArtifact,
    Path initrd,
    Artifact initrdArtifact,
    Optional<Disc> disc) {

  /// An ISO 9660 image with a slot for a machine's settings.
  public record Disc(Path file, Artifact artifact) {}

  public EphemeralSystem with(Disc made) {
    return new EphemeralSystem(
        arch, version, kernel, kernelArtifact, initrd, initrdArtifact, Optional.of(made));
  }
}
