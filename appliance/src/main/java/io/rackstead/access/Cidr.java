package io.rackstead.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// A network of either IP version, as an operator writes it: `10.77.0.0/24`, `fd00::/8`.
record Cidr(byte[] network, int prefixLength) {
  private static final Pattern LITERAL = Pattern.compile("[0-9A-Fa-f:.]+");

  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    var address = slash < 0 ? text.strip() : text.substring(0, slash).strip();
    try {
      if (!LITERAL.matcher(address).matches()) {
        throw new IllegalArgumentException(wanted(text));
      }
      var network = InetAddress.getByName(address).getAddress();
      int length =
          slash < 0 ? network.length * 8 : Integer.parseInt(text.substring(slash + 1).strip());
      if (length < 0 || length > network.length * 8) {
        throw new IllegalArgumentException(wanted(text));
      }
      return new Cidr(network, length);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException(wanted(text), e);
    }
  }

  private static String wanted(String text) {
    return "a network is written as 10.0.0.0/24 or fd00::/8, got " + text;
  }

  boolean contains(InetAddress address) {
    var octets = address.getAddress();
    if (octets.length != network.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit++) {
      int mask = 0x80 >> (bit & 7);
      if (((octets[bit >> 3] ^ network[bit >> 3]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
