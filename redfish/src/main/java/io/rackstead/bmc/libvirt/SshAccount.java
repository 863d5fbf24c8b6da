package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.BmcAddress;

/// Who we are at a host. The password is part of it: someone else's right one must not open the
/// door to a wrong one.
///
/// @param password empty: our key opens
record SshAccount(BmcAddress host, String user, String password) {
  @Override
  public String toString() {
    return user + " on " + host;
  }
}
