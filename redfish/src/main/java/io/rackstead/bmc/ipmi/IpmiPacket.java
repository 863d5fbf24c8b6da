package io.rackstead.bmc.ipmi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// One datagram (§13.6), as far as it can be read without keys. Only three kinds exist for us: what
/// asks before any session, what sets a session up, and what is encrypted and authenticated in one.
sealed interface IpmiPacket {
  int IPMI_MESSAGE = 0x00;
  int SOL = 0x01;
  int OPEN_SESSION_REQUEST = 0x10;
  int OPEN_SESSION_RESPONSE = 0x11;
  int RAKP_1 = 0x12;
  int RAKP_2 = 0x13;
  int RAKP_3 = 0x14;
  int RAKP_4 = 0x15;

  /// No IPMI datagram over Ethernet is longer: more is not read.
  int LONGEST = 1500;

  /// RMCP header (§13.1.3): version 6, no acknowledge wanted (sequence FFh), class IPMI.
  int RMCP = 0x0600ff07;

  int AUTH_NONE = 0x00;
  int AUTH_RMCP_PLUS = 0x06;
  int ENCRYPTED_AND_AUTHENTICATED = 0xc0;

  /// An IPMI message outside a session, in the format of IPMI 1.5 that every BMC reads.
  record Plain(byte[] message) implements IpmiPacket {
    byte[] encode() {
      return header(14 + message.length)
          .put((byte) AUTH_NONE)
          .putInt(0)
          .putInt(0)
          .put((byte) message.length)
          .put(message)
          .array();
    }
  }

  /// An open session or RAKP message, which goes without session and sequence number.
  record Setup(int payloadType, byte[] payload) implements IpmiPacket {
    byte[] encode() {
      return header(16 + payload.length)
          .put((byte) AUTH_RMCP_PLUS)
          .put((byte) payloadType)
          .putInt(0)
          .putInt(0)
          .putShort((short) payload.length)
          .put(payload)
          .array();
    }

    int tag() {
      return payload[0] & 0xff;
    }

    /// The status is the second byte of every answer (§13.18, §13.21, §13.23).
    int status() {
      return payload[1] & 0xff;
    }

    /// All three answers name the console's session in bytes 5 to 8; an answer that says no may end
    /// before them (ipmi_sim's does) or have zeros there.
    int consoleSession() {
      return payload.length < 8
          ? 0
          : ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    }
  }

  /// A packet of a session, still sealed: the whole datagram is kept, for the code covers it.
  record Secured(int session, int sequence, int payloadType, byte[] datagram, int payloadLength)
      implements IpmiPacket {
    static final int PAYLOAD = 16;
  }

  private static ByteBuffer header(int length) {
    return ByteBuffer.allocate(length).putInt(RMCP).order(ByteOrder.LITTLE_ENDIAN);
  }

  static IpmiPacket decode(byte[] datagram) {
    if (datagram.length < 14 || datagram.length > LONGEST) {
      throw new MalformedPacket(datagram.length + " bytes are no IPMI packet");
    }
    var in = ByteBuffer.wrap(datagram);
    // the RMCP sequence number is FFh by rule, some answer with what they like: only the rest
    // counts
    if ((in.getInt() & 0xffff00ff) != (RMCP & 0xffff00ff)) {
      throw new MalformedPacket("not RMCP version 1.0 of class IPMI");
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
    int authentication = in.get() & 0xff;
    return switch (authentication) {
      case AUTH_NONE -> plain(in);
      case AUTH_RMCP_PLUS -> rmcpPlus(in, datagram);
      default -> throw new MalformedPacket("authentication type " + authentication);
    };
  }

  private static Plain plain(ByteBuffer in) {
    int sequence = in.getInt();
    int session = in.getInt();
    if (session != 0 || sequence != 0) {
      throw new MalformedPacket("an IPMI 1.5 session we never opened");
    }
    return new Plain(bytes(in, in.get() & 0xff));
  }

  private static IpmiPacket rmcpPlus(ByteBuffer in, byte[] datagram) {
    if (in.remaining() < 11) {
      throw new MalformedPacket("ends within the session header");
    }
    int flags = in.get() & 0xff;
    int type = flags & 0x3f;
    int session = in.getInt();
    int sequence = in.getInt();
    int length = in.getShort() & 0xffff;
    if (session != 0) {
      if ((flags & ENCRYPTED_AND_AUTHENTICATED) != ENCRYPTED_AND_AUTHENTICATED) {
        throw new MalformedPacket("in a session, but not both encrypted and authenticated");
      }
      if (length > in.remaining()) {
        throw new MalformedPacket("a payload of " + length + " bytes in " + in.remaining());
      }
      return new Secured(session, sequence, type, datagram, length);
    }
    return switch (type) {
      case IPMI_MESSAGE -> new Plain(bytes(in, length));
      case OPEN_SESSION_RESPONSE, RAKP_2, RAKP_4 -> setup(in, type, length);
      default -> throw new MalformedPacket("payload type " + type + " outside a session");
    };
  }

  /// A "no" is heard also where its length is a lie: ipmi_sim sends 4 bytes and writes 32.
  private static Setup setup(ByteBuffer in, int type, int length) {
    var answer = new Setup(type, bytes(in, Math.min(length, in.remaining())));
    int there = answer.payload().length;
    if (there < 2 || (answer.status() == 0 && (there < 8 || there < length))) {
      throw new MalformedPacket("a session set-up answer of " + there + " bytes");
    }
    return answer;
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new MalformedPacket("a payload of " + length + " bytes in " + in.remaining());
    }
    var bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
