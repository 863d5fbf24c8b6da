package io.rackstead.access;

/// A key as MAAS's clients know it. The consumer's secret is empty, so the token's is all there is.
///
/// @param name what the user calls it
public record ApiKey(
    String username, String name, String consumerKey, String tokenKey, Secret tokenSecret) {
  /// `consumer:token:secret`. Shows the secret.
  public String reveal() {
    return consumerKey + ":" + tokenKey + ":" + tokenSecret.reveal();
  }
}
