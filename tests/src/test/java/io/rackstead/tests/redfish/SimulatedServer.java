package io.rackstead.tests.redfish;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that consists of a lamp, a boot setting and a few parts, behind a Redfish service.
public class SimulatedServer {
  public static final String UUID = "4c4c4544-0042-3510-8056-b9c04f4e5832";

  static final List<String> ALL_RESETS =
      List.of(
          "On",
          "ForceOff",
          "GracefulShutdown",
          "GracefulRestart",
          "ForceRestart",
          "Nmi",
          "ForceOn",
          "PushPowerButton",
          "PowerCycle");
  static final List<String> ALL_TARGETS =
      List.of("None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup", "UefiHttp");

  public final String id;
  public final String uuid;
  public final String serial;
  public volatile String vendor = "Contoso";
  public volatile String mac = "52:54:00:B3:0C:07";
  public volatile boolean on;
  public volatile List<String> resets = ALL_RESETS;
  public volatile List<String> targets = ALL_TARGETS;
  public volatile boolean bootMode = true;
  public volatile String target = "None";
  public volatile String enabled = "Disabled";
  public volatile String mode = "UEFI";
  public volatile String httpBootUri = "";
  public volatile String led = "Off";
  public volatile boolean secureBoot = true;
  public volatile boolean secureBootNext = true;
  public volatile String image = "";
  public volatile boolean writeProtected;
  public final Map<String, Object> bios =
      new LinkedHashMap<>(Map.of("BootMode", "Uefi", "NumaNodes", 2));
  public final Map<String, Object> biosNext = new LinkedHashMap<>();

  /// The messages of its event log.
  public final List<String> log = new CopyOnWriteArrayList<>();

  /// All `ResetType`s that were carried out.
  public final List<String> done = new CopyOnWriteArrayList<>();

  public SimulatedServer(String id, String uuid, String serial) {
    this.id = id;
    this.uuid = uuid;
    this.serial = serial;
  }

  public static SimulatedServer usual() {
    return new SimulatedServer("437XR1138R2", UUID, "B5XNX");
  }

  /// What the lamp on its front shows.
  boolean isOn() {
    return on;
  }

  /// It is about to start, from the override that is set; nothing by default.
  void starting() {}

  /// It goes off.
  void stopping() {}

  /// A disc is in the drive, or none is any more.
  void loaded() {}

  synchronized void reset(String type) {
    done.add(type);
    boolean was = isOn();
    on =
        switch (type) {
          case "On", "ForceOn", "ForceRestart", "GracefulRestart" -> true;
          case "ForceOff", "GracefulShutdown" -> false;
          case "PushPowerButton" -> !was;
          default -> was;
        };
    boolean starts =
        on && (!was || List.of("ForceRestart", "GracefulRestart", "PowerCycle").contains(type));
    if (was && (starts || !on)) {
      stopping();
    }
    if (starts) {
      starting();
      bios.putAll(biosNext);
      biosNext.clear();
      secureBoot = secureBootNext;
      if (enabled.equals("Once")) {
        enabled = "Disabled";
        target = "None";
      }
    }
  }

  /// As the contract writes it.
  public String boots() {
    var device =
        Map.of("Pxe", "PXE", "Hdd", "DISK", "Cd", "CD", "UsbCd", "CD", "BiosSetup", "BIOS_SETUP");
    if (enabled.equals("Disabled") || target.equals("None")) {
      return "";
    }
    return "%s %s %s"
        .formatted(
            device.getOrDefault(target, target),
            mode.equals("UEFI") ? "EFI" : "BIOS",
            enabled.equals("Once") ? "ONCE" : "ALWAYS");
  }
}
