package io.rackstead.machine;

import io.rackstead.archive.PackageArchive;
import io.rackstead.image.ImageId;
import io.rackstead.node.Around;
import java.util.List;
import java.util.Optional;

/// What was asked to be installed, and how far it has come.
///
/// @param sha256 of the raw image, fixed when the deployment is asked for: a newer image of the
///   same name is another deployment's
/// @param disk serial or WWN of the disk; empty: the smallest suitable one
/// @param around the networks that the machine is on; empty in what an earlier version wrote
/// @param rootBytes what the root partition grows to; 0: all that is left of the disk
/// @param archives what it installs packages from; empty in what an earlier version wrote
/// @param written the image and its seed are on the disk and were read back
public record Deployment(
    ImageId image,
    String sha256,
    String disk,
    List<String> sshKeys,
    String userData,
    boolean consentToWipe,
    boolean written,
    Optional<Around> around,
    long rootBytes,
    Optional<List<PackageArchive>> archives) {
  public Deployment {
    sshKeys = List.copyOf(sshKeys);
  }

  public Deployment asWritten() {
    return new Deployment(
        image, sha256, disk, sshKeys, userData, consentToWipe, true, around, rootBytes, archives);
  }
}
