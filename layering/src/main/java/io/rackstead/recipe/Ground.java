package io.rackstead.recipe;

import io.rackstead.broker.FirstStart.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What every node stands on, whichever distribution comes onto it: kernel modules, sysctls, no
/// swap.
final class Ground {
  static final String OURS = "/etc/rackstead/";

  private static final File MODULES =
      File.text("/etc/modules-load.d/90-kubernetes.conf", "0644", "overlay\nbr_netfilter\n");
  private static final File SYSCTLS =
      File.text(
          "/etc/sysctl.d/90-kubernetes.conf",
          "0644",
          """
          net.bridge.bridge-nf-call-iptables = 1
          net.bridge.bridge-nf-call-ip6tables = 1
          net.ipv4.ip_forward = 1
          net.ipv6.conf.all.forwarding = 1
          """);

  /// Who we are in the cluster, and what we may there; who the owner is, and what they may.
  private static final String ACCESS =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: "rackstead:provisioner"}
      rules:
        - {apiGroups: [""], resources: [nodes], verbs: [get, list, patch, delete]}
        - {apiGroups: [""], resources: [pods], verbs: [get, list]}
        - {apiGroups: [""], resources: [pods/eviction], verbs: [create]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: "rackstead:provisioner"}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "rackstead:provisioner"}
      subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "rackstead:provisioners"}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: "rackstead:tokens", namespace: kube-system}
      rules:
        - {apiGroups: [""], resources: [secrets], verbs: [get, list, create, delete]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: "rackstead:tokens", namespace: kube-system}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "rackstead:tokens"}
      subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "rackstead:provisioners"}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: "rackstead:owners"}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
      subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "rackstead:owners"}]
      """;

  private Ground() {}

  static List<File> files() {
    return new ArrayList<>(List.of(MODULES, SYSCTLS));
  }

  static File access(String path) {
    return File.text(path, "0600", ACCESS);
  }

  static List<List<String>> commands(List<Fetched> fetched) {
    var commands = new ArrayList<List<String>>();
    commands.add(List.of("swapoff", "-a"));
    // a swap partition that systemd finds by itself counts too
    commands.add(List.of("systemctl", "mask", "swap.target"));
    commands.add(List.of("sed", "-i", "/\\sswap\\s/d", "/etc/fstab"));
    commands.add(List.of("modprobe", "-a", "overlay", "br_netfilter"));
    commands.add(List.of("sysctl", "-q", "--system"));
    commands.addAll(Fetched.placed(fetched));
    return commands;
  }

  /// Keys are their owner's alone to read.
  static List<File> pki(String folder, Map<String, String> authorities) {
    return new TreeMap<>(authorities)
        .entrySet().stream()
            .map(one ->
                File.text(
                    folder + one.getKey(),
                    one.getKey().endsWith(".key") ? "0600" : "0644",
                    one.getValue()))
            .toList();
  }
}
