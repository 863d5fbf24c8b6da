package io.rackstead.bmc.ipmi;

import java.util.Arrays;

/// One request to a BMC.
///
/// @param name as the specification writes it, with what is asked: `Chassis Control: power up`
/// @param repeatable whether it does no harm to be carried out twice, when only its answer was lost
record Command(String name, int netFunction, int code, byte[] data, boolean repeatable) {
  private static final int CHASSIS = 0x00;
  private static final int APP = 0x06;
  private static final int TRANSPORT = 0x0c;
  private static final int CLOSE_SESSION = 0x3c;

  /// The channel on which the question arrives (§6.3).
  static final int THIS_CHANNEL = 0x0e;

  static final int ADMINISTRATOR = 0x04;

  /// §22.13; bit 7 asks for the IPMI 2.0 answer.
  static Command channelAuthenticationCapabilities() {
    return read(
        "Get Channel Authentication Capabilities", APP, 0x38, 0x80 | THIS_CHANNEL, ADMINISTRATOR);
  }

  /// §22.18
  static Command beAdministrator() {
    return read("Set Session Privilege Level: administrator", APP, 0x3b, ADMINISTRATOR);
  }

  /// §22.19
  static Command closeSession(int session) {
    return read(
        "Close Session",
        APP,
        CLOSE_SESSION,
        session,
        session >>> 8,
        session >>> 16,
        session >>> 24);
  }

  /// §24.1: SOL, instance 1, encrypted and authenticated; serial alerts succeed meanwhile. Asked
  /// twice, the second answer is that it is in use, so it is asked once.
  static Command activateSol() {
    return new Command("Activate Payload: SOL", APP, 0x48, bytes(1, 1, 0xc8, 0, 0, 0), false);
  }

  /// §24.2
  static Command deactivateSol() {
    return read("Deactivate Payload: SOL", APP, 0x49, 1, 1, 0, 0, 0, 0);
  }

  boolean farewell() {
    return netFunction == APP && code == CLOSE_SESSION;
  }

  /// §20.1
  static Command deviceId() {
    return read("Get Device ID", APP, 0x01);
  }

  /// §22.14
  static Command systemGuid() {
    return read("Get System GUID", APP, 0x37);
  }

  /// §28.2
  static Command chassisStatus() {
    return read("Get Chassis Status", CHASSIS, 0x01);
  }

  /// §28.3
  static Command chassisControl(ChassisControl control) {
    return new Command(
        "Chassis Control: " + control.text, CHASSIS, 0x02, bytes(control.code), control.repeatable);
  }

  /// §28.5; 0 seconds ends it, more than 255 s cannot be said.
  static Command identify(int seconds) {
    return read("Chassis Identify: " + seconds + " s", CHASSIS, 0x04, seconds);
  }

  /// §28.12
  static Command setBootOption(String what, int parameter, int... data) {
    var bytes = new int[data.length + 1];
    bytes[0] = parameter;
    System.arraycopy(data, 0, bytes, 1, data.length);
    return read("Set System Boot Options: " + what, CHASSIS, 0x08, bytes);
  }

  /// §28.13
  static Command bootFlags() {
    return read("Get System Boot Options: boot flags", CHASSIS, 0x09, BootFlags.PARAMETER, 0, 0);
  }

  /// §23.2
  static Command lanParameter(String what, int parameter) {
    return read(
        "Get LAN Configuration Parameters: " + what,
        TRANSPORT,
        0x02,
        THIS_CHANNEL,
        parameter,
        0,
        0);
  }

  /// §22.27
  static Command userAccess(int place) {
    return read("Get User Access: place " + place, APP, 0x44, THIS_CHANNEL, place);
  }

  /// §22.29
  static Command userName(int place) {
    return read("Get User Name: place " + place, APP, 0x46, place);
  }

  /// §22.28
  static Command setUserName(int place, byte[] name) {
    return new Command("Set User Name: place " + place, APP, 0x45, joined(name, place), true);
  }

  /// §22.30, operation 2; bit 7 of the place says that there are 20 bytes.
  static Command setUserPassword(int place, byte[] password) {
    int size = password.length > 16 ? 0x80 : 0;
    return new Command(
        "Set User Password: place " + place, APP, 0x47, joined(password, size | place, 2), true);
  }

  /// §22.30, operation 1
  static Command enableUser(int place) {
    return read("Set User Password: enable place " + place, APP, 0x47, place, 1);
  }

  /// §22.30, operation 0
  static Command disableUser(int place) {
    return read("Set User Password: disable place " + place, APP, 0x47, place, 0);
  }

  /// §22.26: administrator, IPMI messaging, on this channel.
  static Command setUserAccess(int place) {
    return read(
        "Set User Access: place " + place + " administrator",
        APP,
        0x43,
        0x90 | THIS_CHANNEL,
        place,
        ADMINISTRATOR,
        0);
  }

  private static byte[] joined(byte[] tail, int... head) {
    var all = Arrays.copyOf(bytes(head), head.length + tail.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }

  private static Command read(String name, int netFunction, int code, int... data) {
    return new Command(name, netFunction, code, bytes(data), true);
  }

  private static byte[] bytes(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Override
  public String toString() {
    return name;
  }
}
