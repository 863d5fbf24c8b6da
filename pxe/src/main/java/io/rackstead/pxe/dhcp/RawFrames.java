package io.rackstead.pxe.dhcp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Sends IP packets to a MAC that we name (AF_PACKET), which Java has no class for. The kernel puts
/// the Ethernet header in front. Loading this costs time, so it is done when a network is served.
final class RawFrames implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final short ETH_P_IP_ON_THE_WIRE = 0x0008;
  private static final int ADDRESS_SIZE = 20;
  private static final int MAX_PACKET = 1500;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final MethodHandle SOCKET =
      handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
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
  private final Map<String, Integer> indexes = new ConcurrentHashMap<>();
  private final int descriptor;
  private boolean closed;

  /// @throws IOException without CAP_NET_RAW
  RawFrames() throws IOException {
    try {
      // protocol 0: it hears nothing, it only sends
      descriptor = (int) SOCKET.invokeExact(state, AF_PACKET, SOCK_DGRAM_CLOEXEC, 0);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (descriptor < 0) {
      int error = errno();
      arena.close();
      throw new IOException("no raw socket, error " + error);
    }
  }

  synchronized void send(String networkInterface, MacAddress to, byte[] ip) throws IOException {
    if (closed || ip.length > MAX_PACKET) {
      throw new IOException(closed ? "closed" : "longer than a frame: " + ip.length);
    }
    MemorySegment.copy(ip, 0, packet, JAVA_BYTE, 0, ip.length);
    peer.fill((byte) 0);
    peer.set(JAVA_SHORT, 0, (short) AF_PACKET);
    peer.set(JAVA_SHORT, 2, ETH_P_IP_ON_THE_WIRE);
    peer.set(JAVA_INT, 4, index(networkInterface));
    peer.set(JAVA_BYTE, 11, (byte) 6);
    MemorySegment.copy(to.octets(), 0, peer, JAVA_BYTE, 12, 6);
    long sent;
    try {
      sent =
          (long)
              SENDTO.invokeExact(
                  state, descriptor, packet, (long) ip.length, MSG_DONTWAIT, peer, ADDRESS_SIZE);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (sent != ip.length) {
      indexes.remove(networkInterface); // it may have gone and come again as another
      throw new IOException("not sent on " + networkInterface + ", error " + errno());
    }
  }

  private int index(String networkInterface) throws IOException {
    var known = indexes.get(networkInterface);
    if (known != null) {
      return known;
    }
    var found = NetworkInterface.getByName(networkInterface);
    if (found == null) {
      throw new IOException("there is no interface " + networkInterface);
    }
    indexes.put(networkInterface, found.getIndex());
    return found.getIndex();
  }

  private int errno() {
    return state.get(JAVA_INT, STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno")));
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, ERRNO);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      int ignored = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException("close of a raw socket", e);
    } finally {
      arena.close();
    }
  }
}
