package io.rackstead.network;

/// A value that cannot be taken: which field, and why.
public final class Rejected extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String field;

  public Rejected(String field, String why) {
    super(why);
    this.field = field;
  }

  public String field() {
    return field;
  }

  public String why() {
    return String.valueOf(getMessage());
  }
}
