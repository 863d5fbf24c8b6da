package io.rackstead.pxe.dhcp;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;

/// Options packed into the places that a message has for them: its option field, then the file
/// field, then that of the server's name. A reader joins the parts of an option in just this order
/// (RFC 3396 §5), so it is kept.
final class OptionRooms {
  private static final int SMALLEST_PART = 3;

  private final int[] sizes;
  private final ByteArrayOutputStream[] rooms;

  OptionRooms(int... sizes) {
    this.sizes = sizes.clone();
    this.rooms = new ByteArrayOutputStream[sizes.length];
    for (int i = 0; i < rooms.length; i++) {
      rooms[i] = new ByteArrayOutputStream();
    }
  }

  void put(SortedMap<Integer, byte[]> options) {
    var large = new LinkedHashMap<Integer, byte[]>();
    options.forEach((option, value) -> {
      if (!whole(option, value)) {
        large.put(option, value);
      }
    });
    for (Map.Entry<Integer, byte[]> option : large.entrySet()) {
      inParts(option.getKey(), option.getValue());
    }
  }

  private boolean whole(int option, byte[] value) {
    int size = value.length + 2 * Math.max(1, (value.length + 254) / 255);
    for (int i = 0; i < rooms.length; i++) {
      if (free(i) >= size) {
        write(option, value, rooms[i]);
        return true;
      }
    }
    return false;
  }

  private void inParts(int option, byte[] value) {
    int at = 0;
    for (int i = 0; i < rooms.length; i++) {
      while (at < value.length && free(i) >= SMALLEST_PART) {
        int part = Math.min(Math.min(255, value.length - at), free(i) - 2);
        rooms[i].write(option);
        rooms[i].write(part);
        rooms[i].write(value, at, part);
        at += part;
      }
    }
    if (at < value.length || value.length == 0) {
      throw new IllegalArgumentException("options do not fit: no room for option " + option);
    }
  }

  private int free(int room) {
    return sizes[room] - rooms[room].size();
  }

  byte[] room(int index) {
    return rooms[index].toByteArray();
  }

  /// One option in as many parts of up to 255 octets as it takes.
  static void write(int option, byte[] value, ByteArrayOutputStream out) {
    for (int at = 0; at == 0 || at < value.length; at += 255) {
      int length = Math.min(255, value.length - at);
      out.write(option);
      out.write(length);
      out.write(value, at, length);
    }
  }
}
