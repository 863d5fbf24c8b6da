package io.rackstead.broker.declared;

/// A `broker.yaml`, or the values given for it, that cannot be used; says where and why.
public final class BadBroker extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadBroker(String message) {
    super(message);
  }

  public BadBroker(String message, Throwable cause) {
    super(message, cause);
  }
}
