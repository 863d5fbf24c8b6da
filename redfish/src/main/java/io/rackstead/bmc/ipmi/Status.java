package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcException;

/// The BMC's numbers for "no", in words and as a kind that says whether trying again may help.
record Status(BmcException.Kind kind, String text) {
  /// RMCP+ and RAKP status codes, table 13-15.
  static Status ofSetup(int code) {
    return switch (code) {
      case 0x01 -> new Status(BUSY, "it has no free session: others hold them all");
      case 0x02 -> new Status(BUSY, "it no longer knows this session");
      case 0x08 -> new Status(BUSY, "the session is inactive");
      case 0x0b -> new Status(BUSY, "it has no free session for an administrator");
      case 0x04, 0x05, 0x06, 0x07, 0x10, 0x11 ->
          new Status(UNSUPPORTED, "it does not take this cipher suite");
      case 0x09, 0x0a ->
          new Status(REFUSED_CREDENTIALS, "the account may not be administrator on this channel");
      case 0x0c, 0x0d, 0x0e ->
          new Status(REFUSED_CREDENTIALS, "it knows no such user, or not over LAN");
      case 0x0f -> new Status(REFUSED_CREDENTIALS, "it does not accept the password");
      case 0x03 -> new Status(PROTOCOL, "it does not know the payload type");
      case 0x12 -> new Status(PROTOCOL, "it did not understand a parameter");
      default -> new Status(PROTOCOL, "it gave a status we do not know");
    };
  }

  static boolean refusesSuite(int code) {
    return switch (code) {
      case 0x04, 0x05, 0x06, 0x07, 0x10, 0x11 -> true;
      default -> false;
    };
  }

  /// Completion codes, table 5-2.
  static Status ofCommand(int code) {
    return switch (code) {
      case 0xc0 -> new Status(BUSY, "the BMC is busy");
      case 0xc3, 0xce, 0xcf -> new Status(BUSY, "the BMC could not finish in time");
      case 0xc4 -> new Status(BUSY, "the BMC is out of space");
      case 0xd0, 0xd1 -> new Status(BUSY, "the BMC is updating itself");
      case 0xd2 -> new Status(BUSY, "the BMC is still starting");
      case 0xd4 -> new Status(REFUSED_CREDENTIALS, "the account's privilege is not enough");
      case 0xc1, 0xc2, 0xd6 -> new Status(UNSUPPORTED, "the BMC has no such command");
      case 0xcb -> new Status(UNSUPPORTED, "the BMC has no such thing");
      case 0xd5 -> new Status(UNSUPPORTED, "not possible in the server's present state");
      case 0x80 -> new Status(UNSUPPORTED, "the BMC does not support this parameter");
      case 0xc6, 0xc7, 0xc8, 0xc9, 0xcc ->
          new Status(PROTOCOL, "the BMC did not understand the request");
      default -> new Status(PROTOCOL, "the BMC gave no reason");
    };
  }

  String with(int code) {
    return "%s (code %02Xh)".formatted(text, code);
  }
}
