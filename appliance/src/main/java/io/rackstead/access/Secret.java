package io.rackstead.access;

import java.util.Arrays;

/// A text that must not be seen: it has no text form, compares by content in constant time, and is
/// only opened where it is used.
public final class Secret {
  private final char[] characters;

  private Secret(char[] characters) {
    this.characters = characters;
  }

  public static Secret of(String text) {
    return new Secret(text.toCharArray());
  }

  /// Opens it. The one method to look for when reviewing who sees what.
  public String reveal() {
    return new String(characters);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Secret secret)) {
      return false;
    }
    int difference = characters.length ^ secret.characters.length;
    for (int i = 0; i < Math.min(characters.length, secret.characters.length); i++) {
      difference |= characters[i] ^ secret.characters[i];
    }
    return difference == 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(characters);
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
