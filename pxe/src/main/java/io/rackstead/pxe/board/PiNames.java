package io.rackstead.pxe.board;

import io.rackstead.pxe.net.MacAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// A name as a Raspberry Pi's boot loader asks for it: beside nothing, or in a folder that is
/// called by the board's serial number or by its adapter.
///
/// @param mac the adapter, where the name says it
/// @param file the name without the folder
record PiNames(Optional<MacAddress> mac, String file) {
  static final String KERNEL = "kernel8.img";
  static final String RAMDISK = "initrd.img";
  static final String CONFIG = "config.txt";
  static final String WORDS = "cmdline.txt";

  private static final Pattern FOLDER =
      Pattern.compile("(?:[0-9a-f]{8}|((?:[0-9a-f]{2}-){5}[0-9a-f]{2}))/(.+)");

  static PiNames of(String name) {
    var folder = FOLDER.matcher(name);
    return folder.matches()
        ? new PiNames(Optional.ofNullable(folder.group(1)).map(MacAddress::parse), folder.group(2))
        : new PiNames(Optional.empty(), name);
  }
}
