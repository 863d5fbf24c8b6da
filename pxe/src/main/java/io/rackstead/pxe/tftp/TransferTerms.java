package io.rackstead.pxe.tftp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What both sides agreed on. An option that is not understood, or whose value is out of the RFC's
/// bounds, is left out of the acknowledgement, which refuses it (RFC 2347).
///
/// @param rollover the number that follows block 65535 on the wire: 0, or 1 for a client that asks
/// @param accepted what the acknowledgement says; empty when the client asked for nothing
record TransferTerms(
    int blockSize,
    int windowSize,
    Duration timeout,
    boolean patient,
    int rollover,
    Map<String, String> accepted) {
  /// What fits into an Ethernet frame. A larger block would go out in IP fragments, which many a
  /// boot ROM cannot put together.
  static final int ETHERNET_BLOCK = 1468;

  private static final int HEADERS = 20 + 8 + 4;
  private static final int LARGEST_BLOCK = 65464;
  // a client that falls silent is let go after half a minute, so it cannot ask us to wait longer
  private static final int MAX_TIMEOUT = 10;
  private static final int MAX_WINDOW = 64;
  private static final int DEFAULT_BLOCK = 512;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

  /// The largest block that leaves an interface in one piece.
  static int blockFor(int mtu) {
    return Math.clamp(mtu - HEADERS, DEFAULT_BLOCK, LARGEST_BLOCK);
  }

  static TransferTerms of(Map<String, String> asked, long sizeBytes) {
    return of(asked, sizeBytes, ETHERNET_BLOCK);
  }

  /// @param largestBlock what leaves in one piece, [#blockFor]
  static TransferTerms of(Map<String, String> asked, long sizeBytes, int largestBlock) {
    var accepted = new LinkedHashMap<String, String>();
    int block = DEFAULT_BLOCK;
    int window = 1;
    var timeout = DEFAULT_TIMEOUT;
    int rollover = 0;
    for (var option : asked.entrySet()) {
      long value = number(option.getValue());
      switch (option.getKey()) {
        case "blksize" -> { // RFC 2348
          if (value >= 8) {
            block = (int) Math.min(value, largestBlock);
            accepted.put("blksize", String.valueOf(block));
          }
        }
        case "timeout" -> { // RFC 2349
          if (value >= 1 && value <= MAX_TIMEOUT) {
            timeout = Duration.ofSeconds(value);
            accepted.put("timeout", String.valueOf(value));
          }
        }
        case "tsize" -> { // RFC 2349
          if (value >= 0) {
            accepted.put("tsize", String.valueOf(sizeBytes));
          }
        }
        case "windowsize" -> { // RFC 7440
          if (value >= 1 && value <= 65535) {
            window = (int) Math.min(value, MAX_WINDOW);
            accepted.put("windowsize", String.valueOf(window));
          }
        }
        case "rollover" -> { // no RFC: tftp-hpa and atftp have it
          if (value == 0 || value == 1) {
            rollover = (int) value;
            accepted.put("rollover", String.valueOf(value));
          }
        }
        default -> {
          // PXE ROMs send options of their own; not to mention them refuses them
        }
      }
    }
    return new TransferTerms(
        block, window, timeout, accepted.containsKey("timeout"), rollover, Map.copyOf(accepted));
  }

  private static long number(String text) {
    return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : -1;
  }
}
