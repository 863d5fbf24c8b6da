# Settings of the Kubernetes lab; every path and address may be given from the environment.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${K8S_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/rackstead/kubernetes}" # what fetch and build made
: "${K8S_LAB:=$K8S_CACHE/lab}"                  # state of one control plane: pki, etcd, logs, pids
: "${K8S_BIN:=$K8S_CACHE/out}"                  # kube-apiserver ... kubelet, kubeadm
: "${DEB_ROOT:=$K8S_CACHE/debroot}"             # unpacked etcd, containerd, runc, busybox
: "${CP_NS=k8scp}"                              # network namespace of the control plane; empty: none, on loopback
: "${CP_IP:=10.77.0.1}" "${CP_BR:=br0}"         # its address, and the bridge where nodes plug in
: "${CP_PORT:=6443}" "${ETCD_PORT:=2379}" "${ETCD_PEER_PORT:=2380}"
: "${CP_PARTS:=etcd kube-apiserver kube-controller-manager kube-scheduler}"
: "${POD_CIDR:=10.244.0.0/16}" "${SVC_CIDR:=10.96.0.0/16}"
: "${TOKEN:=k8slab.0123456789abcdef}"           # bootstrap token of the lab's own nodes
: "${K8S_VERSION:=v1.20.2}"
PKI=$K8S_LAB/pki LOG=$K8S_LAB/log RUN=$K8S_LAB/run CONF=$K8S_LAB/conf
export KUBECONFIG=$CONF/admin.conf

in_cp() { if [ -n "$CP_NS" ]; then ip netns exec "$CP_NS" "$@"; else "$@"; fi; }
kc() { in_cp "$K8S_BIN/kubectl" "$@"; }
has() { case " $CP_PARTS " in *" $1 "*) ;; *) return 1 ;; esac; }

# start NAME COMMAND... in the control plane's namespace; its pid is in $RUN/NAME.pid
start() {
    local name=$1
    shift
    if [ -n "$CP_NS" ]; then
        setsid ip netns exec "$CP_NS" "$@" >"$LOG/$name.log" 2>&1 </dev/null &
    else
        setsid "$@" >"$LOG/$name.log" 2>&1 </dev/null &
    fi
    echo $! >"$RUN/$name.pid"
}

stop() {
    local file=$RUN/$1.pid pid
    [ -f "$file" ] || return 0
    pid=$(cat "$file")
    kill "$pid" 2>/dev/null || :
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep .2; done
    kill -9 "$pid" 2>/dev/null || :
    rm -f "$file"
}
