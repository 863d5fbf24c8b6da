package io.rackstead.recipe;

/// Which Kubernetes: what its parts are called and where they look.
public enum Distribution {
  KUBEADM,
  K3S,
  RKE2;

  /// The one where nodes that want to join are let in.
  public int joinPort() {
    return this == RKE2 ? 9345 : 6443;
  }

  /// Where the certificates of the cluster's own authorities lie on a control plane.
  String pki() {
    return switch (this) {
      case KUBEADM -> "/etc/kubernetes/pki/";
      case K3S -> "/var/lib/rancher/k3s/server/tls/";
      case RKE2 -> "/var/lib/rancher/rke2/server/tls/";
    };
  }
}
