package io.rackstead.artifact;

import java.time.Instant;
import java.util.regex.Pattern;

/// An artifact as an operator has declared it, and how far it is.
///
/// @param url where it is fetched from; empty: somebody uploads it
/// @param bytes 0: not known before it is there
/// @param why the latest word on it
public record Declared(
    long id,
    String name,
    String url,
    String sha256,
    long bytes,
    State state,
    int tries,
    Instant dueAt,
    String why) {
  static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public enum State {
    /// to be fetched, or being fetched
    WANTED,
    /// to be uploaded
    AWAITED,
    PRESENT,
    /// could not be had; an operator has to say that it is tried again
    FAILED
  }

  public boolean present() {
    return state == State.PRESENT;
  }

  Declared to(State next, Instant due, String said) {
    return new Declared(
        id,
        name,
        url,
        sha256,
        bytes,
        next,
        next == state ? tries + 1 : 0,
        due,
        said.length() > 1000 ? said.substring(0, 1000) : said);
  }

  Declared there(long size) {
    return new Declared(id, name, url, sha256, size, State.PRESENT, 0, dueAt, "");
  }
}
