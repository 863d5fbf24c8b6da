package io.rackstead.bmc.ssh;

import io.rackstead.bmc.BmcAddress;

/// Who we are at a host. The password is part of it: someone else's right one must not open the
/// door to a wrong one.
///
/// @param host where its SSH server is; a server behind it plays no part
/// @param password empty: our key opens
public record SshAccount(BmcAddress host, String user, String password) {
  @Override
  public String toString() {
    return user + " on " + host;
  }
}
