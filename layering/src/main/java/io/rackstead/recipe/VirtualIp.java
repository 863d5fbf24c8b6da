package io.rackstead.recipe;

/// An address that whichever control plane is alive answers at.
///
/// @param version of kube-vip, as its image is tagged
/// @param nic empty: kube-vip takes the one of the default route; keepalived has to be told
public record VirtualIp(String address, Kind kind, String version, String nic) {
  public enum Kind {
    /// a static pod on each control plane
    KUBE_VIP,
    /// VRRP by the system's own daemon, which the image brings
    KEEPALIVED
  }
}
