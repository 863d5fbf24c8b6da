package io.rackstead.image;

import java.nio.file.Path;

/// The small system that a server runs from memory to be inspected, tested, installed or erased.
///
/// @param version changes with its content
public record EphemeralSystem(
    Architecture arch,
    String version,
    Path kernel,
    Artifact kernelArtifact,
    Path initrd,
    Artifact initrdArtifact) {}
