package io.rackstead.tests.bmc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/// The serial port of a server in memory: keeps what is typed and says what it is told to, and each
/// line that is typed comes back in capitals.
final class SerialPort {
  private final ByteArrayOutputStream typed = new ByteArrayOutputStream();
  private final StringBuilder line = new StringBuilder();
  private Consumer<byte[]> wire = _ -> {};
  private int breaks;

  synchronized void attach(Consumer<byte[]> bmc) {
    wire = bmc;
  }

  void says(String text) {
    Consumer<byte[]> to;
    synchronized (this) {
      to = wire;
    }
    to.accept(text.getBytes(StandardCharsets.UTF_8));
  }

  void type(byte[] keys) {
    var answers = new StringBuilder();
    synchronized (this) {
      typed.writeBytes(keys);
      for (byte key : keys) {
        if (key == '\r' || key == '\n') {
          answers.append("\r\n[").append(line.toString().toUpperCase(Locale.ROOT));
          answers.append("]\r\n");
          line.setLength(0);
        } else {
          line.append((char) key);
        }
      }
    }
    if (!answers.isEmpty()) {
      says(answers.toString());
    }
  }

  synchronized void lineBreak() {
    breaks++;
  }

  synchronized String typed() {
    return typed.toString(StandardCharsets.UTF_8);
  }

  synchronized int breaks() {
    return breaks;
  }
}
