package io.rackstead.node;

/// A configuration that cannot be: which field of the request, and why.
public final class Invalid extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String field;

  public Invalid(String field, String message) {
    super(message);
    this.field = field;
  }

  public String field() {
    return field;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
