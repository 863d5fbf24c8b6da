package io.rackstead.recipe;

/// What a node that joins is let in with.
///
/// @param endpoint `host:port` of the API
/// @param token its own, which expires
/// @param caHash of the cluster's CA, as kubeadm pins it
public record Joining(String endpoint, String token, String caHash) {
  @Override
  public String toString() {
    return endpoint;
  }
}
