package io.rackstead.bmc.ipmi;

/// One request to a BMC.
///
/// @param name as the specification writes it, with what is asked: `Chassis Control: power up`
/// @param repeatable whether it does no harm to be carried out twice, when only its answer was lost
record Command(String name, int netFunction, int code, byte[] data, boolean repeatable) {
  private static final int CHASSIS = 0x00;
  private static final int APP = 0x06;
  private static final int TRANSPORT = 0x0c;

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
    return read("Close Session", APP, 0x3c, session, session >>> 8, session >>> 16, session >>> 24);
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
