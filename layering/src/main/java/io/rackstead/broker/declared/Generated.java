package io.rackstead.broker.declared;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A value that is made for each machine when it is prepared.
///
/// @param amount characters of a token, seconds of a time
public record Generated(Kind kind, int amount) {
  private static final String LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final SecureRandom RANDOM = new SecureRandom();

  public enum Kind {
    /// lower-case letters and digits
    TOKEN,
    /// RFC 3339, so far from now
    TIME
  }

  String make(Instant now) {
    return switch (kind) {
      case TOKEN ->
          RANDOM
              .ints(amount, 0, LETTERS.length())
              .mapToObj(at -> LETTERS.substring(at, at + 1))
              .reduce("", String::concat);
      case TIME -> now.plusSeconds(amount).truncatedTo(ChronoUnit.SECONDS).toString();
    };
  }
}
