package io.rackstead.image;

import java.util.Locale;

/// A processor architecture by Debian's name.
public enum Architecture {
  AMD64,
  ARM64;

  public String debianName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads Debian's, the kernel's and MAAS's names: `amd64`, `x86_64`, `amd64/generic`.
  public static Architecture parse(String text) {
    var name = text.strip().toLowerCase(Locale.ROOT);
    int slash = name.indexOf('/');
    return switch (slash < 0 ? name : name.substring(0, slash)) {
      case "amd64", "x86_64", "x86-64" -> AMD64;
      case "arm64", "aarch64" -> ARM64;
      default ->
          throw new IllegalArgumentException("unknown architecture " + text + ": amd64, arm64");
    };
  }
}
