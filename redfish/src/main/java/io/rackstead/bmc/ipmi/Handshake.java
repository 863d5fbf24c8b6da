package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.ipmi.IpmiMessage.Request;
import io.rackstead.bmc.ipmi.IpmiMessage.Response;
import io.rackstead.bmc.ipmi.IpmiPacket.Plain;
import io.rackstead.bmc.ipmi.IpmiPacket.Setup;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Opens a session (§13.14): capabilities, open session, RAKP messages 1 to 4, privilege.
final class Handshake {
  /// How often all is begun anew after packets were lost on the way.
  private static final int ATTEMPTS = 3;

  private static final int KG_SET = 0x20;
  private static final int IPMI_2_0 = 0x02;
  private static final int NO_ERRORS = 0;

  private final IpmiSocket socket;
  private final InetSocketAddress remote;
  private final BmcAddress address;
  private final IpmiSettings settings;
  private final BmcTrace trace;
  private final RandomGenerator random;
  private final byte[] user;
  private final byte[] password;
  private boolean needsKg;
  private boolean heard;
  private int slowness;

  Handshake(
      IpmiSocket socket,
      InetSocketAddress remote,
      BmcAddress address,
      IpmiSettings settings,
      BmcTrace trace,
      RandomGenerator random,
      String user,
      byte[] password) {
    this.socket = socket;
    this.remote = remote;
    this.address = address;
    this.settings = settings;
    this.trace = trace;
    this.random = random;
    this.user = user.getBytes(StandardCharsets.UTF_8);
    this.password = password;
  }

  /// How one attempt ended, short of a [BmcException].
  private sealed interface Outcome {
    record Opened(IpmiSession session) implements Outcome {}

    record SuiteRefused(int status) implements Outcome {}

    /// Packets were lost, and the two sides no longer speak of the same session.
    record Muddled(String why) implements Outcome {}
  }

  IpmiSession open() throws InterruptedException {
    capabilities();
    for (var suite : settings.suites()) {
      if (openWith(suite) instanceof Outcome.Opened(IpmiSession session)) {
        return administrator(session);
      }
    }
    throw new BmcException(
        UNSUPPORTED,
        address,
        "it takes none of the cipher suites "
            + settings.suites().stream().map(CipherSuite::number).toList()
            + "; allow one of them in the BMC's own settings");
  }

  private void capabilities() throws InterruptedException {
    var command = Command.channelAuthenticationCapabilities();
    long began = System.nanoTime();
    try (var line = socket.line(remote)) {
      var request =
          new Request(command.netFunction(), command.code(), line.sequence(), command.data());
      var answer =
          ask(
              line,
              command.name(),
              began,
              new Plain(request.encode()).encode(),
              plainAnswer(request));
      if (answer.completion() != 0) {
        var status = Status.ofCommand(answer.completion());
        throw failed(command.name(), began, status.kind(), status.with(answer.completion()));
      }
      var data = answer.data();
      if (data.length < 4 || (data[1] & 0x80) == 0 || (data[3] & IPMI_2_0) == 0) {
        throw failed(
            command.name(),
            began,
            UNSUPPORTED,
            "it speaks IPMI 1.5 only, which protects nothing; switch on IPMI 2.0 (RMCP+) there");
      }
      heard = true;
      needsKg = (data[2] & KG_SET) != 0;
      done(command.name(), began, "ok");
    }
  }

  private static Function<IpmiPacket, Optional<Response>> plainAnswer(Request request) {
    return packet ->
        packet instanceof Plain(byte[] message)
            ? Optional.of(IpmiMessage.decodeResponse(message)).filter(r -> r.answers(request))
            : Optional.empty();
  }

  private Outcome openWith(CipherSuite suite) throws InterruptedException {
    var why = "";
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var line = socket.line(remote);
      Outcome outcome = new Outcome.Muddled("");
      try {
        slowness = attempt;
        outcome = attempt(line, suite);
      } finally {
        if (!(outcome instanceof Outcome.Opened)) {
          line.close();
        }
      }
      if (!(outcome instanceof Outcome.Muddled(String reason))) {
        return outcome;
      }
      why = reason;
    }
    throw new BmcException(
        UNREACHABLE, address, "too many packets are lost to open a session: " + why);
  }

  private Outcome attempt(Line line, CipherSuite suite) throws InterruptedException {
    var step = "Open Session, cipher suite " + suite.number();
    long began = System.nanoTime();
    var opened =
        ask(
            line,
            step,
            began,
            SetupMessages.openSession(
                line.tag(SetupMessages.OPEN_STEP), suite, line.consoleSession()),
            setup(line, IpmiPacket.OPEN_SESSION_RESPONSE, SetupMessages.OPEN_STEP));
    if (Status.refusesSuite(opened.status())) {
      var status = Status.ofSetup(opened.status());
      done(step, began, status.with(opened.status()));
      return new Outcome.SuiteRefused(opened.status());
    }
    if (opened.status() != 0) {
      return refused(line, step, began, opened.status());
    }
    if (!SetupMessages.agrees(suite, opened.payload())) {
      // never fall back in silence: what was not asked for is not taken
      throw failed(step, began, PROTOCOL, "it answered with other algorithms than were asked for");
    }
    done(step, began, "ok");
    return authenticate(line, suite, SetupMessages.bmcSession(opened.payload()));
  }

  private Outcome authenticate(Line line, CipherSuite suite, int bmcSession)
      throws InterruptedException {
    var step = "RAKP message 1";
    long began = System.nanoTime();
    var consoleRandom = new byte[16];
    random.nextBytes(consoleRandom);
    var second =
        ask(
            line,
            step,
            began,
            SetupMessages.rakp1(
                line.tag(SetupMessages.RAKP_1_STEP), bmcSession, consoleRandom, user),
            setup(line, IpmiPacket.RAKP_2, SetupMessages.RAKP_1_STEP));
    if (second.status() != 0) {
      return refused(line, step, began, second.status());
    }
    var in = second.payload();
    if (in.length != 40 + suite.digestLength) {
      throw failed(step, began, PROTOCOL, "a RAKP message 2 of " + in.length + " bytes");
    }
    var rakp =
        new Rakp(
            suite,
            line.consoleSession(),
            bmcSession,
            consoleRandom,
            Arrays.copyOfRange(in, 8, 24),
            Arrays.copyOfRange(in, 24, 40),
            SetupMessages.ROLE,
            user);
    if (!MessageDigest.isEqual(rakp.code2(password), Arrays.copyOfRange(in, 40, in.length))) {
      // §13.22: an error status lets the BMC drop its half of the session at once
      line.send(
          SetupMessages.rakp3(line.tag(SetupMessages.RAKP_3_STEP), bmcSession, 0x0f, new byte[0]));
      throw failed(step, began, REFUSED_CREDENTIALS, "wrong password for " + text(user));
    }
    done(step, began, "ok");
    return prove(line, rakp);
  }

  private Outcome prove(Line line, Rakp rakp) throws InterruptedException {
    var step = "RAKP message 3";
    long began = System.nanoTime();
    var asked =
        SetupMessages.rakp3(
            line.tag(SetupMessages.RAKP_3_STEP),
            rakp.bmcSession(),
            NO_ERRORS,
            rakp.code3(password));
    var answer =
        line.ask(
            () -> asked,
            setup(line, IpmiPacket.RAKP_4, SetupMessages.RAKP_3_STEP),
            settings.tries(),
            this::waitAfter);
    if (answer.isEmpty()) {
      // a BMC that took message 3, and whose message 4 was lost, may keep silent at the repetition
      done(step, began, "no answer");
      return new Outcome.Muddled("no answer to RAKP message 3" + line.trouble());
    }
    if (answer.get().status() != 0) {
      return refused(line, step, began, answer.get().status());
    }
    var in = answer.get().payload();
    var sik = rakp.sik(password);
    if (!MessageDigest.isEqual(rakp.code4(sik), Arrays.copyOfRange(in, 8, in.length))) {
      throw failed(
          step,
          began,
          needsKg ? UNSUPPORTED : PROTOCOL,
          needsKg
              ? "it has a K_G key set (two-key login); clear that key in the BMC's settings"
              : "its RAKP message 4 has a wrong integrity check value");
    }
    done(step, began, "ok");
    return new Outcome.Opened(
        new IpmiSession(
            address,
            settings,
            trace,
            line,
            rakp.suite(),
            rakp.bmcSession(),
            new Seal(rakp.suite(), rakp.keys(sik), random)));
  }

  private IpmiSession administrator(IpmiSession session) {
    try {
      var answer = session.answer(Command.beAdministrator());
      // some BMCs say yes and give less: the level that holds is the first byte of the answer
      // (§22.18)
      if (answer.completion() == 0
          && answer.data().length > 0
          && (answer.data()[0] & 0x0f) >= Command.ADMINISTRATOR) {
        return session;
      }
      throw new BmcException(
          REFUSED_CREDENTIALS,
          address,
          "user %s may not be administrator over LAN (code %02Xh); raise its privilege on the BMC"
              .formatted(text(user), answer.completion()));
    } catch (BmcException e) {
      session.close();
      throw e;
    }
  }

  private static Function<IpmiPacket, Optional<Setup>> setup(Line line, int type, int step) {
    return packet ->
        packet instanceof Setup setup
                && setup.payloadType() == type
                && setup.tag() == line.tag(step)
                && (setup.status() != 0 || setup.consoleSession() == line.consoleSession())
            ? Optional.of(setup)
            : Optional.empty();
  }

  private <T> T ask(
      Line line, String step, long began, byte[] question, Function<IpmiPacket, Optional<T>> answer)
      throws InterruptedException {
    return line.ask(() -> question, answer, settings.tries(), this::waitAfter)
        .orElseThrow(() ->
            failed(
                step,
                began,
                UNREACHABLE,
                "no answer in " + millis(began) + " ms" + line.trouble() + advice()));
  }

  /// What to look at first, for who reads this at three in the morning.
  private String advice() {
    return heard
        ? "; it did answer before, so packets are lost or it ignores what it does not support: offer"
            + " it another cipher suite"
        : "; is the address right, does UDP port "
            + address.port()
            + " get through, and is IPMI over LAN switched on there?";
  }

  /// Each new attempt waits longer, for a slow BMC answers the repetition of before.
  private Duration waitAfter(int sending) {
    return settings.waitAfter(sending + 2 * slowness);
  }

  /// After a repetition a "no" may only mean that the BMC has moved on, so it counts the next time.
  private Outcome refused(Line line, String step, long began, int code) {
    var status = Status.ofSetup(code);
    if (line.resent() > 0 && !status.kind().equals(UNSUPPORTED) && code != 0x01 && code != 0x0d) {
      done(step, began, status.with(code) + ", after a repetition: beginning anew");
      return new Outcome.Muddled(status.with(code));
    }
    throw failed(step, began, status.kind(), status.with(code) + " for user " + text(user));
  }

  private BmcException failed(String step, long began, BmcException.Kind kind, String what) {
    done(step, began, what);
    return new BmcException(kind, address, what + " (" + step + ")");
  }

  private void done(String step, long began, String result) {
    trace.command(address, step, result, millis(began));
  }

  private static long millis(long began) {
    return (System.nanoTime() - began) / 1_000_000;
  }

  private static String text(byte[] user) {
    return "\"" + new String(user, StandardCharsets.UTF_8) + "\"";
  }
}
