package io.rackstead.pxe.tftp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What both sides agreed on. An option that is not understood, or whose value is out of the RFC's
/// bounds, is left out of the acknowledgement, which refuses it (RFC 2347).
///
/// @param accepted what the acknowledgement says; empty when the client asked for nothing
record TransferTerms(
    int blockSize,
    int windowSize,
    Duration timeout,
    boolean patient,
    Map<String, String> accepted) {
  // a larger block would go out in IP fragments, which many a boot ROM cannot put together
  private static final int MAX_BLOCK = 1468;
  private static final int MAX_WINDOW = 64;
  private static final int DEFAULT_BLOCK = 512;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

  static TransferTerms of(Map<String, String> asked, long sizeBytes) {
    var accepted = new LinkedHashMap<String, String>();
    int block = DEFAULT_BLOCK;
    int window = 1;
    var timeout = DEFAULT_TIMEOUT;
    for (var option : asked.entrySet()) {
      long value = number(option.getValue());
      switch (option.getKey()) {
        case "blksize" -> { // RFC 2348
          if (value >= 8) {
            block = (int) Math.min(value, MAX_BLOCK);
            accepted.put("blksize", String.valueOf(block));
          }
        }
        case "timeout" -> { // RFC 2349
          if (value >= 1 && value <= 255) {
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
        default -> {
          // PXE ROMs send options of their own; not to mention them refuses them
        }
      }
    }
    return new TransferTerms(
        block, window, timeout, accepted.containsKey("timeout"), Map.copyOf(accepted));
  }

  private static long number(String text) {
    return text.matches("[0-9]{1,9}") ? Long.parseLong(text) : -1;
  }
}
