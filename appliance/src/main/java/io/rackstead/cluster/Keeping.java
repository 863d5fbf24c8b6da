package io.rackstead.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.access.Authorities;
import io.rackstead.access.Authorities.Pem;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/// What of a cluster is secret: its authorities, and until it is handed out the owner's kubeconfig.
///
/// @param files of the authorities, by their names in kubeadm's folder
/// @param secret what servers of k3s and RKE2 know each other by
/// @param kubeconfig empty: not made yet, or handed out
record Keeping(Map<String, String> files, String secret, String kubeconfig) {
  private static final Duration LIFE = Duration.ofDays(365);

  /// We ourselves come for as long as the cluster may live.
  private static final Duration OURS = Duration.ofDays(3650);

  Keeping {
    files = Map.copyOf(files);
  }

  static Keeping make(Authorities authorities, String secret) {
    var files = new TreeMap<String, String>();
    put(files, "ca", authorities.make("kubernetes"));
    put(files, "client-ca", authorities.make("kubernetes-client"));
    put(files, "front-proxy-ca", authorities.make("front-proxy-ca"));
    put(files, "etcd/ca", authorities.make("etcd-ca"));
    var service = authorities.keys();
    files.put("sa.pub", service.certificate());
    files.put("sa.key", service.key());
    return new Keeping(files, secret, "");
  }

  private static void put(Map<String, String> files, String name, Pem pem) {
    files.put(name + ".crt", pem.certificate());
    files.put(name + ".key", pem.key());
  }

  String ca() {
    return files.getOrDefault("ca.crt", "");
  }

  String etcdCa() {
    return files.getOrDefault("etcd/ca.crt", "");
  }

  private Pem pair(String name) {
    return new Pem(files.getOrDefault(name + ".crt", ""), files.getOrDefault(name + ".key", ""));
  }

  /// @param clientCa by whom the API knows people
  Pem ours(Authorities authorities, String clientCa) {
    return authorities.client(pair(clientCa), "rackstead", "rackstead:provisioners", OURS);
  }

  Pem oursAtEtcd(Authorities authorities) {
    return authorities.client(pair("etcd/ca"), "rackstead", "", OURS);
  }

  Keeping withKubeconfig(
      Authorities authorities, String clientCa, String cluster, String owner, String url) {
    var own = authorities.person(pair(clientCa), owner, "rackstead:owners", LIFE);
    var config = JsonNodeFactory.instance.objectNode();
    config.put("apiVersion", "v1").put("kind", "Config");
    var clusters = config.putArray("clusters").addObject().put("name", cluster);
    clusters
        .putObject("cluster")
        .put("server", url)
        .put("certificate-authority-data", encoded(ca()));
    var users = config.putArray("users").addObject().put("name", owner);
    users
        .putObject("user")
        .put("client-certificate-data", encoded(own.certificate()))
        .put("client-key-data", encoded(own.key()));
    var contexts = config.putArray("contexts").addObject().put("name", cluster);
    contexts.putObject("context").put("cluster", cluster).put("user", owner);
    config.put("current-context", cluster);
    return new Keeping(files, secret, new String(BlockYaml.bytes(config), StandardCharsets.UTF_8));
  }

  Keeping withoutKubeconfig() {
    return new Keeping(files, secret, "");
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "secrets of a cluster";
  }
}
