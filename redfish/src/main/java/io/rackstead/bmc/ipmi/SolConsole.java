package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.ipmi.IpmiMessage.Response;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An open serial console over the account's session, beside the commands. The socket's thread
/// hands it what arrives and does its waiting, so that a console costs no thread.
final class SolConsole implements SerialConsole.Stream, IpmiSession.Taker {
  /// A BMC ends a session that is silent for 60 s (§6.12.15), also one with a console in it.
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(20);

  /// How long a BMC without room is left alone.
  private static final Duration FULL = Duration.ofMillis(200);

  private static final int MOST_WAITING = 64 * 1024;

  private static final int IN_USE = 0x80;

  private static final Logger log = LoggerFactory.getLogger(SolConsole.class);

  private final BmcAddress address;
  private final IpmiSettings settings;
  private final IpmiSocket socket;
  private final SharedSession shared;
  private final IpmiSession session;
  private final SerialConsole.Screen screen;
  private final ReentrantLock lock = new ReentrantLock();
  private final SolFlow flow = new SolFlow(MOST_WAITING);
  private boolean opened;
  private boolean closing;
  private boolean ended;

  private SolConsole(
      BmcAddress address, SharedSession shared, IpmiSession session, SerialConsole.Screen screen) {
    this.address = address;
    this.settings = shared.settings();
    this.socket = shared.socket();
    this.shared = shared;
    this.session = session;
    this.screen = screen;
  }

  /// @param shared borrowed for this console; given back when it ends
  static SolConsole open(
      BmcAddress address, SharedSession shared, SerialConsole.Screen screen, boolean takeOver) {
    var console = reserve(address, shared, screen);
    try {
      console.activate(takeOver);
    } catch (RuntimeException e) {
      console.end("");
      throw e;
    }
    console.stayAlive();
    return console;
  }

  private static SolConsole reserve(
      BmcAddress address, SharedSession shared, SerialConsole.Screen screen) {
    try {
      // a session that the BMC has dropped is found out by a question that may be repeated
      var _ = shared.answer(Command.deviceId());
      var session = shared.current();
      var console = new SolConsole(address, shared, session, screen);
      // before it is asked for: some BMCs send what the server wrote ahead of their answer
      if (!session.take(console)) {
        throw inUse(address);
      }
      return console;
    } catch (RuntimeException e) {
      shared.giveBack();
      throw e;
    }
  }

  private void activate(boolean takeOver) {
    var answer = session.answer(Command.activateSol());
    if (answer.completion() == IN_USE && takeOver) {
      var _ = session.answer(Command.deactivateSol());
      answer = session.answer(Command.activateSol());
    }
    int room = room(answer);
    lock.lock();
    try {
      open();
      flow.room(room);
      opened = true;
    } finally {
      lock.unlock();
    }
  }

  /// Table 24-2: its sizes count the header, and one byte says how many characters were taken.
  private int room(Response answer) {
    if (answer.completion() != 0) {
      throw refusal(answer.completion());
    }
    var data = answer.data();
    if (data.length < 6) {
      throw new BmcException(
          PROTOCOL, address, "the answer to Activate Payload has " + data.length + " bytes");
    }
    int inbound = data[4] & 0xff | (data[5] & 0xff) << 8;
    return Math.clamp(inbound - SolPacket.HEADER, 1, 255);
  }

  private BmcException refusal(int code) {
    return switch (code) {
      case IN_USE -> inUse(address);
      case 0x81 ->
          new BmcException(
              UNSUPPORTED,
              address,
              "serial over LAN is off: ipmitool sol set enabled true 1 lets it in");
      case 0x82 -> new BmcException(BUSY, address, "it has no free place for a serial console");
      case 0x83, 0x84 ->
          new BmcException(UNSUPPORTED, address, "it gives no encrypted serial console");
      default -> {
        var status = Status.ofCommand(code);
        yield new BmcException(
            status.kind(), address, "Activate Payload: SOL refused: " + status.with(code));
      }
    };
  }

  private static BmcException inUse(BmcAddress address) {
    return new BmcException(
        BUSY, address, "somebody else has its serial console open: take it over, or wait");
  }

  @Override
  public void type(byte[] keys) {
    lock.lock();
    try {
      open();
      if (!flow.typed(keys)) {
        throw new BmcException(BUSY, address, "the server takes nothing of what is typed");
      }
      send();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sendBreak() {
    lock.lock();
    try {
      open();
      flow.lineBreak();
      send();
    } finally {
      lock.unlock();
    }
  }

  private void open() {
    if (ended) {
      throw new BmcException(UNREACHABLE, address, "the serial console has ended");
    }
  }

  private void send() {
    flow.next().ifPresent(packet -> transmit(packet, 0));
  }

  private void transmit(SolPacket packet, int sending) {
    session.send(IpmiPacket.SOL, packet.encode());
    socket.later(settings.waitAfter(sending), () -> sendAgain(packet, sending + 1));
  }

  private void sendAgain(SolPacket packet, int sending) {
    boolean silent;
    lock.lock();
    try {
      // the very packet, as its number comes round again
      if (ended || flow.underWay().filter(now -> now == packet).isEmpty()) {
        return;
      }
      silent = sending >= settings.tries();
      if (!silent) {
        transmit(packet, sending);
      }
    } finally {
      lock.unlock();
    }
    if (silent) {
      end("what was typed had no answer in " + settings.patience().toMillis() + " ms");
    }
  }

  @Override
  public void arrived(byte[] payload) {
    var packet = SolPacket.decode(payload);
    SolFlow.Heard heard;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      heard = flow.arrived(packet);
      heard.answer().ifPresent(answer -> session.send(IpmiPacket.SOL, answer.encode()));
      if (flow.paused()) {
        socket.later(FULL, this::goOn);
      } else {
        send();
      }
    } finally {
      lock.unlock();
    }
    // outside the lock, and in order: all that arrives does so on the socket's one thread
    if (heard.output().length > 0) {
      screen.shows(heard.output());
    }
    if (heard.ended()) {
      end("the BMC ended it: somebody else took it over, or the BMC restarts");
    }
  }

  private void goOn() {
    lock.lock();
    try {
      if (!ended) {
        flow.goOn();
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  private void stayAlive() {
    // it asks and waits, which the socket's thread may not
    socket.later(SIGN_OF_LIFE, () -> Thread.startVirtualThread(this::lookAlive));
  }

  private void lookAlive() {
    if (over()) {
      return;
    }
    try {
      var _ = session.answer(Command.deviceId());
      stayAlive();
    } catch (BmcException e) {
      end(String.valueOf(e.getMessage()));
    }
  }

  private boolean over() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost(String why) {
    end(why);
  }

  private void end(String why) {
    boolean heard;
    boolean asked;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      heard = opened;
      asked = closing;
    } finally {
      lock.unlock();
    }
    session.release(this);
    // others may be opening a session right now, and the socket's thread may not wait for them
    Thread.startVirtualThread(shared::giveBack);
    if (heard) {
      screen.ended(asked ? "" : why);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (ended || closing) {
        return;
      }
      closing = true;
    } finally {
      lock.unlock();
    }
    try {
      var _ = session.answer(Command.deactivateSol());
    } catch (BmcException e) {
      log.debug("the console is left to the BMC's own timeout bmc={}", address, e);
    } finally {
      end("");
    }
  }
}
