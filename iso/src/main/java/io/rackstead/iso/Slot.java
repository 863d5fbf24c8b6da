package io.rackstead.iso;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The text that a disc's GRUB reads: one assignment, then line ends up to the slot's size. Only
/// letters that mean nothing to GRUB, nor to the kernel's splitting of its line, get in.
final class Slot {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/=,@%\\[\\]+-]*");

  private Slot() {}

  static byte[] text(List<String> words, int sizeBytes) {
    for (var word : words) {
      if (!WORD.matcher(word).matches()) {
        throw new IllegalArgumentException("a disc cannot carry this as one word: '" + word + "'");
      }
    }
    var text =
        ("set rackstead=\"" + String.join(" ", words) + "\"\n").getBytes(StandardCharsets.US_ASCII);
    if (text.length > sizeBytes) {
      throw new IllegalArgumentException(
          "the settings take %d bytes, the disc's slot has %d".formatted(text.length, sizeBytes));
    }
    var slot = new byte[sizeBytes];
    Arrays.fill(slot, (byte) '\n');
    System.arraycopy(text, 0, slot, 0, text.length);
    return slot;
  }
}
