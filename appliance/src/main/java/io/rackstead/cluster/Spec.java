package io.rackstead.cluster;

import io.rackstead.machine.EraseMode;
import io.rackstead.recipe.Distribution;
import io.rackstead.recipe.Fetched;
import io.rackstead.recipe.VirtualIp;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What was asked for.
///
/// @param controlWishes which machines will do, in the words of MAAS's allocation
/// @param endpoint host or address that stands for the control plane; empty: the virtual one, or
///   the only one's
/// @param cni an artifact with the manifest of the network plugin; empty: the distribution's own
/// @param erase what a release does to disks
/// @param patienceS until it has to be complete, after each change that is asked for
/// @param joinS how long kubeadm may take on one machine
/// @param ignoredChecks those of kubeadm's before it begins that a machine need not pass
record Spec(
    Distribution distribution,
    String version,
    int controls,
    Map<String, List<String>> controlWishes,
    int workers,
    Map<String, List<String>> workerWishes,
    String image,
    String endpoint,
    Optional<VirtualIp> virtualIp,
    String podSubnet,
    String serviceSubnet,
    String cni,
    List<Item> artifacts,
    EraseMode erase,
    long patienceS,
    int joinS,
    List<String> ignoredChecks) {
  /// What kubeadm has had on each machine before it could be said.
  static final int JOIN_S = 1200;

  Spec {
    // not in what was written before they could be said
    joinS = joinS == 0 ? JOIN_S : joinS;
    ignoredChecks = Optional.ofNullable(ignoredChecks).map(List::copyOf).orElse(List.of());
    controlWishes = Map.copyOf(controlWishes);
    workerWishes = Map.copyOf(workerWishes);
    artifacts = List.copyOf(artifacts);
  }

  /// An artifact as it was when the cluster was asked for.
  ///
  /// @param on which nodes fetch it
  record Item(String name, String sha256, Fetched.Kind kind, String path, String mode, Nodes on) {
    Item {
      // not in what was written before there was a choice
      on = Optional.ofNullable(on).orElse(Nodes.ALL);
    }
  }

  enum Nodes {
    ALL,
    CONTROL_PLANE,
    WORKERS;

    boolean with(Part part) {
      return switch (this) {
        case ALL -> true;
        case CONTROL_PLANE -> part.controls();
        case WORKERS -> !part.controls();
      };
    }
  }

  Map<String, List<String>> wishes(Part part) {
    return part.controls() ? controlWishes : workerWishes;
  }

  /// Where the control plane as a whole is found; empty: where the only one is.
  String stands() {
    return endpoint.isEmpty() ? virtualIp.map(VirtualIp::address).orElse("") : endpoint;
  }

  Spec withWorkers(int count) {
    return new Spec(
        distribution,
        version,
        controls,
        controlWishes,
        count,
        workerWishes,
        image,
        endpoint,
        virtualIp,
        podSubnet,
        serviceSubnet,
        cni,
        artifacts,
        erase,
        patienceS,
        joinS,
        ignoredChecks);
  }
}
