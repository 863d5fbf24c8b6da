#!/bin/bash
# node-image.sh DATA - makes the image custom/kubernetes-node in the data folder DATA; nothing to do when it
# is as the archive and what build.sh made are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
overlay=$K8S_CACHE/overlay
[ -d "$K8S_CACHE/images" ] || "$here/images.sh"
# its dates say whether it changed
[ "$overlay/usr/bin/kubelet" -nt "$K8S_BIN/kubelet" ] && [ "$overlay/usr/bin/kubelet" -nt "$here/node-overlay.sh" ] || {
    rm -rf "$overlay"
    "$here/node-overlay.sh" "$overlay"
}
exec "${RACKSTEAD_RUN:-$here/../../../appliance/run}" images build debian-12 --name kubernetes-node \
    --include "$("$here/node-overlay.sh" --packages)" --overlay "$overlay" --data "$1"
