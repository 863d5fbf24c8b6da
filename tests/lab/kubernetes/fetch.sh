#!/bin/bash
# fetch.sh - what the Kubernetes lab is made of, from the Debian archive that apt uses, through an apt
# state of its own: nothing is installed on this machine. About 210 MB, kept in $K8S_CACHE.
#
# Debian 12's source package kubernetes (1.20.2) is the whole tree; later ones hold kubectl only. With
# it Go 1.19, reflect2 1.0.2 (see build.sh), containerd, runc, busybox; etcd 3.5 is in sid.
set -euo pipefail
. "$(dirname "$0")/env.sh"
: "${MIRROR:=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -1)}"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

apt_of() { # apt_of SUITE PROGRAM ARGUMENTS...
    local suite=$1 state=$K8S_CACHE/apt/$1 program=$2
    shift 2
    if [ ! -f "$state/sources.list" ]; then
        mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/state"
        : >"$state/status"
        printf 'deb [signed-by=%s] %s %s main\ndeb-src [signed-by=%s] %s %s main\n' \
            "$keyring" "$MIRROR" "$suite" "$keyring" "$MIRROR" "$suite" >"$state/sources.list"
        apt_of "$suite" apt-get update -q
    fi
    nice "$program" -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$state/state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

mkdir -p "$K8S_CACHE/deb" "$K8S_CACHE/src" "$K8S_CACHE/out" "$DEB_ROOT"
K8S_CACHE=$(cd "$K8S_CACHE" && pwd)
cd "$K8S_CACHE/deb"
apt_of bookworm apt-get download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev \
    containerd runc busybox-static
apt_of "${ETCD_SUITE:-forky}" apt-get download etcd-server etcd-client
(cd "$K8S_CACHE/src" && apt_of bookworm apt-get source --download-only kubernetes)
for file in golang-1.19*.deb golang-github*.deb; do dpkg -x "$file" "$K8S_CACHE/go"; done
for file in containerd_* runc_* busybox* etcd-*; do dpkg -x "$file" "$DEB_ROOT"; done
[ -d "$K8S_CACHE/k120" ] || dpkg-source --no-check -x "$K8S_CACHE"/src/kubernetes_*.dsc "$K8S_CACHE/k120"
