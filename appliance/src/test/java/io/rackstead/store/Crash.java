package io.rackstead.store;

/// Thrown where a killed process would have ended.
public final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  public Crash(String where) {
    super(where);
  }
}
