package io.rackstead.pxe.dhcp;

import java.util.Optional;

/// RFC 2132 §9.6.
public enum MessageType {
  DISCOVER,
  OFFER,
  REQUEST,
  DECLINE,
  ACK,
  NAK,
  RELEASE,
  INFORM;

  int code() {
    return ordinal() + 1;
  }

  static Optional<MessageType> of(int code) {
    return code >= 1 && code <= values().length
        ? Optional.of(values()[code - 1])
        : Optional.empty();
  }
}
