package io.rackstead.plan;

/// How much of a server is tried before it counts as ready.
///
/// `QUICK` shows that the parts answer (a few seconds), `NORMAL` loads them, `THOROUGH` is for
/// burning in.
public enum Effort {
  QUICK(3, 5, 10),
  NORMAL(30, 80, 200),
  THOROUGH(600, 90, 5000);

  private final int cpuSeconds;
  private final int memoryPercent;
  private final int diskSamples;

  Effort(int cpuSeconds, int memoryPercent, int diskSamples) {
    this.cpuSeconds = cpuSeconds;
    this.memoryPercent = memoryPercent;
    this.diskSamples = diskSamples;
  }

  /// The argument that a built-in script takes, empty when it takes none.
  String argument(String script) {
    return switch (script) {
      case "cpu" -> Integer.toString(cpuSeconds);
      case "memory" -> Integer.toString(memoryPercent);
      case "disk-read" -> Integer.toString(diskSamples);
      default -> "";
    };
  }

  /// A generous limit: memory is filled once and read twice at no less than 100 MiB/s.
  int timeoutS(String script, long memoryMib) {
    return switch (script) {
      case "cpu" -> cpuSeconds + 300;
      case "memory" -> (int) Math.min(86_400, 900 + memoryMib * memoryPercent / 100 * 3 / 100);
      case "disk-read" -> 900 + diskSamples;
      default -> 900;
    };
  }
}
