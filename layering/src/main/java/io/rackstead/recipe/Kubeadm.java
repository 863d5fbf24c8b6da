package io.rackstead.recipe;

import io.rackstead.broker.FirstStart;
import io.rackstead.broker.FirstStart.File;
import io.rackstead.recipe.Fetched.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// A node by kubeadm. Control planes keep etcd beside them; the authorities' keys are ours and come
/// in with each, so that one can join in years to come: what `--upload-certs` leaves in the cluster
/// is good for two hours.
public record Kubeadm(Blueprint cluster) implements Recipe {
  private static final String CONFIG = Ground.OURS + "kubeadm.yaml";
  private static final String ACCESS = Ground.OURS + "access.yaml";
  private static final String KUBE_VIP = "/etc/kubernetes/manifests/kube-vip.yaml";
  private static final String ADMIN = "/etc/kubernetes/admin.conf";

  @Override
  public FirstStart first(Self self) {
    var files = ground();
    files.addAll(authorities());
    files.add(File.text(CONFIG, "0600", new KubeadmConfig(cluster).init(self)));
    files.add(Ground.access(ACCESS));
    cluster
        .virtualIp()
        .filter(vip -> vip.kind() == VirtualIp.Kind.KUBE_VIP)
        .ifPresent(
            vip -> files.add(Vips.kubeVip(KUBE_VIP, vip, cluster.release().earlyKubeconfig())));
    var commands = started(files);
    commands.add(
        List.of(
            "timeout", patience(), "kubeadm", "init", "--config", CONFIG, "--skip-token-print"));
    if (files.stream().anyMatch(file -> file.path().equals(KUBE_VIP))) {
      commands.add(List.of("sed", "-i", "s#super-admin.conf#admin.conf#", KUBE_VIP));
    }
    commands.add(List.of("kubectl", "--kubeconfig", ADMIN, "apply", "-f", ACCESS));
    for (var manifest : Fetched.of(cluster.fetched(), Kind.MANIFEST)) {
      commands.add(manifest.fetch());
      // what an operator of networks brings is larger than an annotation may be
      commands.add(
          List.of(
              "kubectl",
              "--kubeconfig",
              ADMIN,
              "apply",
              "--server-side",
              "--force-conflicts",
              "-f",
              manifest.held()));
    }
    commands.add(List.of("rm", "-f", CONFIG));
    return new FirstStart(files, commands);
  }

  @Override
  public FirstStart control(Self self, Joining joining) {
    var files = ground();
    files.addAll(authorities());
    files.add(File.text(CONFIG, "0600", new KubeadmConfig(cluster).join(self, joining, true)));
    var later = Ground.OURS + "kube-vip.yaml";
    cluster
        .virtualIp()
        .filter(vip -> vip.kind() == VirtualIp.Kind.KUBE_VIP)
        .ifPresent(vip -> files.add(Vips.kubeVip(later, vip, ADMIN)));
    var commands = started(files);
    commands.add(join());
    if (files.stream().anyMatch(file -> file.path().equals(later))) {
      // kubeadm's check wants the folder empty before it joins
      commands.add(List.of("mv", "-f", later, KUBE_VIP));
    }
    commands.add(List.of("rm", "-f", CONFIG));
    return new FirstStart(files, commands);
  }

  @Override
  public FirstStart worker(Self self, Joining joining) {
    var files = ground();
    files.add(File.text(CONFIG, "0600", new KubeadmConfig(cluster).join(self, joining, false)));
    var commands = started(List.of());
    commands.add(new KubeadmConfig(cluster).hasTimeouts() ? join() : joinAnew());
    commands.add(List.of("rm", "-f", CONFIG));
    return new FirstStart(files, commands);
  }

  /// kubeadm has one authority for servers and clients; the others want two.
  private List<File> authorities() {
    var own = new HashMap<>(cluster.authorities());
    own.keySet().removeIf(name -> name.startsWith("client-ca."));
    return Ground.pki(Distribution.KUBEADM.pki(), own);
  }

  private List<String> join() {
    return List.of("timeout", patience(), "kubeadm", "join", "--config", CONFIG);
  }

  /// Before v1beta4 kubeadm waits five minutes for the kubelet, whatever one says, and a slow node
  /// may need more; what it left has to go before it can begin again, and the cluster to see that.
  private List<String> joinAnew() {
    return List.of(
        "timeout",
        patience(),
        "sh",
        "-c",
        "n=1; until kubeadm join --config "
            + CONFIG
            + "; do [ $n -lt 3 ] || exit 1; n=$((n + 1)); kubeadm reset -f; sleep 60; done");
  }

  /// With a token that is not taken kubeadm would try for long.
  private String patience() {
    return Integer.toString(cluster.joinS());
  }

  private List<File> ground() {
    var files = Ground.files();
    files.add(Containerd.config(cluster.release(), KubeadmConfig.REGISTRY));
    return files;
  }

  /// Up to where kubeadm can begin.
  ///
  /// @param files those of a control plane; keepalived's are added
  private List<List<String>> started(List<File> files) {
    var commands = new ArrayList<>(Ground.commands(cluster.fetched()));
    commands.add(List.of("systemctl", "enable", "containerd", "kubelet"));
    commands.add(List.of("systemctl", "restart", "containerd"));
    for (var images : Fetched.of(cluster.fetched(), Kind.IMAGES)) {
      commands.add(images.fetch());
      commands.add(List.of("ctr", "--namespace", "k8s.io", "images", "import", images.held()));
      commands.add(List.of("rm", "-f", images.held()));
    }
    if (!files.isEmpty()) {
      cluster
          .virtualIp()
          .filter(vip -> vip.kind() == VirtualIp.Kind.KEEPALIVED)
          .ifPresent(vip -> {
            files.add(Vips.keepalived(vip));
            files.add(Vips.answers());
            commands.add(List.of("systemctl", "enable", "keepalived"));
            commands.add(List.of("systemctl", "restart", "keepalived"));
          });
    }
    return commands;
  }
}
