package io.rackstead.pxe.net;

/// Where a frame goes: Linux's `sockaddr_ll`.
public final class LinkAddress {
  private static final int SIZE = 20;

  private LinkAddress() {}

  /// @param etherType as IEEE numbers it, 0x0800 for IPv4
  public static byte[] of(int interfaceIndex, int etherType, MacAddress to) {
    var address = RawSocket.natives(SIZE);
    address.putShort((short) RawSocket.AF_PACKET);
    address.put((byte) (etherType >>> 8)).put((byte) etherType);
    address.putInt(interfaceIndex).putShort((short) 0).put((byte) 0).put((byte) 6);
    return address.put(to.octets()).array();
  }

  /// As `socket` wants the type: in the order of the wire.
  public static int protocol(int etherType) {
    return RawSocket.natives(4).put((byte) (etherType >>> 8)).put((byte) etherType).getShort(0)
        & 0xffff;
  }
}
