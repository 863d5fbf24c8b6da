package io.rackstead.bmc.ssh;

import java.security.KeyPair;

/// A key pair of ours.
///
/// @param authorized its public half as a line of a host's `authorized_keys`
public record SshKey(KeyPair pair, String authorized) {
  /// Never with its private half.
  @Override
  public String toString() {
    return authorized;
  }
}
