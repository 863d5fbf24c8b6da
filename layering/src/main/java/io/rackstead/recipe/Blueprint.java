package io.rackstead.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What all nodes of a cluster have in common.
///
/// @param endpoint host or address that stands for the control plane as a whole; empty: the one
///   that there is
/// @param controls how many of them there are to be
/// @param podSubnet empty: as the distribution has it
/// @param ownNetwork the operator's manifest brings the network plugin
/// @param authorities the PEM files that all control planes share, by their names in kubeadm's
///   folder
/// @param secret what servers of k3s and RKE2 know each other by
/// @param joinS how long kubeadm may take on one machine
/// @param ignoredChecks those of kubeadm's before it begins that a machine need not pass
public record Blueprint(
    Release release,
    String name,
    String endpoint,
    Optional<VirtualIp> virtualIp,
    int controls,
    String podSubnet,
    String serviceSubnet,
    boolean ownNetwork,
    List<Fetched> fetched,
    Map<String, String> authorities,
    String secret,
    int joinS,
    List<String> ignoredChecks) {
  public Blueprint {
    fetched = List.copyOf(fetched);
    authorities = Map.copyOf(authorities);
    ignoredChecks = List.copyOf(ignoredChecks);
  }

  @Override
  public String toString() {
    return name + " " + release;
  }
}
