package io.rackstead.commission;

import java.time.Instant;
import java.util.List;

/// A program of the operator's, run as root in the ephemeral system.
///
/// @param timeoutSeconds 1 to a day
public record Script(
    long id, String name, String type, int timeoutSeconds, Meta meta, byte[] content) {
  /// What is told of it and changes nothing about how it runs.
  public record Meta(
      String title, String description, List<String> tags, int hardwareType, String comment) {
    public static final Meta NONE = new Meta("", "", List.of(), 0, "");

    public Meta {
      tags = List.copyOf(tags);
    }
  }

  /// One of the contents that it had.
  public record Revision(long id, String comment, Instant at, byte[] content) {}

  public Script withMeta(Meta newMeta) {
    return new Script(id, name, type, timeoutSeconds, newMeta, content);
  }
}
