package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.ssh.SshAccount;
import io.rackstead.bmc.ssh.SshConsole;
import io.rackstead.bmc.ssh.SshDoor;
import java.util.List;

/// A virtual server's serial port: `virsh console` on its host, in a terminal that SSH gives it.
final class VirshConsole {
  /// The byte that would end it. This one is no letter of UTF-8, so nobody types it.
  private static final String ESCAPE = "\"$(printf '\\377')\"";

  private static final String GREETING = "Escape character is";

  private VirshConsole() {}

  /// @param server its UUID
  static SerialConsole.Stream open(
      SshDoor door,
      SshAccount account,
      BmcAddress address,
      String uri,
      String server,
      SerialConsole.Screen screen,
      boolean takeOver) {
    var way = new SshConsole.Way(line(uri, server, takeOver), "", GREETING, false);
    return SshConsole.open(
        door, account, address, way, screen, said -> refused(address, Said.shown(said)));
  }

  private static String line(String uri, String server, boolean takeOver) {
    if (!Command.harmless(server)) {
      throw new IllegalArgumentException("no server's UUID: " + Said.shown(server));
    }
    var words = takeOver ? List.of("console", "--force", server) : List.of("console", server);
    return "exec env LC_ALL=C virsh -c %s -e %s %s".formatted(uri, ESCAPE, String.join(" ", words));
  }

  /// virsh's own words, with the mend where it is known.
  private static BmcException refused(BmcAddress address, String words) {
    if (words.contains("Active console session exists")) {
      return new BmcException(BUSY, address, "somebody else has its serial console open");
    }
    if (words.contains("not running")) {
      return new BmcException(UNREACHABLE, address, "it is off, and has no console until it is on");
    }
    if (words.contains("controlling TTY")) {
      return new BmcException(
          UNSUPPORTED,
          address,
          "its host gives us no terminal: our line of authorized_keys says restrict or no-pty, make it \"restrict,pty\"");
    }
    if (words.contains("character device")) {
      return new BmcException(
          UNSUPPORTED,
          address,
          "it has no serial port that can be opened: give it <serial type='pty'/> (%s)"
              .formatted(words));
    }
    return new BmcException(PROTOCOL, address, "virsh console: " + words);
  }
}
