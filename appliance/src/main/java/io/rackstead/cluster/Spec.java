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
    long patienceS) {
  Spec {
    controlWishes = Map.copyOf(controlWishes);
    workerWishes = Map.copyOf(workerWishes);
    artifacts = List.copyOf(artifacts);
  }

  /// An artifact as it was when the cluster was asked for.
  record Item(String name, String sha256, Fetched.Kind kind, String path, String mode) {}

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
        patienceS);
  }
}
