package io.rackstead.tests.bmc;

import static io.rackstead.tests.bmc.Bytes.u8;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// The commands of the simulated BMC (§20, §22, §23, §28), each with the privilege of appendix G.
final class Commands {
  private static final int OK = 0x00;
  private static final int NODE_BUSY = 0xc0;
  private static final int INVALID_COMMAND = 0xc1;
  private static final int WRONG_LENGTH = 0xc7;
  private static final int OUT_OF_RANGE = 0xc9;
  private static final int INVALID_FIELD = 0xcc;
  private static final int PARAMETER_NOT_SUPPORTED = 0x80;
  private static final int INSUFFICIENT_PRIVILEGE = 0xd4;
  private static final int NOT_IN_THIS_STATE = 0xd5;
  private static final int USER = 2;
  private static final int OPERATOR = 3;

  private final SimulatedBmcConfig config;
  private final Chassis chassis;
  private final Faults faults;
  private final UserTable users;
  private final SimulatedSol sol;
  private final IntSupplier port;
  private final Map<Integer, byte[]> bootOptions = new HashMap<>();
  private Chassis.Boot boot = Chassis.Boot.NONE;
  private int identifySeconds;

  Commands(
      SimulatedBmcConfig config,
      Chassis chassis,
      Faults faults,
      SimulatedSol sol,
      IntSupplier port) {
    this.sol = sol;
    this.port = port;
    this.config = config;
    this.chassis = chassis;
    this.faults = faults;
    this.users = new UserTable(config.users());
  }

  private record Answer(int completion, byte[] data) {
    static Answer ok(int... data) {
      return new Answer(OK, new Bytes().b(data).done());
    }

    static Answer no(int completion) {
      return new Answer(completion, new byte[0]);
    }
  }

  /// Only what may be asked before a session (appendix G, column b).
  Optional<byte[]> outsideSession(byte[] in) {
    if (!wellFormed(in)) {
      return Optional.empty();
    }
    int what = u8(in, 1) >> 2 << 8 | u8(in, 5);
    return switch (what) {
      case 0x0638 -> Optional.of(respond(in, authenticationCapabilities()));
      case 0x0637 -> Optional.of(respond(in, new Answer(OK, config.guid())));
      case 0x0654 -> Optional.of(respond(in, cipherSuites(data(in))));
      default -> Optional.of(respond(in, Answer.no(INSUFFICIENT_PRIVILEGE)));
    };
  }

  Optional<byte[]> inSession(
      byte[] in, ServerSession session, Map<Integer, ServerSession> sessions, SocketAddress from) {
    if (!wellFormed(in)) {
      return Optional.empty();
    }
    if (Faults.take(faults.busy)) {
      return Optional.of(respond(in, Answer.no(NODE_BUSY)));
    }
    var answer = carryOut(in, session, sessions, from);
    return faults.muteAfter == (u8(in, 1) >> 2 << 8 | u8(in, 5))
        ? Optional.empty()
        : Optional.of(respond(in, answer));
  }

  private Answer carryOut(
      byte[] in, ServerSession session, Map<Integer, ServerSession> sessions, SocketAddress from) {
    var data = data(in);
    int what = u8(in, 1) >> 2 << 8 | u8(in, 5);
    if (session.privilege < needed(what)) {
      return Answer.no(INSUFFICIENT_PRIVILEGE);
    }
    return switch (what) {
      case 0x0001 -> Answer.ok(chassis.isOn() ? 0x01 : 0x00, 0x00, 0x40 | identify());
      case 0x0002 -> control(u8(data, 0) & 0xf);
      case 0x0000 -> Answer.ok(0, 0x20, 0x20, 0x20, 0x20, 0x20);
      case 0x0004 -> {
        identifySeconds = data.length > 0 ? u8(data, 0) : 15;
        yield Answer.ok();
      }
      case 0x0008 -> setBootOption(data);
      case 0x0009 -> getBootOption(u8(data, 0) & 0x7f);
      case 0x0601 ->
          Answer.ok(0x20, 0x81, 0x02, 0x17, 0x02, 0xbf, 0x91, 0x12, 0x00, 0x02, 0x0f, 0, 0, 0, 0);
      case 0x0608, 0x0637 -> new Answer(OK, config.guid());
      case 0x0638 -> authenticationCapabilities();
      case 0x0654 -> cipherSuites(data);
      case 0x063b -> privilege(u8(data, 0) & 0xf, session);
      case 0x063c -> close(sessions.remove(Bytes.i32(data, 0)));
      case 0x0642 -> Answer.ok(1, 0x04, 0x01, 0x80, 0xf2, 0x1b, 0, 0, 0);
      case 0x0643, 0x0644, 0x0645, 0x0646, 0x0647 -> account(what, data);
      case 0x0648 -> activate(data, session, from);
      case 0x0649 -> deactivate(data, session);
      case 0x064a -> Answer.ok(1, sol.active() ? 1 : 0, 0);
      case 0x064d -> Answer.ok(0x02, 0, 0, 0); // SOL, for every user
      case 0x064e -> Answer.ok(0x03, 0, 0x3f, 0, 0, 0, 0, 0); // IPMI messages, SOL, set-up
      case 0x064f -> Answer.ok(0x10);
      case 0x0c02 -> lan(u8(data, 1));
      case 0x0c21 ->
          sol.configure(u8(data, 1), Arrays.copyOfRange(data, 2, data.length))
              ? Answer.ok()
              : Answer.no(PARAMETER_NOT_SUPPORTED);
      case 0x0c22 -> solParameter(u8(data, 1));
      default -> Answer.no(INVALID_COMMAND);
    };
  }

  private Answer close(@Nullable ServerSession session) {
    if (session == null) {
      return Answer.no(0x87);
    }
    if (sol.activeIn(session)) {
      sol.deactivate(false);
    }
    return Answer.ok();
  }

  /// §24.1, with the completion codes of its own.
  private Answer activate(byte[] data, ServerSession session, SocketAddress from) {
    if ((u8(data, 0) & 0x3f) != 1 || u8(data, 1) != 1) {
      return Answer.no(INVALID_FIELD);
    }
    if (!sol.enabled()) {
      return Answer.no(0x81);
    }
    if ((u8(data, 2) & 0xc0) != 0xc0) {
      return Answer.no(0x84);
    }
    if (sol.active()) {
      return Answer.no(0x80);
    }
    sol.activate(session, from);
    return new Answer(
        OK,
        new Bytes()
            .le32(0)
            .le16(SimulatedSol.INBOUND)
            .le16(SimulatedSol.OUTBOUND)
            .le16(port.getAsInt())
            .le16(0xffff)
            .done());
  }

  /// §24.2: any session may.
  private Answer deactivate(byte[] data, ServerSession session) {
    if ((u8(data, 0) & 0x3f) != 1) {
      return Answer.no(INVALID_FIELD);
    }
    if (!sol.active()) {
      return Answer.no(0x80);
    }
    sol.deactivate(!sol.activeIn(session));
    return Answer.ok();
  }

  /// §26.3; 8 is the port that the payload is reached on.
  private Answer solParameter(int number) {
    var value = number == 8 ? new Bytes().le16(port.getAsInt()).done() : sol.parameter(number);
    return value == null
        ? Answer.no(PARAMETER_NOT_SUPPORTED)
        : new Answer(OK, new Bytes().b(0x11).all(value).done());
  }

  UserTable users() {
    return users;
  }

  /// §22.26 to §22.30
  private Answer account(int what, byte[] data) {
    int place = u8(data, what == 0x0643 || what == 0x0644 ? 1 : 0) & 0x3f;
    if (!users.has(place)) {
      return Answer.no(OUT_OF_RANGE);
    }
    return switch (what) {
      case 0x0643 -> {
        users.allow(place, u8(data, 2) & 0xf);
        yield Answer.ok();
      }
      case 0x0644 -> Answer.ok(UserTable.PLACES, users.enabled(), 1, 0x10 | users.privilege(place));
      case 0x0645 -> {
        users.rename(
            place,
            new String(
                UserTable.trimmed(Arrays.copyOfRange(data, 1, data.length)),
                StandardCharsets.UTF_8));
        yield Answer.ok();
      }
      case 0x0646 ->
          new Answer(OK, Arrays.copyOf(users.name(place).getBytes(StandardCharsets.UTF_8), 16));
      default -> password(place, data);
    };
  }

  private Answer password(int place, byte[] data) {
    var word = Arrays.copyOfRange(data, 2, data.length);
    int wanted = (u8(data, 0) & 0x80) != 0 ? 20 : 16;
    switch (u8(data, 1) & 3) {
      case 0, 1 -> users.enable(place, (u8(data, 1) & 3) == 1);
      case 2 -> {
        if (word.length != wanted) {
          return Answer.no(WRONG_LENGTH);
        }
        users.password(place, word);
      }
      default -> {
        return users.matches(place, word) ? Answer.ok() : Answer.no(0x80);
      }
    }
    return Answer.ok();
  }

  private static int needed(int what) {
    return switch (what) {
      case 0x0643, 0x0645, 0x0647, 0x0c21 -> SimulatedUser.ADMINISTRATOR;
      case 0x0002, 0x0004, 0x0008, 0x0009, 0x0644, 0x0646, 0x0c02, 0x0c22 -> OPERATOR;
      default -> USER;
    };
  }

  private int identify() {
    return identifySeconds > 0 ? 0x10 : 0;
  }

  private Answer control(int code) {
    if (code >= Chassis.Action.values().length) {
      return Answer.no(INVALID_FIELD);
    }
    var action = Chassis.Action.values()[code];
    switch (action) {
      case POWER_CYCLE, HARD_RESET, SOFT_SHUTDOWN, DIAGNOSTIC_INTERRUPT -> {
        if (!chassis.isOn()) {
          return Answer.no(NOT_IN_THIS_STATE);
        }
      }
      case POWER_DOWN, POWER_UP -> {}
    }
    chassis.act(action, boot);
    return Answer.ok();
  }

  private Answer setBootOption(byte[] data) {
    int parameter = u8(data, 0) & 0x7f;
    var value = Arrays.copyOfRange(data, 1, data.length);
    if (parameter > 7) {
      return Answer.no(PARAMETER_NOT_SUPPORTED);
    }
    if (parameter == 0 && value.length > 0 && value[0] == 1 && inProgress()) {
      return Answer.no(0x81);
    }
    if (parameter == 5) {
      if (value.length != 5) {
        return Answer.no(WRONG_LENGTH);
      }
      boot = new Chassis.Boot(u8(value, 0), u8(value, 1), u8(value, 2), u8(value, 3), u8(value, 4));
      chassis.boot(boot);
    }
    bootOptions.put(parameter, value);
    return Answer.ok();
  }

  private boolean inProgress() {
    return Arrays.equals(bootOptions.get(0), new byte[] {1});
  }

  private Answer getBootOption(int parameter) {
    if (parameter > 7) {
      return Answer.no(PARAMETER_NOT_SUPPORTED);
    }
    var value =
        parameter == 5
            ? boot.bytes()
            : bootOptions.getOrDefault(parameter, new byte[parameter == 4 ? 2 : 1]);
    return new Answer(OK, new Bytes().b(1, parameter).all(value).done());
  }

  private Answer privilege(int asked, ServerSession session) {
    if (asked == 0) {
      return Answer.ok(session.privilege);
    }
    var user = session.user;
    if (asked > session.maxPrivilege || user == null || asked > user.privilege()) {
      return Answer.no(0x81);
    }
    session.privilege = asked;
    return Answer.ok(asked);
  }

  /// Channel 1; IPMI 2.0 only, user names without anonymous ones, no K_G.
  private static Answer authenticationCapabilities() {
    return Answer.ok(1, 0x80, 0x04, 0x02, 0, 0, 0, 0);
  }

  /// Table 22-18: cipher suite records, sixteen bytes a piece.
  private Answer cipherSuites(byte[] in) {
    var records = new Bytes();
    for (var suite : config.suites()) {
      records.b(
          0xc0,
          suite.id,
          suite.authentication,
          0x40 | suite.integrity,
          0x80 | suite.confidentiality);
    }
    var all = records.done();
    int from = Math.min((u8(in, 2) & 0x3f) * 16, all.length);
    int to = Math.min(from + 16, all.length);
    return new Answer(OK, new Bytes().b(1).all(Arrays.copyOfRange(all, from, to)).done());
  }

  private Answer lan(int parameter) {
    InetAddress address = config.bind().getAddress();
    return switch (parameter) {
      case 3 -> new Answer(OK, new Bytes().b(0x11).all(address.getAddress()).done());
      case 4 -> Answer.ok(0x11, 1);
      case 5 -> Answer.ok(0x11, 0x52, 0x54, 0x00, 0xb3, 0x0c, 0x07);
      case 6 -> Answer.ok(0x11, 255, 0, 0, 0);
      case 12 -> Answer.ok(0x11, 0, 0, 0, 0);
      default -> Answer.no(PARAMETER_NOT_SUPPORTED);
    };
  }

  private static boolean wellFormed(byte[] in) {
    return in.length >= 7
        && (in[0] + in[1] + in[2] & 0xff) == 0
        && (sum(in, 3, in.length) & 0xff) == 0;
  }

  private static byte[] data(byte[] in) {
    return Arrays.copyOfRange(in, 6, in.length - 1);
  }

  private static byte[] respond(byte[] in, Answer answer) {
    var head = new byte[] {in[3], (byte) (in[1] | 4)};
    var body = new Bytes().b(in[0], in[4], in[5], answer.completion).all(answer.data).done();
    return new Bytes().all(head).b(-sum(head, 0, 2)).all(body).b(-sum(body, 0, body.length)).done();
  }

  private static int sum(byte[] in, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += in[i];
    }
    return sum;
  }
}
