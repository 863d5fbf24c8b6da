package io.rackstead.store;

/// What was asked for could not be made durable, so it was not acknowledged; it may be asked for
/// again once the reason is mended. The message says which.
public final class UnwritableException extends StoreException {
  private static final long serialVersionUID = 1L;

  UnwritableException(String message, Throwable cause) {
    super(message, cause);
  }
}
