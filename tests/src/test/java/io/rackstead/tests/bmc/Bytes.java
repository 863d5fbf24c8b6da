package io.rackstead.tests.bmc;

import java.io.ByteArrayOutputStream;

/// Writes bytes one after the other, numbers with their low byte first, as IPMI has them.
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Bytes b(int... values) {
    for (int value : values) {
      out.write(value);
    }
    return this;
  }

  Bytes le16(int value) {
    return b(value, value >> 8);
  }

  Bytes le32(int value) {
    return le16(value).le16(value >> 16);
  }

  Bytes all(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  int size() {
    return out.size();
  }

  byte[] done() {
    return out.toByteArray();
  }

  static int u8(byte[] in, int at) {
    return in[at] & 0xff;
  }

  static int u16(byte[] in, int at) {
    return u8(in, at) | u8(in, at + 1) << 8;
  }

  static int i32(byte[] in, int at) {
    return u16(in, at) | u16(in, at + 2) << 16;
  }
}
