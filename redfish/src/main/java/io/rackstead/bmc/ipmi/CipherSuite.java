package io.rackstead.bmc.ipmi;

/// The two cipher suites (§22.15.2) this client knows. The others authenticate nothing (0), protect
/// nothing (1, 2) or rest on MD5 (6, 7, 11), and are left out on purpose: what is not here cannot
/// be negotiated.
public enum CipherSuite {
  SUITE_17(17, 3, 4, "HmacSHA256", 32, 16),
  SUITE_3(3, 1, 1, "HmacSHA1", 20, 12);

  /// AES-CBC-128 (§13.28.5), the one confidentiality algorithm of both.
  static final int CONFIDENTIALITY = 1;

  private final int number;
  final int authentication;
  final int integrity;
  final String hmac;
  final int digestLength;
  final int codeLength;

  CipherSuite(
      int number,
      int authentication,
      int integrity,
      String hmac,
      int digestLength,
      int codeLength) {
    this.number = number;
    this.authentication = authentication;
    this.integrity = integrity;
    this.hmac = hmac;
    this.digestLength = digestLength;
    this.codeLength = codeLength;
  }

  /// The number by which the specification and `ipmitool -C` name it.
  public int number() {
    return number;
  }
}
