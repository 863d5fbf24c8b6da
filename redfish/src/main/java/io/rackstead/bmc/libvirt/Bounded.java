package io.rackstead.bmc.libvirt;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Takes in so many bytes and passes over the rest.
final class Bounded extends OutputStream {
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean overflown;

  @Override
  public synchronized void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    int room = Math.min(length, Line.MOST - kept.size());
    kept.write(bytes, from, room);
    overflown |= room < length;
  }

  synchronized boolean overflown() {
    return overflown;
  }

  synchronized String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }
}
