package io.rackstead.recipe;

import io.rackstead.broker.FirstStart;
import java.util.ArrayList;
import java.util.List;

/// Something that a node fetches from us by its digest at its first start.
///
/// @param name as the operator calls it
/// @param path of the file, or of the folder that it is unpacked into; empty where its kind knows
public record Fetched(String name, String url, String sha256, Kind kind, String path, String mode) {
  public enum Kind {
    /// put at its path
    FILE,
    /// a tar archive, unpacked into its path
    TREE,
    /// container images in a tar archive, for the container runtime
    IMAGES,
    /// applied to the cluster once it is there
    MANIFEST
  }

  private static final String HOLD = "/var/lib/rackstead/";

  /// Where it lies before it is used.
  String held() {
    return kind == Kind.FILE ? path : HOLD + sha256;
  }

  List<String> fetch() {
    return List.of(FirstStart.GETS, url, sha256, held(), mode);
  }

  /// Fetching and unpacking; what needs a container runtime or a cluster comes later.
  static List<List<String>> placed(List<Fetched> all) {
    var commands = new ArrayList<List<String>>();
    for (var one : all) {
      switch (one.kind()) {
        case FILE -> commands.add(one.fetch());
        case TREE -> {
          commands.add(one.fetch());
          commands.add(List.of("mkdir", "-p", one.path()));
          commands.add(List.of("tar", "--no-same-owner", "-C", one.path(), "-xf", one.held()));
          commands.add(List.of("rm", "-f", one.held()));
        }
        case IMAGES, MANIFEST -> {}
      }
    }
    if (!commands.isEmpty()) {
      commands.add(List.of("systemctl", "daemon-reload"));
    }
    return commands;
  }

  static List<Fetched> of(List<Fetched> all, Kind kind) {
    return all.stream().filter(one -> one.kind() == kind).toList();
  }
}
