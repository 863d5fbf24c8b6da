package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.Inventory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Function;

/// Puts together what IPMI says of a server: device id, GUID, LAN parameters.
final class IpmiInventory {
  private static final int IP_ADDRESS = 3;
  private static final int MAC_ADDRESS = 5;
  private static final int SUBNET_MASK = 6;
  private static final int GATEWAY = 12;

  private IpmiInventory() {}

  /// @param ask empty where the BMC refuses to say
  static Inventory read(Function<Command, Optional<byte[]>> ask) {
    Map<String, String> facts = new LinkedHashMap<>();
    ask.apply(Command.deviceId()).filter(id -> id.length >= 11).ifPresent(id -> device(id, facts));
    var guid =
        ask.apply(Command.systemGuid()).filter(bytes -> bytes.length == 16).map(SystemGuid::new);
    guid.ifPresent(id -> guid(id, facts));
    lan(ask, "address", IP_ADDRESS, 4, facts, "LanAddress");
    lan(ask, "subnet mask", SUBNET_MASK, 4, facts, "LanSubnetMask");
    lan(ask, "default gateway", GATEWAY, 4, facts, "LanGateway");
    lan(ask, "MAC address", MAC_ADDRESS, 6, facts, "LanMacAddress");
    return new Inventory(guid.map(id -> id.as(id.likely()).toString()).orElse(""), "", facts);
  }

  /// §20.1; the second half of the version and the two halves of the IPMI version are BCD.
  private static void device(byte[] id, Map<String, String> facts) {
    facts.put("DeviceId", Integer.toString(id[0] & 0xff));
    facts.put("FirmwareVersion", "%d.%02x".formatted(id[2] & 0x7f, id[3] & 0xff));
    facts.put("IpmiVersion", "%d.%d".formatted(id[4] & 0x0f, (id[4] & 0xf0) >> 4));
    facts.put(
        "ManufacturerId",
        Integer.toString((id[6] & 0xff) | (id[7] & 0xff) << 8 | (id[8] & 0x0f) << 16));
    facts.put("ProductId", Integer.toString((id[9] & 0xff) | (id[10] & 0xff) << 8));
  }

  private static void guid(SystemGuid guid, Map<String, String> facts) {
    facts.put("SystemGuid", guid.hex());
    for (var reading : SystemGuid.Reading.values()) {
      facts.put("SystemGuid." + reading, guid.as(reading).toString());
    }
    facts.put("SystemGuid.likely", guid.likely().toString());
  }

  private static void lan(
      Function<Command, Optional<byte[]>> ask,
      String what,
      int parameter,
      int length,
      Map<String, String> facts,
      String fact) {
    ask.apply(Command.lanParameter(what, parameter))
        .filter(answer -> answer.length >= 1 + length)
        .ifPresent(answer -> facts.put(fact, text(answer, length)));
  }

  /// The first byte is the parameter's version. Four bytes are an address, six a MAC.
  private static String text(byte[] answer, int length) {
    var text = new StringJoiner(length == 4 ? "." : ":");
    for (int i = 1; i <= length; i++) {
      int value = answer[i] & 0xff;
      text.add(length == 4 ? Integer.toString(value) : "%02x".formatted(value));
    }
    return text.toString();
  }
}
