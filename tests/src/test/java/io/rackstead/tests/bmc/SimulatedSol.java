package io.rackstead.tests.bmc;

import static io.rackstead.tests.bmc.Bytes.u8;

import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The managed system's half of serial over LAN (§15, §24, §26): one instance, characters gathered
/// for the interval that is configured, each packet sent again until it is answered.
final class SimulatedSol {
  private static final int NACK = 0x40;
  private static final int UNAVAILABLE = 0x20;
  private static final int BREAK = 0x10;
  private static final int DEACTIVATING = 0x10;
  private static final int HEADER = 4;
  private static final int MOST = 1 << 20;

  /// What a packet of ours carries, header included.
  static final int OUTBOUND = 68;

  static final int INBOUND = 36;

  private final SerialPort port;
  private final Faults faults;
  private final ScheduledExecutorService clock;
  private final BiConsumer<byte[], SocketAddress> wire;
  private final Map<Integer, byte[]> parameters = new HashMap<>();
  private @Nullable ServerSession owner;
  private @Nullable SocketAddress console;
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private byte[] underWay = {};
  private boolean waitingToFlush;
  private int sent;
  private int sendings;
  private int received;
  private int taken;

  SimulatedSol(
      SerialPort port,
      Faults faults,
      ScheduledExecutorService clock,
      BiConsumer<byte[], SocketAddress> wire) {
    this.port = port;
    this.faults = faults;
    this.clock = clock;
    this.wire = wire;
    parameters.put(0, new byte[] {0});
    parameters.put(1, new byte[] {1});
    parameters.put(2, new byte[] {(byte) 0xc4}); // encrypted, authenticated, administrators
    parameters.put(3, new byte[] {4, 60}); // 20 ms, 60 characters
    parameters.put(4, new byte[] {5, 20}); // five times, 200 ms apart
    parameters.put(5, new byte[] {10}); // 115200
    parameters.put(6, new byte[] {10});
    parameters.put(7, new byte[] {1});
    port.attach(this::says);
  }

  boolean activeIn(ServerSession session) {
    return owner == session;
  }

  synchronized boolean active() {
    return owner != null;
  }

  synchronized byte @Nullable [] parameter(int number) {
    return parameters.get(number);
  }

  synchronized boolean configure(int number, byte[] value) {
    var known = parameters.get(number);
    if (known == null || number == 7 || known.length != value.length) {
      return false;
    }
    parameters.put(number, value);
    return true;
  }

  synchronized boolean enabled() {
    return (configured(1)[0] & 1) != 0;
  }

  synchronized void activate(ServerSession session, SocketAddress from) {
    owner = session;
    console = from;
    underWay = new byte[0];
    sent = 0;
    received = 0;
    taken = 0;
    flushSoon();
  }

  /// @param tell whether the console hears of it, as when another one took its place
  synchronized void deactivate(boolean tell) {
    if (tell) {
      transmit(new Bytes().b(0, 0, 0, DEACTIVATING).done());
    }
    owner = null;
    console = null;
  }

  private synchronized void says(byte[] text) {
    if (output.size() < MOST) {
      output.writeBytes(text);
    }
    flushSoon();
  }

  private void flushSoon() {
    if (owner != null && !waitingToFlush && output.size() > 0 && underWay.length == 0) {
      waitingToFlush = true;
      boolean full = output.size() >= u8(configured(3), 1);
      long wait = full ? 0 : 5L * u8(configured(3), 0);
      var _ = clock.schedule(this::flush, wait, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void flush() {
    waitingToFlush = false;
    if (owner == null || underWay.length > 0 || output.size() == 0) {
      return;
    }
    var all = output.toByteArray();
    int count = Math.min(all.length, OUTBOUND - HEADER);
    output.reset();
    output.write(all, count, all.length - count);
    sent = sent % 15 + 1;
    sendings = 0;
    underWay = new Bytes().b(sent, 0, 0, 0).all(Arrays.copyOf(all, count)).done();
    repeat(underWay);
  }

  private synchronized void repeat(byte[] packet) {
    // given up after its retries: what was written is lost, as on real ones (§15.11)
    if (owner == null || underWay != packet) {
      return;
    }
    if (sendings++ > (u8(configured(4), 0) & 7)) {
      underWay = new byte[0];
      flushSoon();
      return;
    }
    transmit(packet);
    var _ = clock.schedule(() -> repeat(packet), 10L * u8(configured(4), 1), TimeUnit.MILLISECONDS);
  }

  /// A payload of the console's, of a session that has proven itself.
  synchronized void arrived(byte[] in, ServerSession session, SocketAddress from) {
    if (owner != session || in.length < HEADER) {
      return;
    }
    console = from;
    if (underWay.length > 0 && (u8(in, 1) & 0xf) == sent) {
      answered(u8(in, 2), (u8(in, 3) & NACK) != 0);
    }
    int number = u8(in, 0) & 0xf;
    if (number == 0) {
      return;
    }
    if (number == received) {
      transmit(new Bytes().b(0, number, taken, 0).done()); // again, as our answer was lost
      return;
    }
    if (Faults.take(faults.solFull)) {
      transmit(new Bytes().b(0, number, 0, NACK | UNAVAILABLE).done());
      return;
    }
    received = number;
    int there = in.length - HEADER;
    taken = Faults.take(faults.solHalf) ? there / 2 : there;
    transmit(new Bytes().b(0, number, taken, 0).done());
    if ((u8(in, 3) & BREAK) != 0) {
      port.lineBreak();
    }
    port.type(Arrays.copyOfRange(in, HEADER, HEADER + taken));
  }

  private void answered(int accepted, boolean no) {
    var data = Arrays.copyOfRange(underWay, HEADER, underWay.length);
    underWay = new byte[0];
    int from = no ? Math.min(accepted, data.length) : data.length;
    if (from < data.length) {
      var rest = output.toByteArray();
      output.reset();
      output.write(data, from, data.length - from);
      output.writeBytes(rest);
    }
    flushSoon();
  }

  private byte[] configured(int number) {
    return parameters.getOrDefault(number, new byte[2]);
  }

  private void transmit(byte[] payload) {
    if (owner != null && console != null) {
      wire.accept(owner.wrap(1, payload), console);
    }
  }
}
