package io.rackstead.pxe.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// A socket of a kind that Java has no class for, by the C library: Linux only. Any thread sends,
/// one receives, and it is closed when that one is no longer inside. Loading this costs time, so it
/// is done when a network is served.
public final class RawSocket implements AutoCloseable {
  public static final int AF_INET6 = 10;
  public static final int AF_PACKET = 17;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_RAW = 3;

  private static final int CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int WAKE_MICROS = 300_000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MAX_PACKET = 1500;
  private static final int MAX_ADDRESS = 28;
  private static final int EAGAIN = 11;
  private static final int EINTR = 4;

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
  private final Side receiving = new Side();
  private final Side sending = new Side();
  private final int descriptor;
  private boolean closed;

  /// What one direction needs, so that the two do not disturb each other.
  private final class Side {
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment packet = arena.allocate(MAX_PACKET);
    private final MemorySegment peer = arena.allocate(MAX_ADDRESS, 8);
    private final MemorySegment peerSize = arena.allocate(JAVA_INT);

    private int errno() {
      return state.get(JAVA_INT, STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno")));
    }
  }

  /// @param from the sender's `sockaddr`
  public record Received(ByteBuffer packet, ByteBuffer from) {}

  /// @throws IOException without the right to it (CAP_NET_RAW), or without the family in the kernel
  public RawSocket(int domain, int type, int protocol) throws IOException {
    try {
      descriptor = (int) SOCKET.invokeExact(sending.state, domain, type | CLOEXEC, protocol);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (descriptor < 0) {
      int error = sending.errno();
      arena.close();
      throw new IOException("no raw socket, error " + error);
    }
    try {
      option(SOL_SOCKET, SO_RCVTIMEO, natives(16).putLong(0).putLong(WAKE_MICROS).array());
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /// For structures of the C library.
  public static ByteBuffer natives(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  /// The number of an interface, which changes when it goes and comes again.
  public static int index(String networkInterface) throws IOException {
    var found = NetworkInterface.getByName(networkInterface);
    if (found == null) {
      throw new IOException("there is no interface " + networkInterface);
    }
    return found.getIndex();
  }

  public synchronized void option(int level, int name, byte[] value) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    int result;
    try (var local = Arena.ofConfined()) {
      var octets = local.allocate(value.length, 8);
      MemorySegment.copy(value, 0, octets, JAVA_BYTE, 0, value.length);
      result =
          (int)
              SETSOCKOPT.invokeExact(sending.state, descriptor, level, name, octets, value.length);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (result < 0) {
      throw new IOException("socket option " + name + " refused, error " + sending.errno());
    }
  }

  /// @param to a whole `sockaddr` of the family
  public synchronized void send(byte[] octets, byte[] to) throws IOException {
    if (closed || octets.length > MAX_PACKET) {
      throw new IOException(closed ? "closed" : "longer than a frame: " + octets.length);
    }
    MemorySegment.copy(octets, 0, sending.packet, JAVA_BYTE, 0, octets.length);
    MemorySegment.copy(to, 0, sending.peer, JAVA_BYTE, 0, to.length);
    long sent;
    try {
      sent =
          (long)
              SENDTO.invokeExact(
                  sending.state,
                  descriptor,
                  sending.packet,
                  (long) octets.length,
                  MSG_DONTWAIT,
                  sending.peer,
                  to.length);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (sent != octets.length) {
      throw new IOException("error " + sending.errno());
    }
  }

  /// The next packet; empty when none came for a while.
  public Optional<Received> receive() throws IOException {
    receiving.peerSize.set(JAVA_INT, 0, MAX_ADDRESS);
    long size;
    try {
      size =
          (long)
              RECVFROM.invokeExact(
                  receiving.state,
                  descriptor,
                  receiving.packet,
                  (long) MAX_PACKET,
                  0,
                  receiving.peer,
                  receiving.peerSize);
    } catch (Throwable e) {
      throw new IOException(e);
    }
    if (size < 0) {
      int error = receiving.errno();
      if (error == EAGAIN || error == EINTR) {
        return Optional.empty();
      }
      throw new IOException("receive failed, error " + error);
    }
    int address = Math.min(MAX_ADDRESS, receiving.peerSize.get(JAVA_INT, 0));
    return Optional.of(new Received(copy(receiving.packet, size), copy(receiving.peer, address)));
  }

  private static ByteBuffer copy(MemorySegment of, long size) {
    return ByteBuffer.wrap(of.asSlice(0, size).toArray(JAVA_BYTE)).order(ByteOrder.BIG_ENDIAN);
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
      int ignored = (int) CLOSE.invokeExact(sending.state, descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException("close of a raw socket", e);
    } finally {
      arena.close();
    }
  }
}
