/// What a machine comes in with to become a Kubernetes node: files and commands of its first start,
/// by distribution, version and part. Pure. {@link Kubeadm} was seen with the real one; {@link
/// Rancher} (k3s and RKE2) follows what is published of them and has never met them. Start reading
/// at [Recipe].
@org.jspecify.annotations.NullMarked
package io.rackstead.recipe;
