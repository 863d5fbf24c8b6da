package io.rackstead.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/// kubeadm's configuration, in the version of its API that the release speaks.
final class KubeadmConfig {
  /// The place that all releases since 1.20 are still at; the one before is frozen.
  static final String REGISTRY = "registry.k8s.io";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private final Blueprint cluster;
  private final String api;

  KubeadmConfig(Blueprint cluster) {
    this.cluster = cluster;
    api = cluster.release().kubeadmApi();
  }

  String init(String hostname) {
    var init = document(api, "InitConfiguration");
    // nobody else is let in by it: each node has a token of its own
    init.putArray("bootstrapTokens").addObject().put("ttl", "15m0s");
    init.set("nodeRegistration", registration(hostname));
    var kubelet = document("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration");
    kubelet.put("cgroupDriver", "systemd");
    return documents(init, clusterWide(), kubelet);
  }

  private ObjectNode clusterWide() {
    var all = document(api, "ClusterConfiguration");
    all.put("kubernetesVersion", cluster.release().text());
    all.put("clusterName", cluster.name());
    all.put("imageRepository", REGISTRY);
    if (!cluster.endpoint().isEmpty()) {
      all.put("controlPlaneEndpoint", Hosts.bracketed(cluster.endpoint()) + ":6443");
      all.putObject("apiServer").putArray("certSANs").add(cluster.endpoint());
    }
    var networking = all.putObject("networking");
    networking.put("dnsDomain", "cluster.local");
    if (!cluster.podSubnet().isEmpty()) {
      networking.put("podSubnet", cluster.podSubnet());
    }
    if (!cluster.serviceSubnet().isEmpty()) {
      networking.put("serviceSubnet", cluster.serviceSubnet());
    }
    return all;
  }

  /// @param control joins as a control plane
  String join(String hostname, Joining joining, boolean control) {
    var join = document(api, "JoinConfiguration");
    var token = join.putObject("discovery").putObject("bootstrapToken");
    token.put("apiServerEndpoint", joining.endpoint());
    token.put("token", joining.token());
    token.putArray("caCertHashes").add(joining.caHash());
    join.set("nodeRegistration", registration(hostname));
    if (control) {
      join.putObject("controlPlane").putObject("localAPIEndpoint").put("bindPort", 6443);
    }
    return documents(join);
  }

  private static ObjectNode registration(String hostname) {
    return JSON.objectNode().put("name", hostname).put("criSocket", Containerd.SOCKET);
  }

  private static ObjectNode document(String version, String kind) {
    return JSON.objectNode().put("apiVersion", version).put("kind", kind);
  }

  private static String documents(ObjectNode... all) {
    return Arrays.stream(all)
        .map(one -> new String(BlockYaml.bytes(one), StandardCharsets.UTF_8))
        .collect(Collectors.joining("---\n"));
  }
}
