package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.Shown;

/// What a command said and how it ended.
record Said(int status, String output, String errors) {
  private static final int NOT_FOUND = 127;

  /// Its output, or what went wrong, by the host's address and in virsh's own words.
  String orElseThrow(BmcAddress address, Command command) {
    if (status == 0) {
      return output;
    }
    var words = shown(errors.isBlank() ? output : errors);
    if (status == NOT_FOUND) {
      throw new BmcException(
          UNSUPPORTED,
          address,
          command
              + ": there is no virsh (Debian: apt-get install libvirt-clients"
              + " libvirt-daemon-system): "
              + words);
    }
    throw new BmcException(
        kind(words),
        address,
        "%s: %s".formatted(command, words.isEmpty() ? "ended with " + status : words));
  }

  private static BmcException.Kind kind(String words) {
    if (words.contains("failed to connect to the hypervisor")) {
      return words.contains("Permission denied") ? PROTOCOL : UNREACHABLE;
    }
    return words.contains("cannot acquire state change lock") ? BUSY : PROTOCOL;
  }

  /// Text from outside, on one line of bounded length.
  static String shown(String text) {
    return Shown.line(text.replace("error: ", ""));
  }
}
