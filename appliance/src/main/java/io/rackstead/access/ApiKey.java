package io.rackstead.access;

import io.rackstead.access.Principal.Scope;
import java.time.Instant;
import java.util.Optional;

/// A key as MAAS's clients know it. The consumer's secret is empty, so the token's is all there is.
///
/// @param name what the user calls it
/// @param lastUsedAt to the minute
public record ApiKey(
    String username,
    String name,
    String consumerKey,
    String tokenKey,
    Secret tokenSecret,
    Scope scope,
    Optional<Instant> expiresAt,
    Optional<Instant> lastUsedAt) {
  /// `consumer:token:secret`. Shows the secret.
  public String reveal() {
    return consumerKey + ":" + tokenKey + ":" + tokenSecret.reveal();
  }

  boolean expired(Instant now) {
    return expiresAt.filter(end -> !end.isAfter(now)).isPresent();
  }
}
