package io.rackstead.tests.bmc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An account of the simulated BMC; the password is kept in 20 bytes, as a BMC does (§22.30).
record SimulatedUser(String name, String password, int privilege) {
  static final int OPERATOR = 3;
  static final int ADMINISTRATOR = 4;

  byte[] key() {
    return Arrays.copyOf(password.getBytes(StandardCharsets.UTF_8), 20);
  }

  @Override
  public String toString() {
    return "SimulatedUser[" + name + "]";
  }
}
