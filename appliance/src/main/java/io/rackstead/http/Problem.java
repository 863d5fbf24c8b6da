package io.rackstead.http;

/// A request that cannot be answered as asked: the status and, in words, what, where and how to
/// mend it. In our own API it becomes an RFC 9457 problem, on the MAAS paths a text.
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;

  public Problem(int status, String detail) {
    super(detail);
    this.status = status;
  }

  public Problem(int status, String detail, Throwable cause) {
    super(detail, cause);
    this.status = status;
  }

  public int status() {
    return status;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
