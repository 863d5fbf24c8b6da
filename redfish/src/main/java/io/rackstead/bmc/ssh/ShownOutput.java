package io.rackstead.bmc.ssh;

import io.rackstead.bmc.SerialConsole;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What comes from the other side: its greeting first, which is not the server's, then what the
/// server writes.
final class ShownOutput extends OutputStream {
  private static final int LONGEST_GREETING = 4096;

  private final String greeting;
  private final SerialConsole.Screen screen;
  private final Runnable greeted;
  private final StringBuilder before = new StringBuilder();
  private boolean through;

  /// @param greeting stands in the last line that is not shown; empty: all is
  /// @param greeted told when that line has come
  ShownOutput(String greeting, SerialConsole.Screen screen, Runnable greeted) {
    this.greeting = greeting;
    this.screen = screen;
    this.greeted = greeted;
    this.through = greeting.isEmpty();
  }

  @Override
  public synchronized void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    if (through) {
      screen.shows(Arrays.copyOfRange(bytes, from, from + length));
      return;
    }
    before.append(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
    int at = before.indexOf(greeting);
    int end = at < 0 ? -1 : before.indexOf("\n", at);
    if (end < 0) {
      before.setLength(Math.min(before.length(), LONGEST_GREETING));
      return;
    }
    through = true;
    greeted.run();
    var rest = before.substring(end + 1).getBytes(StandardCharsets.ISO_8859_1);
    if (rest.length > 0) {
      screen.shows(rest);
    }
  }

  /// What came instead of the greeting.
  synchronized String said() {
    return before.toString();
  }
}
