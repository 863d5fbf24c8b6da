package io.rackstead.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One statement that changed something, as the journal keeps it: text, parameters, and the number
/// that the database gave the new row (0 for none). Done again on the same state it does the same.
record Statement(Kind kind, String sql, List<@Nullable Object> parameters, long key) {
  enum Kind {
    CHANGE,
    INSERT
  }

  void write(DataOutputStream out) throws IOException {
    out.writeByte(kind.ordinal());
    text(out, sql);
    out.writeLong(key);
    out.writeInt(parameters.size());
    for (var value : parameters) {
      value(out, value);
    }
  }

  static Statement read(DataInputStream in) throws IOException {
    var kind = Kind.values()[in.readByte()];
    var sql = text(in);
    long key = in.readLong();
    int count = in.readInt();
    var parameters = new ArrayList<@Nullable Object>(count);
    for (int i = 0; i < count; i++) {
      parameters.add(value(in));
    }
    return new Statement(kind, sql, parameters, key);
  }

  /// No switch over types: its dispatcher is spun at run time, which the start cache cannot hold.
  private static void value(DataOutputStream out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeByte('0');
    } else if (value instanceof String text) {
      out.writeByte('s');
      text(out, text);
    } else if (value instanceof Long number) {
      out.writeByte('l');
      out.writeLong(number);
    } else if (value instanceof Integer || value instanceof Short) {
      out.writeByte('i');
      out.writeInt(((Number) value).intValue());
    } else if (value instanceof Double number) {
      out.writeByte('d');
      out.writeDouble(number);
    } else if (value instanceof Boolean truth) {
      out.writeByte('b');
      out.writeBoolean(truth);
    } else if (value instanceof Timestamp at) {
      out.writeByte('t');
      out.writeLong(at.toInstant().getEpochSecond());
      out.writeInt(at.getNanos());
    } else if (value instanceof byte[] bytes) {
      out.writeByte('x');
      out.writeInt(bytes.length);
      out.write(bytes);
    } else {
      throw new IllegalArgumentException(
          "a parameter of type " + value.getClass().getName() + " has no form in the journal");
    }
  }

  private static @Nullable Object value(DataInputStream in) throws IOException {
    int type = in.readByte();
    return switch (type) {
      case '0' -> null;
      case 's' -> text(in);
      case 'l' -> in.readLong();
      case 'i' -> in.readInt();
      case 'd' -> in.readDouble();
      case 'b' -> in.readBoolean();
      case 't' -> Timestamp.from(Instant.ofEpochSecond(in.readLong(), in.readInt()));
      case 'x' -> in.readNBytes(in.readInt());
      default -> throw new IOException("unknown type " + type + " in the journal");
    };
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
