#!/bin/bash
# build.sh - kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kubeadm, kube-proxy,
# kubectl 1.20 and a small crictl from what fetch.sh brought: static, stripped, no network. 8 to 40 minutes.
set -euo pipefail
. "$(dirname "$0")/env.sh"
K8S_CACHE=$(cd "$K8S_CACHE" && pwd)
source=$K8S_CACHE/k120 out=$K8S_CACHE/out reflect2=$K8S_CACHE/go/usr/share/gocode/src/github.com/modern-go/reflect2
export GOROOT=$K8S_CACHE/go/usr/lib/go-1.19 GOPATH=$K8S_CACHE/gopath GOCACHE=$K8S_CACHE/gocache
export PATH=$GOROOT/bin:$PATH GO111MODULE=off GOFLAGS=-trimpath CGO_ENABLED=0 GOTOOLCHAIN=local
mkdir -p "$GOPATH/src/k8s.io" "$out"
ln -sfn "$source" "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"

# The vendored reflect2 1.0.1 crashes in map iteration under Go 1.18 and later: Debian's 1.0.2 instead.
if [ -f vendor/github.com/modern-go/reflect2/reflect2_amd64.s ]; then
    rm -f vendor/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/*.s
    cp "$reflect2"/*.go vendor/github.com/modern-go/reflect2/
    rm -f vendor/github.com/modern-go/reflect2/*_test.go
fi

# The one generated file that the source package lacks.
if [ ! -f pkg/generated/openapi/zz_generated.openapi.go ]; then
    go build -p 2 -o "$out/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
    folders=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd staging/src 2>/dev/null |
        grep -v -e /code-generator/ -e /sample-apiserver/ -e _test.go -e zz_generated | xargs -n1 dirname | sort -u |
        sed -e 's#^staging/src/#vendor/#' -e 's#^#k8s.io/kubernetes/#' | paste -sd,)
    "$out/openapi-gen" -v 1 --logtostderr -h hack/boilerplate/boilerplate.generatego.txt -i "$folders" \
        -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi --output-base "$GOPATH/src" \
        -r "$K8S_CACHE/openapi-violations.txt"
fi

flags='-s -w'
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    set -- gitVersion="$K8S_VERSION" gitMajor=1 gitMinor=20 gitTreeState=clean gitCommit=debian buildDate=2021-01-13T00:00:00Z
    for value in "$@"; do flags="$flags -X k8s.io/kubernetes/vendor/$package.$value"; done
done
mkdir -p cmd/crictl && cp "$here/crictl.go" cmd/crictl/main.go
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubeadm kube-proxy kubectl crictl; do
    began=$SECONDS
    go build -p 2 -ldflags "$flags" -o "$out/$program" "k8s.io/kubernetes/cmd/$program"
    echo "$program $((SECONDS - began)) s"
done
