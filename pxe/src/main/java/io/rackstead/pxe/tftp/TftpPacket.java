package io.rackstead.pxe.tftp;

import io.rackstead.pxe.net.MalformedPacket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A TFTP packet: RFC 1350 §5, RFC 2347.
sealed interface TftpPacket {
  int MAX_REQUEST = 1024;
  int MAX_OPTIONS = 16;

  /// @param options by name in lower case, in the order of the request
  record ReadRequest(String name, String mode, Map<String, String> options) implements TftpPacket {
    public ReadRequest {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  record WriteRequest(String name) implements TftpPacket {}

  record Data(int block, ByteBuffer payload) implements TftpPacket {}

  record Ack(int block) implements TftpPacket {}

  record Error(int code, String message) implements TftpPacket {
    static final int UNDEFINED = 0;
    static final int NOT_FOUND = 1;
    static final int ACCESS_VIOLATION = 2;
    static final int ILLEGAL_OPERATION = 4;
    static final int UNKNOWN_TRANSFER = 5;
    static final int BAD_OPTION = 8;
  }

  record OptionAck(Map<String, String> options) implements TftpPacket {
    public OptionAck {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  static TftpPacket decode(ByteBuffer in) {
    if (in.remaining() < 4) {
      throw new MalformedPacket("a TFTP packet of " + in.remaining() + " octets", 0);
    }
    int opcode = in.getShort() & 0xffff;
    return switch (opcode) {
      case 1 -> readRequest(in);
      case 2 -> new WriteRequest(text(in));
      case 3 -> new Data(in.getShort() & 0xffff, in.slice());
      case 4 -> new Ack(in.getShort() & 0xffff);
      case 5 -> new Error(in.getShort() & 0xffff, in.hasRemaining() ? lenientText(in) : "");
      case 6 -> new OptionAck(options(in));
      default -> throw new MalformedPacket("TFTP opcode " + opcode, 0);
    };
  }

  private static ReadRequest readRequest(ByteBuffer in) {
    if (in.remaining() > MAX_REQUEST) {
      throw new MalformedPacket("a TFTP request of " + in.remaining() + " octets", MAX_REQUEST);
    }
    var name = text(in);
    var mode = text(in).toLowerCase(Locale.ROOT);
    return new ReadRequest(name, mode, options(in));
  }

  private static Map<String, String> options(ByteBuffer in) {
    var options = new LinkedHashMap<String, String>();
    // some firmware pads its request with NULs: an empty option name ends the list
    while (in.hasRemaining() && in.get(in.position()) != 0) {
      var name = text(in).toLowerCase(Locale.ROOT);
      options.putIfAbsent(name, text(in));
      if (options.size() > MAX_OPTIONS) {
        throw new MalformedPacket("more than " + MAX_OPTIONS + " TFTP options", in.position());
      }
    }
    return options;
  }

  private static String text(ByteBuffer in) {
    for (int end = in.position(); end < in.limit(); end++) {
      if (in.get(end) == 0) {
        var octets = new byte[end - in.position()];
        in.get(octets).get();
        return new String(octets, StandardCharsets.ISO_8859_1);
      }
    }
    throw new MalformedPacket("a TFTP text without its end", in.position());
  }

  private static String lenientText(ByteBuffer in) {
    var octets = new byte[Math.min(in.remaining(), 200)];
    in.get(octets);
    var text = new String(octets, StandardCharsets.ISO_8859_1);
    return text.indexOf('\0') < 0 ? text : text.substring(0, text.indexOf('\0'));
  }

  default ByteBuffer encode() {
    return switch (this) {
      case ReadRequest(var name, var mode, var options) -> texts(1, options, name, mode);
      case WriteRequest(var name) -> texts(2, Map.of(), name, "octet");
      case Data(var block, var payload) ->
          ByteBuffer.allocate(4 + payload.remaining())
              .putShort((short) 3)
              .putShort((short) block)
              .put(payload.duplicate())
              .flip();
      case Ack(var block) ->
          ByteBuffer.allocate(4).putShort((short) 4).putShort((short) block).flip();
      case Error(var code, var message) -> {
        var octets = message.getBytes(StandardCharsets.ISO_8859_1);
        yield ByteBuffer.allocate(5 + octets.length)
            .putShort((short) 5)
            .putShort((short) code)
            .put(octets)
            .put((byte) 0)
            .flip();
      }
      case OptionAck(var options) -> texts(6, options);
    };
  }

  private static ByteBuffer texts(int opcode, Map<String, String> options, String... first) {
    var text = new StringBuilder();
    for (var part : first) {
      text.append(part).append('\0');
    }
    options.forEach((name, value) -> text.append(name).append('\0').append(value).append('\0'));
    var octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(2 + octets.length).putShort((short) opcode).put(octets).flip();
  }
}
