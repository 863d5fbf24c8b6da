#!/bin/bash
# images.sh - the container images that the lab needs, as archives and without a registry: in $K8S_CACHE/images
# what a node needs (a pause from three lines of C, Debian's static busybox), in $K8S_CACHE/control-plane-images
# what `kubeadm init` starts. Of CoreDNS and kube-proxy there is only a pause of their name, for kubeadm looks
# for them before it begins.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
folder=$K8S_CACHE/images work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
cat >"$work/pause.c" <<'C'
#include <signal.h>
#include <unistd.h>
static void stop(int signal) { _exit(0); }
int main(void) { signal(SIGTERM, stop); signal(SIGINT, stop); signal(SIGCHLD, SIG_IGN); for (;;) pause(); }
C
gcc -Os -static -s -o "$work/pause" "$work/pause.c"
"$here/make-image.sh" k8s.gcr.io/pause:3.2 "$folder/pause.tar" "$work/pause:/pause" -- /pause
"$here/make-image.sh" lab.local/busybox:1 "$folder/busybox.tar" "$DEB_ROOT/bin/busybox:/bin/busybox" -- /bin/busybox

registry=registry.k8s.io control=$K8S_CACHE/control-plane-images
mkdir -p "$control"
"$here/make-image.sh" "$registry/pause:3.2" "$control/pause.tar" "$work/pause:/pause" -- /pause
for name in kube-apiserver kube-controller-manager kube-scheduler; do
    "$here/make-image.sh" "$registry/$name:$K8S_VERSION" "$control/$name.tar" "$K8S_BIN/$name:/usr/local/bin/$name" -- "/usr/local/bin/$name"
done
libraries=$(ldd "$DEB_ROOT/usr/bin/etcd" | grep -o '/lib[^ ]*')
# shellcheck disable=SC2046
"$here/make-image.sh" "$registry/etcd:3.4.13-0" "$control/etcd.tar" "$DEB_ROOT/usr/bin/etcd:/usr/local/bin/etcd" \
    $(for file in $libraries; do printf '%s ' "$(realpath "$file"):$file"; done) -- /usr/local/bin/etcd
"$here/make-image.sh" "$registry/coredns:1.7.0" "$control/coredns.tar" "$work/pause:/pause" -- /pause
"$here/make-image.sh" "$registry/kube-proxy:$K8S_VERSION" "$control/kube-proxy.tar" "$work/pause:/pause" -- /pause
