package io.rackstead.iso;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A disc with room for settings: `/boot/grub/slot.cfg`, a file of fixed size that GRUB reads
/// before it starts the kernel. A machine's own disc is the template with other bytes in that
/// place, so making one writes nothing.
public record Template(Path file, long sizeBytes, long slotAt, int slotBytes) {
  private static final List<String> SLOT = List.of("BOOT", "GRUB", "SLOT.CFG");
  private static final int MOST = 1 << 16;

  /// Looks the slot up on the disc itself.
  public static Template open(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var slot =
          new Iso9660(channel, file.toString())
              .find(SLOT)
              .orElseThrow(() -> new IOException(file + " has no " + String.join("/", SLOT)));
      if (slot.sizeBytes() < 64 || slot.sizeBytes() > MOST) {
        throw new IOException(
            file + " has a slot of %d bytes, not of 64 to %d".formatted(slot.sizeBytes(), MOST));
      }
      return new Template(file, channel.size(), slot.at(), Math.toIntExact(slot.sizeBytes()));
    }
  }

  /// The disc with these words on its kernel line.
  public Disc with(List<String> words) {
    return new Disc(this, Slot.text(words, slotBytes));
  }
}
