package io.rackstead.tests.bmc;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The cipher suites of the simulator, by the three algorithm numbers of table 22-20.
enum Suite {
  THREE(3, 1, 1, 1, "HmacSHA1", 12),
  SEVENTEEN(17, 3, 4, 1, "HmacSHA256", 16);

  final int id;
  final int authentication;
  final int integrity;
  final int confidentiality;
  final String mac;
  final int icv;

  Suite(int id, int authentication, int integrity, int confidentiality, String mac, int icv) {
    this.id = id;
    this.authentication = authentication;
    this.integrity = integrity;
    this.confidentiality = confidentiality;
    this.mac = mac;
    this.icv = icv;
  }

  static Optional<Suite> matching(List<Suite> allowed, int auth, int integrity, int conf) {
    return allowed.stream()
        .filter(
            s -> s.authentication == auth && s.integrity == integrity && s.confidentiality == conf)
        .findFirst();
  }

  static Suite of(int id) {
    return Arrays.stream(values())
        .filter(s -> s.id == id)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no cipher suite " + id + ": 3, 17"));
  }
}
