package io.rackstead.bmc.ssh;

import io.rackstead.bmc.SerialConsole;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/// What comes from the other side: its greeting first, which is not the server's, then what is held
/// back until it is known to be the server's, then what the server writes.
final class ShownOutput extends OutputStream {
  private static final int LONGEST_GREETING = 4096;

  /// No complaint is that long.
  private static final int MOST_HELD = 64 << 10;

  private final String greeting;
  private final SerialConsole.Screen screen;
  private final CompletableFuture<Void> greeted;
  private final StringBuilder before = new StringBuilder();
  private boolean through;

  /// @param greeting stands in the last line that is not shown; empty: there is none
  /// @param greeted done when that line has come
  ShownOutput(String greeting, SerialConsole.Screen screen, CompletableFuture<Void> greeted) {
    this.greeting = greeting;
    this.screen = screen;
    this.greeted = greeted;
    if (greeting.isEmpty()) {
      greeted.complete(null);
    }
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
    if (!greeted.isDone()) {
      int at = before.indexOf(greeting);
      int end = at < 0 ? -1 : before.indexOf("\n", at);
      if (end >= 0) {
        before.delete(0, end + 1);
        greeted.complete(null);
      } else {
        before.setLength(Math.min(before.length(), LONGEST_GREETING));
      }
    } else if (before.length() > MOST_HELD) {
      release();
    }
  }

  /// From now on all is shown, what came since the greeting first.
  synchronized void release() {
    if (!through) {
      through = true;
      if (!before.isEmpty()) {
        screen.shows(before.toString().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  /// What came instead of the greeting.
  synchronized String said() {
    return before.toString();
  }
}
