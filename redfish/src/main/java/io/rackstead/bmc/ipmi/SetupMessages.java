package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.ipmi.IpmiPacket.Setup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The payloads that set a session up, as the console writes and reads them (§13.17 to §13.23).
final class SetupMessages {
  /// The steps, which the tags name.
  static final int OPEN_STEP = 1;

  static final int RAKP_1_STEP = 2;
  static final int RAKP_3_STEP = 3;

  /// Administrator, and the user is looked up by name alone (§13.20).
  static final int ROLE = 0x10 | Command.ADMINISTRATOR;

  private SetupMessages() {}

  static byte[] openSession(int tag, CipherSuite suite, int consoleSession) {
    var out = payload(32).put((byte) tag).put((byte) Command.ADMINISTRATOR).putShort((short) 0);
    out.putInt(consoleSession);
    algorithm(out, 0, suite.authentication);
    algorithm(out, 1, suite.integrity);
    algorithm(out, 2, CipherSuite.CONFIDENTIALITY);
    return new Setup(IpmiPacket.OPEN_SESSION_REQUEST, out.array()).encode();
  }

  private static void algorithm(ByteBuffer out, int kind, int number) {
    out.put((byte) kind).putShort((short) 0).put((byte) 8).put((byte) number).put(new byte[3]);
  }

  /// Whether an open session response of status 0 names the algorithms that were asked for.
  static boolean agrees(CipherSuite suite, byte[] in) {
    return in.length >= 36
        && (in[16] & 0x3f) == suite.authentication
        && (in[24] & 0x3f) == suite.integrity
        && (in[32] & 0x3f) == CipherSuite.CONFIDENTIALITY
        && bmcSession(in) != 0;
  }

  static int bmcSession(byte[] openSessionResponse) {
    return ByteBuffer.wrap(openSessionResponse).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
  }

  static byte[] rakp1(int tag, int bmcSession, byte[] random, byte[] user) {
    var out = payload(28 + user.length).put((byte) tag).put(new byte[3]).putInt(bmcSession);
    out.put(random).put((byte) ROLE).putShort((short) 0).put((byte) user.length).put(user);
    return new Setup(IpmiPacket.RAKP_1, out.array()).encode();
  }

  static byte[] rakp3(int tag, int bmcSession, int status, byte[] code) {
    var out = payload(8 + code.length).put((byte) tag).put((byte) status).putShort((short) 0);
    out.putInt(bmcSession).put(code);
    return new Setup(IpmiPacket.RAKP_3, out.array()).encode();
  }

  private static ByteBuffer payload(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
