package io.rackstead.cluster;

/// What a machine is to a cluster.
enum Part {
  /// the control plane that makes it
  FIRST,
  CONTROL,
  WORKER;

  boolean controls() {
    return this != WORKER;
  }

  String words() {
    return this == WORKER ? "worker" : "control plane";
  }
}
