#!/bin/bash
# images.sh - the two container images that the lab needs, as archives in $K8S_CACHE/images: a pause from
# three lines of C, and Debian's static busybox. No registry.
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
