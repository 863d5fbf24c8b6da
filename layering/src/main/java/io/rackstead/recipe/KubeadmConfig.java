package io.rackstead.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
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

  String init(Self self) {
    var init = document(api, "InitConfiguration");
    timeouts(init);
    // nobody else is let in by it: each node has a token of its own
    init.putArray("bootstrapTokens").addObject().put("ttl", "15m0s");
    if (!self.address().isEmpty()) {
      init.set("localAPIEndpoint", endpoint(self));
    }
    init.set("nodeRegistration", registration(self));
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
      all.withObjectProperty("apiServer").putArray("certSANs").add(cluster.endpoint());
    }
    if (!lists()) {
      all.withObjectProperty("apiServer").put("timeoutForControlPlane", patience());
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
  String join(Self self, Joining joining, boolean control) {
    var join = document(api, "JoinConfiguration");
    timeouts(join);
    var token = join.putObject("discovery").putObject("bootstrapToken");
    token.put("apiServerEndpoint", joining.endpoint());
    token.put("token", joining.token());
    token.putArray("caCertHashes").add(joining.caHash());
    join.set("nodeRegistration", registration(self));
    if (control) {
      join.putObject("controlPlane").set("localAPIEndpoint", endpoint(self));
    }
    return documents(join);
  }

  /// Left to itself it takes the address of the default route, and a hall without a way out has
  /// none.
  private static ObjectNode endpoint(Self self) {
    var endpoint = JSON.objectNode();
    if (!self.address().isEmpty()) {
      endpoint.put("advertiseAddress", self.address());
    }
    return endpoint.put("bindPort", 6443);
  }

  private ObjectNode registration(Self self) {
    var registration = JSON.objectNode();
    registration.put("name", self.hostname()).put("criSocket", Containerd.SOCKET);
    if (!self.address().isEmpty()) {
      kubelet(registration, "node-ip", self.address());
    }
    if (!cluster.ignoredChecks().isEmpty()) {
      var ignored = registration.putArray("ignorePreflightErrors");
      cluster.ignoredChecks().forEach(ignored::add);
    }
    return registration;
  }

  /// v1beta4 has lists where those before it had maps, and its limits in a place of their own.
  private boolean lists() {
    return api.endsWith("/v1beta4");
  }

  /// Whether its limits can be said.
  boolean hasTimeouts() {
    return lists();
  }

  /// Its own limits are for machines that are faster than some.
  private void timeouts(ObjectNode document) {
    if (lists()) {
      var limits = document.putObject("timeouts");
      for (var name :
          List.of("controlPlaneComponentHealthCheck", "kubeletHealthCheck", "tlsBootstrap")) {
        limits.put(name, patience());
      }
    }
  }

  private String patience() {
    return cluster.joinS() + "s";
  }

  private void kubelet(ObjectNode registration, String name, String value) {
    if (lists()) {
      registration.putArray("kubeletExtraArgs").addObject().put("name", name).put("value", value);
    } else {
      registration.putObject("kubeletExtraArgs").put(name, value);
    }
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
