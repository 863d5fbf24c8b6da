package io.rackstead.bmc;

/// An account on a BMC. The password is never part of a text.
public record BmcCredentials(String user, char[] password) {
  @Override
  public String toString() {
    return "BmcCredentials[" + user + "]";
  }
}
