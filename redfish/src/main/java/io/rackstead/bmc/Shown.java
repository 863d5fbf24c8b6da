package io.rackstead.bmc;

/// Text from outside, fit to stand in a message of ours.
public final class Shown {
  private static final int LONGEST = 400;

  private Shown() {}

  /// On one line of bounded length.
  public static String line(String text) {
    var line = text.strip().replaceAll("[\\p{Cntrl}\\s]+", " ");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
