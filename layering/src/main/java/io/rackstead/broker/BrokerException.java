package io.rackstead.broker;

/// The layer above could not be spoken to, or answered otherwise than its broker expects.
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Kind kind;

  public enum Kind {
    /// no connection, or no answer in time
    UNREACHABLE(true),
    /// it is there and cannot now (429, 5xx)
    BUSY(true),
    /// it does not believe us (401, 403)
    UNAUTHORIZED(false),
    /// an answer that the broker does not expect
    UNEXPECTED(false);

    private final boolean passing;

    Kind(boolean passing) {
      this.passing = passing;
    }

    public boolean passing() {
      return passing;
    }
  }

  public BrokerException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public BrokerException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
