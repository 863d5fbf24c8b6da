#!/bin/bash
# controlplane.sh up | down | status | join-command | credentials FOLDER
# A real control plane as plain processes: etcd, kube-apiserver, kube-controller-manager (it signs the
# kubelets' requests) and kube-scheduler, in a network namespace that is made for it, in one that is
# there (CP_NS), or on loopback (CP_NS=). Certificates, kubeconfigs, the bootstrap token, cluster-info
# and its RBAC are made by the real `kubeadm init phase`. CP_PARTS says which processes.
# `credentials` writes url, token (of somebody who may do everything) and ca.pem.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"

case ${1:-up} in
up) ;;
down)
    for part in kube-scheduler kube-controller-manager kube-apiserver etcd; do stop $part; done
    [ ! -e "$RUN/made-namespace" ] || { ip netns del "$CP_NS" && rm "$RUN/made-namespace"; }
    exit
    ;;
status)
    kc get --raw /readyz && echo && kc get nodes -o wide && kc get csr
    exit
    ;;
join-command)
    hash=$(openssl x509 -pubkey -in "$PKI/ca.crt" -noout | openssl pkey -pubin -outform der | sha256sum | cut -d' ' -f1)
    echo "kubeadm join $CP_IP:$CP_PORT --token $TOKEN --discovery-token-ca-cert-hash sha256:$hash"
    exit
    ;;
credentials)
    mkdir -p "$2"
    kc get clusterrolebinding lab-admin >/dev/null 2>&1 || {
        kc -n kube-system create serviceaccount lab-admin
        kc create clusterrolebinding lab-admin --clusterrole=cluster-admin --serviceaccount=kube-system:lab-admin
        # the controller manager that would make a token may not run
        kc -n kube-system create -f - <<Y
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "lab-admin"}}
Y
    } >>"$LOG/kubectl.log"
    echo "https://$CP_IP:$CP_PORT" >"$2/url"
    cp "$PKI/ca.crt" "$2/ca.pem"
    kc create --raw /api/v1/namespaces/kube-system/serviceaccounts/lab-admin/token -f - <<Y |
{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 86400}}
Y
        sed -n 's/.*"token":"\([^"]*\)".*/\1/p' >"$2/token"
    [ -s "$2/token" ]
    exit
    ;;
*)
    sed -n 2,8p "$0"
    exit 2
    ;;
esac

began=$(date +%s%N)
say() { printf '%6d ms  %s\n' $((($(date +%s%N) - began) / 1000000)) "$*"; }
kubeadm() { in_cp "$K8S_BIN/kubeadm" "$@" >>"$LOG/kubeadm.log" 2>&1 || { tail -5 "$LOG/kubeadm.log" >&2; exit 1; }; }
await() { # await SECONDS WHAT COMMAND...
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { echo "no $what in time: see $LOG" >&2; exit 1; }
        sleep .3
    done
    say "$what"
}

mkdir -p "$PKI" "$LOG" "$RUN" "$CONF" "$K8S_LAB/etcd"
chmod 700 "$K8S_LAB/etcd"
if [ -n "$CP_NS" ] && [ ! -e "/run/netns/$CP_NS" ]; then
    ip netns add "$CP_NS"
    touch "$RUN/made-namespace"
    ip -n "$CP_NS" link set lo up
    ip -n "$CP_NS" link add "$CP_BR" type bridge
    ip -n "$CP_NS" addr add "$CP_IP/24" dev "$CP_BR"
    ip -n "$CP_NS" link set "$CP_BR" up
    ip -n "$CP_NS" route add default dev "$CP_BR" # no way out: only what hangs on the bridge
fi
advertised=$CP_IP bound=0.0.0.0
# kubeadm and the API server want no loopback address to tell others; on loopback nobody is told
[ -n "$CP_NS" ] || advertised=192.0.2.1 bound=127.0.0.1
cat >"$CONF/kubeadm.yaml" <<Y
apiVersion: kubeadm.k8s.io/v1beta2
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $advertised, bindPort: $CP_PORT}
nodeRegistration: {name: cp, criSocket: /run/containerd/containerd.sock}
bootstrapTokens:
- {token: $TOKEN, ttl: 0s, usages: [signing, authentication], groups: ["system:bootstrappers:kubeadm:default-node-token"]}
---
apiVersion: kubeadm.k8s.io/v1beta2
kind: ClusterConfiguration
kubernetesVersion: $K8S_VERSION
certificatesDir: $PKI
controlPlaneEndpoint: "$CP_IP:$CP_PORT"
networking: {podSubnet: $POD_CIDR, serviceSubnet: $SVC_CIDR}
apiServer: {certSANs: [127.0.0.1, localhost]}
Y
[ -f "$PKI/ca.crt" ] || kubeadm init phase certs all --config "$CONF/kubeadm.yaml"
[ -f "$CONF/admin.conf" ] || kubeadm init phase kubeconfig all --config "$CONF/kubeadm.yaml" --kubeconfig-dir "$CONF"
say "certificates and kubeconfigs"

# the data of a lab need not survive a power cut
has etcd && start etcd "$DEB_ROOT/usr/bin/etcd" --name cp --data-dir "$K8S_LAB/etcd" --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
    --initial-cluster "cp=http://127.0.0.1:$ETCD_PEER_PORT"
# without its controller no pod would have the token that this plug-in wants to give it
denied=
has kube-controller-manager || denied=ServiceAccount
has kube-apiserver && start kube-apiserver "$K8S_BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
    --advertise-address="$advertised" --bind-address="$bound" --secure-port="$CP_PORT" --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction ${denied:+--disable-admission-plugins=$denied} --enable-bootstrap-token-auth=true --client-ca-file="$PKI/ca.crt" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" --kubelet-client-key="$PKI/apiserver-kubelet-client.key" \
    --kubelet-preferred-address-types=InternalIP,Hostname --service-account-key-file="$PKI/sa.pub" \
    --service-account-signing-key-file="$PKI/sa.key" --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-cluster-ip-range="$SVC_CIDR" --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" \
    --requestheader-allowed-names=front-proxy-client --requestheader-username-headers=X-Remote-User \
    --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key" \
    --allow-privileged=true
await 300 "API server ready" kc get --raw /readyz
has kube-controller-manager || exit 0
start kube-controller-manager "$K8S_BIN/kube-controller-manager" --kubeconfig="$CONF/controller-manager.conf" \
    --authentication-kubeconfig="$CONF/controller-manager.conf" --authorization-kubeconfig="$CONF/controller-manager.conf" \
    --client-ca-file="$PKI/ca.crt" --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" \
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" --root-ca-file="$PKI/ca.crt" \
    --service-account-private-key-file="$PKI/sa.key" --use-service-account-credentials=true --leader-elect=false \
    --controllers='*,bootstrapsigner,tokencleaner' --allocate-node-cidrs=true --cluster-cidr="$POD_CIDR" \
    --service-cluster-ip-range="$SVC_CIDR" --bind-address=127.0.0.1
start kube-scheduler "$K8S_BIN/kube-scheduler" --kubeconfig="$CONF/scheduler.conf" \
    --authentication-kubeconfig="$CONF/scheduler.conf" --authorization-kubeconfig="$CONF/scheduler.conf" \
    --leader-elect=false --bind-address=127.0.0.1

# What kubeadm join reads. `upload-config kubelet` would wait for a node object: by hand.
kubeadm init phase upload-config kubeadm --config "$CONF/kubeadm.yaml" --kubeconfig "$KUBECONFIG"
kc apply -f - >>"$LOG/kubectl.log" <<'Y'
apiVersion: v1
kind: ConfigMap
metadata: {name: kubelet-config-1.20, namespace: kube-system}
data:
  kubelet: |
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}
    authorization: {mode: Webhook}
    cgroupDriver: cgroupfs
    clusterDNS: [10.96.0.10]
    clusterDomain: cluster.local
    failSwapOn: false
    rotateCertificates: true
    staticPodPath: /etc/kubernetes/manifests
    evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
    imageGCHighThresholdPercent: 100
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "kubeadm:kubelet-config-1.20", namespace: kube-system}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [kubelet-config-1.20], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "kubeadm:kubelet-config-1.20", namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "kubeadm:kubelet-config-1.20"}
subjects: [{kind: Group, name: "system:nodes"}, {kind: Group, name: "system:bootstrappers:kubeadm:default-node-token"}]
Y
kubeadm init phase bootstrap-token --config "$CONF/kubeadm.yaml" --kubeconfig "$KUBECONFIG"
signed() { kc -n kube-public get configmap cluster-info -o yaml | grep -q jws-kubeconfig; }
await 120 "cluster-info signed" signed
