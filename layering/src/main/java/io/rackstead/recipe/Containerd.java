package io.rackstead.recipe;

import io.rackstead.broker.FirstStart.File;

/// The container runtime of a node that kubeadm makes: cgroups by systemd, as the kubelet has them,
/// and the registry mirrors where an operator puts them.
final class Containerd {
  static final String SOCKET = "unix:///run/containerd/containerd.sock";

  private Containerd() {}

  /// Version 2 of its configuration: containerd 1.x reads no later one, and 2.x reads it too.
  static File config(Release release, String registry) {
    return File.text(
        "/etc/containerd/config.toml",
        "0644",
        """
        version = 2

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "%s/pause:%s"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
          SystemdCgroup = true

        [plugins."io.containerd.grpc.v1.cri".registry]
          config_path = "/etc/containerd/certs.d"
        """
            .formatted(registry, release.pause()));
  }
}
