package io.rackstead.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.FirstStart;
import io.rackstead.broker.FirstStart.File;
import io.rackstead.recipe.Fetched.Kind;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A node of k3s or RKE2, by what is published of their configuration (docs.k3s.io, docs.rke2.io:
/// configuration file, custom CA certificates, air-gap install, token formats). Neither product has
/// ever been seen by this: there is none to be had where we test.
public record Rancher(Distribution distribution, Blueprint cluster) implements Recipe {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// kubeadm's names for what the two call otherwise.
  private static final Map<String, List<String>> NAMES =
      Map.of(
          "ca.crt", List.of("server-ca.crt"),
          "ca.key", List.of("server-ca.key"),
          "client-ca.crt", List.of("client-ca.crt"),
          "client-ca.key", List.of("client-ca.key"),
          "front-proxy-ca.crt", List.of("request-header-ca.crt"),
          "front-proxy-ca.key", List.of("request-header-ca.key"),
          "etcd/ca.crt", List.of("etcd/server-ca.crt", "etcd/peer-ca.crt"),
          "etcd/ca.key", List.of("etcd/server-ca.key", "etcd/peer-ca.key"),
          "sa.key", List.of("service.key"));

  private boolean k3s() {
    return distribution == Distribution.K3S;
  }

  private String called() {
    return k3s() ? "k3s" : "rke2";
  }

  private String data() {
    return "/var/lib/rancher/" + called() + "/";
  }

  @Override
  public FirstStart first(Self self) {
    var config = server(self);
    if (k3s() && cluster.controls() > 1) {
      config.put("cluster-init", true);
    }
    var files = serverFiles(config);
    files.add(Ground.access(data() + "server/manifests/rackstead-access.yaml"));
    var commands = fetched();
    for (var manifest : Fetched.of(cluster.fetched(), Kind.MANIFEST)) {
      commands.add(
          List.of(
              FirstStart.GETS,
              manifest.url(),
              manifest.sha256(),
              data() + "server/manifests/" + manifest.name() + ".yaml",
              "0600"));
    }
    return started(files, commands, true);
  }

  @Override
  public FirstStart control(Self self, Joining joining) {
    var config = server(self);
    config.put("server", server(joining));
    return started(serverFiles(config), fetched(), true);
  }

  @Override
  public FirstStart worker(Self self, Joining joining) {
    var config = JSON.objectNode();
    config.put("server", server(joining));
    // agents may come with a bootstrap token; the hash is of the CA's file, not of its key
    config.put("token", "K10" + caHash() + "::" + joining.token());
    config.put("node-name", self.hostname());
    var files = Ground.files();
    files.add(config(config));
    return started(files, fetched(), false);
  }

  private String server(Joining joining) {
    var api = joining.endpoint();
    return "https://" + api.substring(0, api.lastIndexOf(':') + 1) + distribution.joinPort();
  }

  private ObjectNode server(Self self) {
    var config = JSON.objectNode();
    config.put("token", "K10" + caHash() + "::server:" + cluster.secret());
    config.put("node-name", self.hostname());
    config.put("write-kubeconfig-mode", "0600");
    if (!self.address().isEmpty()) {
      config.put("node-ip", self.address()).put("advertise-address", self.address());
    }
    if (!cluster.endpoint().isEmpty()) {
      config.putArray("tls-san").add(cluster.endpoint());
    }
    if (!cluster.podSubnet().isEmpty()) {
      config.put("cluster-cidr", cluster.podSubnet());
    }
    if (!cluster.serviceSubnet().isEmpty()) {
      config.put("service-cidr", cluster.serviceSubnet());
    }
    if (cluster.ownNetwork()) {
      if (k3s()) {
        config.put("flannel-backend", "none").put("disable-network-policy", true);
      } else {
        config.put("cni", "none");
      }
    }
    return config;
  }

  private List<File> serverFiles(ObjectNode config) {
    var files = Ground.files();
    var named = new TreeMap<String, String>();
    cluster
        .authorities()
        .forEach((name, pem) ->
            NAMES.getOrDefault(name, List.of()).forEach(theirs -> named.put(theirs, pem)));
    files.addAll(Ground.pki(distribution.pki(), named));
    files.add(config(config));
    cluster
        .virtualIp()
        .ifPresent(vip -> {
          switch (vip.kind()) {
            case KUBE_VIP ->
                files.add(
                    Vips.kubeVip(
                        data() + "agent/pod-manifests/kube-vip.yaml",
                        vip,
                        "/etc/rancher/%1$s/%1$s.yaml".formatted(called())));
            case KEEPALIVED -> {
              files.add(Vips.keepalived(vip));
              files.add(Vips.answers());
            }
          }
        });
    return files;
  }

  private File config(ObjectNode config) {
    return new File("/etc/rancher/" + called() + "/config.yaml", "0600", BlockYaml.bytes(config));
  }

  private List<List<String>> fetched() {
    var commands = new ArrayList<>(Ground.commands(cluster.fetched()));
    for (var images : Fetched.of(cluster.fetched(), Kind.IMAGES)) {
      commands.add(
          List.of(
              FirstStart.GETS,
              images.url(),
              images.sha256(),
              data() + "agent/images/" + archive(images.name()),
              "0600"));
    }
    return commands;
  }

  /// How it is packed is told by its name.
  private static String archive(String name) {
    return name.contains(".tar") ? name : name + ".tar";
  }

  private FirstStart started(List<File> files, List<List<String>> commands, boolean server) {
    if (files.stream().anyMatch(file -> file.path().startsWith("/etc/keepalived/"))) {
      commands.add(List.of("systemctl", "enable", "--now", "keepalived"));
    }
    var unit = k3s() ? "k3s" : server ? "rke2-server" : "rke2-agent";
    if (k3s()) {
      files.add(unit(server));
      commands.add(List.of("systemctl", "daemon-reload"));
    }
    commands.add(List.of("systemctl", "enable", unit));
    commands.add(List.of("timeout", "1200", "systemctl", "start", unit));
    return new FirstStart(files, commands);
  }

  /// RKE2's archive brings its units; k3s is a program alone, and its installer writes this one.
  private static File unit(boolean server) {
    return File.text(
        "/etc/systemd/system/k3s.service",
        "0644",
        """
        [Unit]
        Description=Lightweight Kubernetes
        Wants=network-online.target
        After=network-online.target

        [Install]
        WantedBy=multi-user.target

        [Service]
        Type=%s
        KillMode=process
        Delegate=yes
        LimitNOFILE=1048576
        LimitNPROC=infinity
        LimitCORE=infinity
        TasksMax=infinity
        TimeoutStartSec=0
        Restart=always
        RestartSec=5s
        ExecStart=/usr/local/bin/k3s %s
        """
            .formatted(server ? "notify" : "exec", server ? "server" : "agent"));
  }

  private String caHash() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(
                      cluster
                          .authorities()
                          .getOrDefault("ca.crt", "")
                          .getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
