package io.rackstead.pxe.dhcp;

/// The ports that replies go to. Relays and clients have fixed ones (RFC 2131 §4.1); tests have
/// their own.
record DhcpPorts(int relay, int client) {
  static final DhcpPorts STANDARD = new DhcpPorts(67, 68);
}
