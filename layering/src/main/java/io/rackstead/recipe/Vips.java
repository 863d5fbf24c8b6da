package io.rackstead.recipe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.FirstStart.File;
import io.rackstead.yaml.BlockYaml;

/// What holds the virtual address of a control plane.
final class Vips {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Vips() {}

  /// kube-vip's static pod, as `kube-vip manifest pod --controlplane --arp --leaderElection` writes
  /// it.
  ///
  /// @param kubeconfig whom it asks which control plane leads
  static File kubeVip(String path, VirtualIp vip, String kubeconfig) {
    var pod = JSON.objectNode();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    pod.putObject("metadata").put("name", "kube-vip").put("namespace", "kube-system");
    var spec = pod.putObject("spec");
    spec.put("hostNetwork", true);
    var container = spec.putArray("containers").addObject();
    container.put("name", "kube-vip");
    container.put("image", "ghcr.io/kube-vip/kube-vip:" + vip.version());
    container.putArray("args").add("manager");
    var env = container.putArray("env");
    env.addObject().put("name", "vip_arp").put("value", "true");
    env.addObject().put("name", "port").put("value", "6443");
    if (!vip.nic().isEmpty()) {
      env.addObject().put("name", "vip_interface").put("value", vip.nic());
    }
    env.addObject()
        .put("name", "vip_cidr")
        .put("value", vip.address().contains(":") ? "128" : "32");
    env.addObject().put("name", "cp_enable").put("value", "true");
    env.addObject().put("name", "cp_namespace").put("value", "kube-system");
    env.addObject().put("name", "vip_leaderelection").put("value", "true");
    env.addObject().put("name", "vip_leaseduration").put("value", "5");
    env.addObject().put("name", "vip_renewdeadline").put("value", "3");
    env.addObject().put("name", "vip_retryperiod").put("value", "1");
    env.addObject().put("name", "address").put("value", vip.address());
    container
        .putObject("securityContext")
        .putObject("capabilities")
        .putArray("add")
        .add("NET_ADMIN")
        .add("NET_RAW");
    container
        .putArray("volumeMounts")
        .addObject()
        .put("mountPath", "/etc/kubernetes/admin.conf")
        .put("name", "kubeconfig");
    var alias = spec.putArray("hostAliases").addObject();
    alias.put("ip", "127.0.0.1").putArray("hostnames").add("kubernetes");
    ObjectNode volume = spec.putArray("volumes").addObject().put("name", "kubeconfig");
    volume.putObject("hostPath").put("path", kubeconfig);
    return new File(path, "0600", BlockYaml.bytes(pod));
  }

  /// All begin as equals; one whose API does not answer weighs less.
  static File keepalived(VirtualIp vip) {
    return File.text(
        "/etc/keepalived/keepalived.conf",
        "0600",
        """
        global_defs {
          enable_script_security
          script_user root
        }
        vrrp_script apiserver {
          script "/usr/bin/timeout 3 /bin/sh /etc/keepalived/apiserver-answers"
          interval 3
          weight -20
          fall 3
          rise 2
        }
        vrrp_instance control_plane {
          state BACKUP
          interface %s
          virtual_router_id %d
          priority 100
          virtual_ipaddress {
            %s
          }
          track_script {
            apiserver
          }
        }
        """
            .formatted(vip.nic(), routerId(vip), vip.address()));
  }

  static File answers() {
    return File.text(
        "/etc/keepalived/apiserver-answers",
        "0700",
        "#!/bin/sh\nexec curl -sfk --max-time 2 -o /dev/null https://localhost:6443/livez\n");
  }

  /// 1 to 255 (RFC 5798 §5.2.3); clusters on one network should not meet.
  private static int routerId(VirtualIp vip) {
    return 1 + Math.floorMod(vip.address().hashCode(), 255);
  }
}
