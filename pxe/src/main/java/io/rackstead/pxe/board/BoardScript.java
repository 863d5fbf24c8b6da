package io.rackstead.pxe.board;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.net.PrintableText;
import java.util.stream.Collectors;

/// A kernel's start in the languages of boards. None of them has quotes: a value that one of them
/// would read as something else is refused, not mended.
final class BoardScript {
  private static final int MAX_WORD = 2000;

  private BoardScript() {}

  /// For U-Boot's `pxe` command and for petitboot. Names without a slash in front lie beside the
  /// boot file that DHCP named.
  ///
  /// @throws IllegalArgumentException when a value cannot be written; it names the value
  static String pxelinux(BootDecision.Linux linux) {
    var initrd = ramdisk(linux);
    return """
    # rackstead
    default rackstead
    prompt 0
    label rackstead
      kernel %s
    %s  append %s
    """
        .formatted(
            word(linux.kernel()),
            initrd.isEmpty() ? "" : "  initrd " + initrd + "\n",
            arguments(linux));
  }

  /// `config.txt` of a Raspberry Pi.
  static String piConfig(BootDecision.Linux linux) {
    return "# rackstead\narm_64bit=1\nenable_uart=1\nkernel="
        + PiNames.KERNEL
        + "\n"
        + (ramdisk(linux).isEmpty() ? "" : "initramfs " + PiNames.RAMDISK + " followkernel\n");
  }

  /// `cmdline.txt` of a Raspberry Pi.
  static String piWords(BootDecision.Linux linux) {
    return arguments(linux) + "\n";
  }

  private static String arguments(BootDecision.Linux linux) {
    return linux.arguments().stream().map(BoardScript::word).collect(Collectors.joining(" "));
  }

  private static String ramdisk(BootDecision.Linux linux) {
    if (linux.initrds().size() > 1) {
      throw new IllegalArgumentException(
          "this firmware loads one RAM disk, not " + linux.initrds().size());
    }
    return linux.initrds().stream().map(BoardScript::word).findFirst().orElse("");
  }

  /// U-Boot replaces `${` in the words of a kernel.
  private static String word(String text) {
    boolean plain =
        !text.isEmpty()
            && text.length() <= MAX_WORD
            && text.chars().allMatch(c -> c > ' ' && c < 127)
            && !text.contains("${");
    if (!plain) {
      throw new IllegalArgumentException(
          "a board's boot file cannot carry this as one word: " + PrintableText.of(text));
    }
    return text;
  }
}
