package io.rackstead.image;

/// Bytes by their size and digest.
///
/// @param sha256 lower-case hex
public record Artifact(long sizeBytes, String sha256) {
  public Artifact {
    if (sizeBytes < 0 || !sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not an artifact: " + sizeBytes + " bytes, " + sha256);
    }
  }
}
