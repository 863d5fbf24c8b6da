package io.rackstead.tests.bmc;

import static io.rackstead.tests.bmc.Bytes.i32;
import static io.rackstead.tests.bmc.Bytes.u16;
import static io.rackstead.tests.bmc.Bytes.u8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The managed system's side of IPMI 2.0 over LAN: session set-up, packets, faults. What the
/// commands do is in [Commands]. One thread reads, answers and touches all state.
final class SimulatedBmc implements AutoCloseable {
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SET_UP_TIMEOUT = Duration.ofSeconds(20);

  final Faults faults = new Faults();
  private final SimulatedBmcConfig config;
  final SerialPort serial = new SerialPort();
  private final Commands commands;
  private final SimulatedSol sol;
  private final DatagramChannel channel;
  private final Thread thread;
  private final ScheduledExecutorService lateAnswers =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("late-answers").factory());
  private final Map<Integer, ServerSession> sessions = new LinkedHashMap<>();
  private final ReentrantLock sending = new ReentrantLock();
  private final Random dice = new Random(20260101);
  private Optional<Answer> held = Optional.empty();
  private volatile int openSessions;
  private volatile int received;
  private volatile int firstOutbound;
  private int nextSession = 0x1000;

  private record Answer(byte[] packet, SocketAddress to) {}

  SimulatedBmc(SimulatedBmcConfig config, Chassis chassis) {
    this.config = config;
    this.sol = new SimulatedSol(serial, faults, lateAnswers, this::reply);
    this.commands = new Commands(config, chassis, faults, sol, this::port);
    try {
      channel =
          DatagramChannel.open()
              .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
              .bind(config.bind());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + config.bind(), e);
    }
    thread = Thread.ofPlatform().daemon().name("simulated-bmc").start(this::run);
  }

  int port() {
    try {
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean consoleActive() {
    return sol.active();
  }

  /// Sessions that are active now.
  int openSessions() {
    return openSessions;
  }

  /// Datagrams that arrived, lost ones included.
  int received() {
    return received;
  }

  /// The number after which the packets of new sessions are counted.
  void startSequenceAt(int number) {
    firstOutbound = number;
  }

  /// As if the BMC had been restarted: no session is known any more.
  synchronized void forgetSessions() {
    sessions.clear();
    openSessions = 0;
  }

  private void run() {
    var buffer = ByteBuffer.allocate(2048);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        var from = channel.receive(buffer);
        var packet = Arrays.copyOf(buffer.array(), buffer.position());
        received++;
        if (!faults.silent && !lost() && !faults.losesThis() && !Faults.take(faults.loseRequests)) {
          answer(packet, from).ifPresent(answer -> reply(answer, from));
        }
      } catch (AsynchronousCloseException e) {
        return;
      } catch (ClosedChannelException e) {
        return;
      } catch (IndexOutOfBoundsException e) {
        continue; // a packet that ends too early is weather
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private boolean lost() {
    return dice.nextInt(100) < faults.loss;
  }

  /// Also what the serial console sends of itself, on the clock's thread.
  private void reply(byte[] packet, SocketAddress to) {
    sending.lock();
    try {
      distort(packet, to);
    } finally {
      sending.unlock();
    }
  }

  private void distort(byte[] packet, SocketAddress to) {
    if (lost() || Faults.take(faults.loseAnswers)) {
      return;
    }
    var answers = new ArrayList<Answer>();
    if (faults.garbage) {
      if (i32(packet, 6) != 0) {
        // a flipped bit is noticed in a session only: before it nothing carries a code
        var noise = packet.clone();
        noise[dice.nextInt(noise.length)] ^= (byte) (1 << dice.nextInt(8));
        answers.add(new Answer(noise, to));
      }
      answers.add(new Answer(Arrays.copyOf(packet, dice.nextInt(packet.length)), to));
    }
    answers.add(new Answer(packet, to));
    if (faults.duplicates) {
      answers.add(new Answer(packet, to));
    }
    if (faults.swaps) {
      // the answer of before is sent once more after this one: late, and out of order
      held.ifPresent(answers::add);
      held = Optional.of(new Answer(packet, to));
    }
    long wait = faults.late.toMillis();
    for (var answer : answers) {
      if (wait == 0) {
        send(answer);
      } else {
        var _ = lateAnswers.schedule(() -> send(answer), wait, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void send(Answer answer) {
    try {
      channel.send(ByteBuffer.wrap(answer.packet), answer.to);
    } catch (ClosedChannelException e) {
      return; // the test is over
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized Optional<byte[]> answer(byte[] packet, SocketAddress from) {
    if (u8(packet, 0) != 6 || u8(packet, 3) != 7) {
      return Optional.empty();
    }
    if (u8(packet, 4) == 0) {
      var message = Arrays.copyOfRange(packet, 14, 14 + u8(packet, 13));
      return commands
          .outsideSession(message)
          .map(
              out -> new Bytes().b(6, 0, 0xff, 7, 0).le32(0).le32(0).b(out.length).all(out).done());
    }
    if (u8(packet, 4) != 6) {
      return Optional.empty();
    }
    int type = u8(packet, 5) & 0x3f;
    int id = i32(packet, 6);
    if (id != 0) {
      return inSession(packet, type, id, from);
    }
    var payload = Arrays.copyOfRange(packet, 16, 16 + u16(packet, 14));
    return switch (type) {
      case 0x00 -> commands.outsideSession(payload).map(out -> outside(0, out));
      case 0x10 -> Optional.of(outside(0x11, openSession(payload)));
      case 0x12 -> Optional.of(outside(0x13, rakp1(payload)));
      case 0x14 -> rakp3(payload).map(out -> outside(0x15, out));
      default -> Optional.empty();
    };
  }

  private static byte[] outside(int type, byte[] payload) {
    return new Bytes()
        .b(6, 0, 0xff, 7, 6, type)
        .le32(0)
        .le32(0)
        .le16(payload.length)
        .all(payload)
        .done();
  }

  private Optional<byte[]> inSession(byte[] packet, int type, int id, SocketAddress from) {
    var session = sessions.get(id);
    // both bits are wanted: what is in the clear or without a code is not of this session
    if (session == null || !session.active || type > 1 || (u8(packet, 5) & 0xc0) != 0xc0) {
      return Optional.empty();
    }
    var request = session.unwrap(packet);
    if (request.isEmpty()) {
      return Optional.empty();
    }
    session.lastHeard = System.nanoTime();
    if (type == 1) {
      sol.arrived(request.get(), session, from);
      return Optional.empty();
    }
    var answer = commands.inSession(request.get(), session, sessions, from).map(session::wrap);
    openSessions = (int) sessions.values().stream().filter(s -> s.active).count();
    return answer;
  }

  private byte[] openSession(byte[] in) {
    int tag = u8(in, 0);
    int asked = u8(in, 1) & 0xf;
    int remote = i32(in, 4);
    var suite =
        Suite.matching(config.suites(), u8(in, 12) & 0x3f, u8(in, 20) & 0x3f, u8(in, 28) & 0x3f);
    if (suite.isEmpty()) {
      return new Bytes().b(tag, 0x11, 0, 0).le32(remote).done();
    }
    long now = System.nanoTime();
    sessions
        .values()
        .removeIf(s -> now - s.lastHeard > (s.active ? SESSION_TIMEOUT : SET_UP_TIMEOUT).toNanos());
    // a console that repeats its request gets the session it already has
    var known = sessions.values().stream().filter(s -> s.remote == remote && !s.active).findFirst();
    if (known.isEmpty() && sessions.size() >= config.sessionLimit()) {
      return new Bytes().b(tag, 0x01, 0, 0).le32(remote).done();
    }
    var session =
        known.orElseGet(() ->
            new ServerSession(
                ++nextSession,
                remote,
                suite.get(),
                asked == 0 ? SimulatedUser.ADMINISTRATOR : asked));
    session.outbound = firstOutbound;
    sessions.put(session.own, session);
    var s = session.suite;
    return new Bytes()
        .b(tag, 0, session.maxPrivilege, 0)
        .le32(remote)
        .le32(session.own)
        .b(0, 0, 0, 8, faults.otherAlgorithms ? 0 : s.authentication, 0, 0, 0)
        .b(1, 0, 0, 8, faults.otherAlgorithms ? 0 : s.integrity, 0, 0, 0)
        .b(2, 0, 0, 8, faults.otherAlgorithms ? 0 : s.confidentiality, 0, 0, 0)
        .done();
  }

  private byte[] rakp1(byte[] in) {
    int tag = u8(in, 0);
    var session = sessions.get(i32(in, 4));
    if (session == null || session.active) {
      return new Bytes().b(tag, 0x02, 0, 0).le32(0).done();
    }
    int nameLength = u8(in, 27);
    if (nameLength > 16) {
      return new Bytes().b(tag, 0x0c, 0, 0).le32(session.remote).done();
    }
    boolean repeated = session.user != null;
    session.consoleRandom = Arrays.copyOfRange(in, 8, 24);
    session.role = u8(in, 24);
    session.name = Arrays.copyOfRange(in, 28, 28 + nameLength);
    var name = new String(session.name, StandardCharsets.UTF_8);
    var user = commands.users().login(name);
    if (user.isEmpty()) {
      sessions.remove(session.own);
      return new Bytes().b(tag, 0x0d, 0, 0).le32(session.remote).done();
    }
    if ((session.role & 0xf) > user.get().privilege()) {
      sessions.remove(session.own);
      return new Bytes().b(tag, 0x0a, 0, 0).le32(session.remote).done();
    }
    session.user = user.get();
    if (!repeated || faults.freshRakp2) {
      session.freshRandom();
    }
    var code = session.codeOfSecond(user.get().key(), config.guid());
    if (faults.wrongRakp2) {
      code[0] ^= 1;
    }
    return new Bytes()
        .b(tag, 0, 0, 0)
        .le32(session.remote)
        .all(session.ownRandom)
        .all(config.guid())
        .all(code)
        .done();
  }

  private Optional<byte[]> rakp3(byte[] in) {
    int tag = u8(in, 0);
    var session = sessions.get(i32(in, 4));
    if (session == null || session.user == null || session.active) {
      return Optional.of(new Bytes().b(tag, 0x02, 0, 0).le32(0).done());
    }
    if (u8(in, 1) != 0) {
      sessions.remove(session.own);
      return Optional.empty();
    }
    var key = session.user.key();
    if (!Arrays.equals(session.codeOfThird(key), Arrays.copyOfRange(in, 8, in.length))) {
      sessions.remove(session.own);
      return Optional.of(new Bytes().b(tag, 0x0f, 0, 0).le32(session.remote).done());
    }
    var code = session.activate(key, config.guid());
    if (faults.wrongRakp4) {
      code[0] ^= 1;
    }
    openSessions++;
    return Optional.of(new Bytes().b(tag, 0, 0, 0).le32(session.remote).all(code).done());
  }

  /// Waits until it ends by itself, which it does when it is closed.
  void await() throws InterruptedException {
    thread.join();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lateAnswers.shutdownNow();
  }
}
