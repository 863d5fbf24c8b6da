package io.rackstead.bmc;

/// A BMC that did not do as it was asked: which one, what, and whether trying again may help.
public final class BmcException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Kind kind;

  /// What kind of failure it was decides whether to try again.
  public enum Kind {
    UNREACHABLE(true),
    BUSY(true),
    REFUSED_CREDENTIALS(false),
    /// it shows another TLS key than before, so it was told nothing
    UNTRUSTED(false),
    UNSUPPORTED(false),
    PROTOCOL(false);

    private final boolean passing;

    Kind(boolean passing) {
      this.passing = passing;
    }

    public boolean passing() {
      return passing;
    }
  }

  public BmcException(Kind kind, BmcAddress address, String what) {
    super(address + ": " + what);
    this.kind = kind;
  }

  public BmcException(Kind kind, BmcAddress address, String what, Throwable cause) {
    super(address + ": " + what, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
