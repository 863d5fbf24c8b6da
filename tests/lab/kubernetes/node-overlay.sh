#!/bin/bash
# node-overlay.sh FOLDER - what makes a Debian 12 a Kubernetes node, for
#   appliance/run images build debian-12 --name kubernetes-node --include "$(node-overlay.sh --packages)" --overlay FOLDER
# kubelet, kubeadm and kubectl as we built them, their unit, containerd's configuration, a bridge for
# pods, and the lab's container images, which containerd takes in at its start. It joins nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
if [ "${1:-}" = --packages ]; then
    echo containerd,runc,conntrack,iptables,ebtables,ethtool,socat,ipset,procps,containernetworking-plugins
    exit
fi
root=$1
put() { mkdir -p "$root/$(dirname "$1")" && cat >"$root/$1"; }

mkdir -p "$root/usr/bin" "$root/var/lib/lab-images" "$root/etc/kubernetes/manifests" "$root/opt/cni"
install -m 755 "$K8S_BIN/kubelet" "$K8S_BIN/kubeadm" "$K8S_BIN/kubectl" "$root/usr/bin/"
cp "$K8S_CACHE"/images/*.tar "$root/var/lib/lab-images/"
ln -sfn /usr/lib/cni "$root/opt/cni/bin"
put etc/systemd/system/kubelet.service <<'F'
[Unit]
After=containerd.service network-online.target
Wants=network-online.target
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS
Restart=always
StartLimitInterval=0
RestartSec=10
[Install]
WantedBy=multi-user.target
F
put etc/systemd/system/lab-images.service <<'F'
[Unit]
After=containerd.service
Requires=containerd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for i in /var/lib/lab-images/*.tar; do ctr -n k8s.io images import $i; done'
[Install]
WantedBy=multi-user.target
F
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../lab-images.service "$root/etc/systemd/system/multi-user.target.wants/lab-images.service"
put etc/containerd/config.toml <<'F'
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.gcr.io/pause:3.2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
F
put etc/cni/net.d/10-lab.conflist <<'F'
{"cniVersion": "0.4.0", "name": "lab", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true,
 "ipMasq": false, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.1.0/24"}]],
 "routes": [{"dst": "0.0.0.0/0"}]}}]}
F
