package io.rackstead.iso;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Where a file lies on a disc, by its plain name: as much of ECMA-119 as that takes. Each length
/// on the disc is checked before it is believed.
final class Iso9660 {
  private static final int SECTOR = 2048;
  private static final int PRIMARY = 16; // §6.7.1: the volume descriptors begin at sector 16
  private static final int MOST_DESCRIPTORS = 64;
  private static final int MOST_FOLDER = 1 << 20;
  private static final int FOLDER = 2; // §9.1.6: bit 1 of the flags

  private final FileChannel disc;
  private final String name;

  Iso9660(FileChannel disc, String name) {
    this.disc = disc;
    this.name = name;
  }

  /// Bytes of the disc.
  record Extent(long at, long sizeBytes, boolean folder) {}

  Optional<Extent> find(List<String> path) throws IOException {
    var here = Optional.of(root());
    for (var part : path) {
      if (here.isEmpty() || !here.get().folder()) {
        return Optional.empty();
      }
      here = find(here.get(), part);
    }
    return here.filter(extent -> !extent.folder());
  }

  private Extent root() throws IOException {
    for (int i = 0; i < MOST_DESCRIPTORS; i++) {
      var descriptor = read((long) (PRIMARY + i) * SECTOR, SECTOR);
      var magic = new byte[5];
      descriptor.get(1, magic);
      if (!new String(magic, StandardCharsets.US_ASCII).equals("CD001")
          || Byte.toUnsignedInt(descriptor.get(0)) == 255) {
        break;
      }
      if (descriptor.get(0) == 1) {
        return extent(descriptor, 156); // §8.4.18
      }
    }
    throw new IOException(name + " is no disc of ISO 9660");
  }

  private Optional<Extent> find(Extent folder, String wanted) throws IOException {
    if (folder.sizeBytes() > MOST_FOLDER) {
      throw new IOException(name + ": a folder of " + folder.sizeBytes() + " bytes");
    }
    var records = read(folder.at(), (int) folder.sizeBytes());
    for (int at = 0; at < records.limit(); ) {
      int length = Byte.toUnsignedInt(records.get(at));
      if (length == 0) {
        at = (at / SECTOR + 1) * SECTOR; // §6.8.1.1: a record does not cross a sector
        continue;
      }
      if (length < 34 || at + length > records.limit()) {
        throw new IOException(name + ": a folder's record of " + length + " bytes at " + at);
      }
      int letters = Byte.toUnsignedInt(records.get(at + 32));
      if (33 + letters > length) {
        throw new IOException(name + ": a file name of " + letters + " bytes at " + at);
      }
      var text = new byte[letters];
      records.get(at + 33, text);
      if (plain(new String(text, StandardCharsets.ISO_8859_1)).equals(wanted)) {
        return Optional.of(extent(records, at));
      }
      at += length;
    }
    return Optional.empty();
  }

  /// Without the version that §7.5.1 puts at its end.
  private static String plain(String text) {
    int version = text.indexOf(';');
    return version < 0 ? text : text.substring(0, version);
  }

  private static Extent extent(ByteBuffer records, int at) {
    long sector = Integer.toUnsignedLong(records.getInt(at + 2));
    long size = Integer.toUnsignedLong(records.getInt(at + 10));
    return new Extent(sector * SECTOR, size, (records.get(at + 25) & FOLDER) != 0);
  }

  private ByteBuffer read(long at, int count) throws IOException {
    var bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (disc.read(bytes, at + bytes.position()) < 0) {
        throw new IOException("%s ends before byte %d".formatted(name, at + count));
      }
    }
    return bytes.flip();
  }
}
