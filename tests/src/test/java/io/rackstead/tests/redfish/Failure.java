package io.rackstead.tests.redfish;

/// A request that the service refuses, with what it says.
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  final int status;
  final String messageId;

  Failure(int status, String messageId, String message) {
    super(message);
    this.status = status;
    this.messageId = messageId;
  }
}
