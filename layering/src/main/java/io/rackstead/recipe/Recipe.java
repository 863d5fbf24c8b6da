package io.rackstead.recipe;

import io.rackstead.broker.FirstStart;

/// How a machine becomes a node of a cluster, by the part that it plays.
public sealed interface Recipe permits Kubeadm, Rancher {
  static Recipe of(Distribution distribution, Blueprint blueprint) {
    return switch (distribution) {
      case KUBEADM -> new Kubeadm(blueprint);
      case K3S, RKE2 -> new Rancher(distribution, blueprint);
    };
  }

  /// The control plane that makes the cluster.
  FirstStart first(Self self);

  /// One that joins it.
  FirstStart control(Self self, Joining joining);

  FirstStart worker(Self self, Joining joining);
}
