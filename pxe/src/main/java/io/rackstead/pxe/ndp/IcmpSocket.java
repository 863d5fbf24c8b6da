package io.rackstead.pxe.ndp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.rackstead.pxe.net.Subnet6;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A raw ICMPv6 socket, which Java has no class for. Used by one thread; closed by any.
final class IcmpSocket implements AutoCloseable {
  private static final int AF_INET6 = 10;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int ICMPV6 = 58;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int IPV6 = 41;
  private static final int IPV6_UNICAST_HOPS = 16;
  private static final int IPV6_MULTICAST_HOPS = 18;
  private static final int IPV6_MULTICAST_LOOP = 19;
  private static final int IPV6_ADD_MEMBERSHIP = 20;
  private static final int ICMP6_FILTER = 1;
  private static final int SOLICITATION = 133;
  private static final int ADVERTISEMENT = 134;
  private static final int ADDRESS_SIZE = 28;
  private static final int MAX_PACKET = 1500;
  private static final int EAGAIN = 11;
  private static final int EINTR = 4;
  private static final byte[] ALL_ROUTERS = all(2);
  private static final byte[] ALL_NODES = all(1);

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      handle(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVFROM =
      handle(
          "recvfrom",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SENDTO =
      handle(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = arena.allocate(STATE);
  private final MemorySegment packet = arena.allocate(MAX_PACKET);
  private final MemorySegment peer = arena.allocate(ADDRESS_SIZE, 8);
  private final MemorySegment peerSize = arena.allocate(JAVA_INT);
  private final int descriptor;

  /// Hears router solicitations and advertisements only, and wakes up now and then without one.
  IcmpSocket() throws IOException {
    try {
      descriptor = (int) SOCKET.invokeExact(state, AF_INET6, SOCK_RAW_CLOEXEC, ICMPV6);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (descriptor < 0) {
      int error = errno();
      arena.close();
      throw new IOException("no raw socket, error " + error);
    }
    try {
      var wait =
          ByteBuffer.allocate(16)
              .order(java.nio.ByteOrder.nativeOrder())
              .putLong(0)
              .putLong(300_000);
      option(SOL_SOCKET, SO_RCVTIMEO, wait.array());
      // RFC 4861 §6.1.2 wants no other
      option(IPV6, IPV6_UNICAST_HOPS, nativeInt(255));
      option(IPV6, IPV6_MULTICAST_HOPS, nativeInt(255));
      option(IPV6, IPV6_MULTICAST_LOOP, nativeInt(0));
      var filter = new byte[32];
      Arrays.fill(filter, (byte) 255);
      filter[SOLICITATION / 8] &= (byte) ~(1 << SOLICITATION % 8);
      filter[ADVERTISEMENT / 8] &= (byte) ~(1 << ADVERTISEMENT % 8);
      option(ICMPV6, ICMP6_FILTER, filter);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// Hears what is sent to all routers on this interface, too.
  void join(int interfaceIndex) throws IOException {
    var group = Arrays.copyOf(ALL_ROUTERS, 20);
    System.arraycopy(nativeInt(interfaceIndex), 0, group, 16, 4);
    option(IPV6, IPV6_ADD_MEMBERSHIP, group);
  }

  /// The next packet from an address of the link; empty when none came for a while. Its sender is
  /// remembered for [#reply].
  ByteBuffer receive() throws IOException {
    peerSize.set(JAVA_INT, 0, ADDRESS_SIZE);
    long size;
    try {
      size =
          (long)
              RECVFROM.invokeExact(state, descriptor, packet, (long) MAX_PACKET, 0, peer, peerSize);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (size < 0) {
      int error = errno();
      if (error == EAGAIN || error == EINTR) {
        return ByteBuffer.allocate(0);
      }
      throw new IOException("receive failed, error " + error);
    }
    boolean linkLocal =
        (peer.get(JAVA_BYTE, 8) & 255) == 0xfe && (peer.get(JAVA_BYTE, 9) & 0xc0) == 0x80;
    return linkLocal
        ? packet.asSlice(0, size).asByteBuffer().asReadOnlyBuffer()
        : ByteBuffer.allocate(0);
  }

  /// Whom the last packet came from.
  Inet6Address sender() {
    return Subnet6.address(peer.asSlice(8, 16).toArray(JAVA_BYTE));
  }

  /// The number of the interface that the last packet came in on.
  int scope() {
    return peer.get(JAVA_INT, 24);
  }

  /// Sends to every host of a link.
  void toAll(byte[] octets, int interfaceIndex) throws IOException {
    peer.fill((byte) 0);
    peer.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) AF_INET6);
    MemorySegment.copy(ALL_NODES, 0, peer, JAVA_BYTE, 8, ALL_NODES.length);
    peer.set(JAVA_INT, 24, interfaceIndex);
    reply(octets);
  }

  /// Sends to whoever the last packet came from, by the interface that it came in on.
  void reply(byte[] octets) throws IOException {
    MemorySegment.copy(octets, 0, packet, JAVA_BYTE, 0, octets.length);
    long size;
    try {
      size =
          (long)
              SENDTO.invokeExact(
                  state, descriptor, packet, (long) octets.length, 0, peer, ADDRESS_SIZE);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (size < 0) {
      throw new IOException("send failed, error " + errno());
    }
  }

  private void option(int level, int name, byte[] value) throws IOException {
    int result;
    try (var local = Arena.ofConfined()) {
      var octets = local.allocate(value.length, 8);
      MemorySegment.copy(value, 0, octets, JAVA_BYTE, 0, value.length);
      result = (int) SETSOCKOPT.invokeExact(state, descriptor, level, name, octets, value.length);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (result < 0) {
      throw new IOException("socket option " + name + " refused, error " + errno());
    }
  }

  private int errno() {
    return state.get(JAVA_INT, STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno")));
  }

  private static byte[] nativeInt(int value) {
    return ByteBuffer.allocate(4).order(java.nio.ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] all(int last) {
    var address = new byte[16];
    address[0] = (byte) 0xff;
    address[1] = 2;
    address[15] = (byte) last;
    return address;
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, ERRNO);
  }

  /// To be called when no other thread is inside this any more.
  @Override
  public void close() throws IOException {
    try {
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw new IOException(e);
    } finally {
      arena.close();
    }
  }
}
