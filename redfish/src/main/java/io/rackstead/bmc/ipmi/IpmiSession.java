package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.ipmi.IpmiMessage.Request;
import io.rackstead.bmc.ipmi.IpmiMessage.Response;
import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An open session: one question at a time, each answered or failed within a limit.
final class IpmiSession {
  private static final int NODE_BUSY = 0xc0;

  /// How long a caller waits until those before it have had their answers.
  private static final Duration TURN = Duration.ofSeconds(60);

  private static final Duration BUSY_PAUSE = Duration.ofMillis(200);

  private final BmcAddress address;
  private final IpmiSettings settings;
  private final BmcTrace trace;
  private final Line line;
  private final CipherSuite suite;
  private final int bmcSession;
  private final Seal seal;
  private final SequenceWindow window = new SequenceWindow(0);
  private final ReentrantLock asking = new ReentrantLock();
  private final AtomicReference<@Nullable Taker> taker = new AtomicReference<>();
  private final ReentrantLock numbering = new ReentrantLock();
  private int outbound;
  private int requests;
  private int answered;
  private volatile boolean lost;

  IpmiSession(
      BmcAddress address,
      IpmiSettings settings,
      BmcTrace trace,
      Line line,
      CipherSuite suite,
      int bmcSession,
      Seal seal) {
    this.address = address;
    this.settings = settings;
    this.trace = trace;
    this.line = line;
    this.suite = suite;
    this.bmcSession = bmcSession;
    this.seal = seal;
  }

  /// Who has the serial console that travels in this session; called on the socket's thread.
  interface Taker {
    void arrived(byte[] payload);

    /// The session has ended.
    void lost(String why);
  }

  /// False when somebody has it: a session carries one console.
  boolean take(Taker console) {
    line.aside(this::aside);
    return taker.compareAndSet(null, console);
  }

  void release(Taker console) {
    taker.compareAndSet(console, null);
  }

  /// Sends once and waits for nothing.
  void send(int payloadType, byte[] payload) {
    line.send(sealed(payloadType, payload));
  }

  private byte[] sealed(int payloadType, byte[] payload) {
    numbering.lock();
    try {
      outbound = SequenceWindow.after(outbound);
      return seal.seal(bmcSession, outbound, payloadType, payload);
    } finally {
      numbering.unlock();
    }
  }

  private boolean aside(IpmiPacket packet) {
    if (!(packet instanceof Secured secured) || secured.payloadType() != IpmiPacket.SOL) {
      return false;
    }
    var console = taker.get();
    var payload = opened(secured);
    if (console != null && payload.isPresent()) {
      console.arrived(payload.get());
    }
    return true;
  }

  private void nowLost(String why) {
    lost = true;
    var console = taker.get();
    if (console != null) {
      console.lost(why);
    }
  }

  CipherSuite suite() {
    return suite;
  }

  /// The BMC stopped answering, or ended the session: nothing more will come of it.
  boolean lost() {
    return lost;
  }

  /// Whether this session has worked before, so that silence may mean that the BMC dropped it.
  boolean proven() {
    return answered > 1;
  }

  /// For the test of the wrap: the next packet goes out with the number after this one.
  void sequence(int last) {
    outbound = last;
  }

  /// The data of the answer; anything but success is a [BmcException].
  byte[] exchange(Command command) {
    var response = answer(command);
    if (response.completion() != 0) {
      var status = Status.ofCommand(response.completion());
      throw new BmcException(
          status.kind(), address, command + " refused: " + status.with(response.completion()));
    }
    return response.data();
  }

  /// The answer with any completion code, for where a refusal decides nothing.
  Response answer(Command command) {
    try {
      if (!asking.tryLock(TURN.toSeconds(), TimeUnit.SECONDS)) {
        throw new BmcException(
            BUSY, address, "others have been asking for " + TURN.toSeconds() + " s: " + command);
      }
      try {
        return traced(command);
      } finally {
        asking.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address, "interrupted while waiting for " + command, e);
    }
  }

  private Response traced(Command command) throws InterruptedException {
    long began = System.nanoTime();
    for (int busy = 0; ; busy++) {
      var response = attempt(command);
      long millis = (System.nanoTime() - began) / 1_000_000;
      if (response.isEmpty()) {
        var silence = "no answer in " + millis + " ms" + line.trouble();
        trace.command(address, command.name(), silence, millis);
        nowLost("the BMC stopped answering: " + silence + " to " + command);
        throw new BmcException(UNREACHABLE, address, silence + " to " + command + advice(command));
      }
      int completion = response.get().completion();
      // a busy BMC has done nothing (table 5-2), so asking again is safe for every command
      if (completion != NODE_BUSY || busy == settings.tries()) {
        var said = completion == 0 ? "ok" : Status.ofCommand(completion).with(completion);
        trace.command(address, command.name(), said, millis);
        return response.get();
      }
      Thread.sleep(BUSY_PAUSE);
    }
  }

  private static String advice(Command command) {
    return command.repeatable()
        ? ""
        : "; it was sent once and may have been carried out: look at the server before asking again";
  }

  private Optional<Response> attempt(Command command) throws InterruptedException {
    if (lost) {
      return Optional.empty();
    }
    var request =
        new Request(command.netFunction(), command.code(), requests++ & 0x3f, command.data());
    var message = request.encode();
    var response =
        line.ask(
            () -> sealed(IpmiPacket.IPMI_MESSAGE, message),
            packet -> open(packet).filter(answer -> answer.answers(request)),
            tries(command),
            sending -> command.repeatable() ? settings.waitAfter(sending) : settings.patience());
    response.ifPresent(_ -> answered++);
    return response;
  }

  private int tries(Command command) {
    if (!command.repeatable()) {
      return 1;
    }
    // nobody waits for a farewell: what the BMC does not hear it finds out after 60 s
    return command.farewell() ? Math.min(2, settings.tries()) : settings.tries();
  }

  private Optional<Response> open(IpmiPacket packet) {
    if (!(packet instanceof Secured secured) || secured.payloadType() != IpmiPacket.IPMI_MESSAGE) {
      return Optional.empty();
    }
    return opened(secured).map(IpmiMessage::decodeResponse);
  }

  /// Commands and console share the numbers (§6.12.13), and are read on two threads.
  private Optional<byte[]> opened(Secured packet) {
    numbering.lock();
    try {
      var payload = seal.open(packet);
      // only what has proven itself may move the window
      return window.accept(packet.sequence()) ? Optional.of(payload) : Optional.empty();
    } finally {
      numbering.unlock();
    }
  }

  /// Tells the BMC, so that the session does not hold one of its few places; never throws.
  void close() {
    try {
      if (!lost) {
        var _ = answer(Command.closeSession(bmcSession));
      }
    } catch (BmcException e) {
      trace.command(address, "Close Session", "left to the BMC's own timeout", 0);
    } finally {
      nowLost("the session was closed");
      line.close();
    }
  }
}
