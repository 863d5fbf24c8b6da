package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Identify;
import java.time.Duration;
import java.util.Optional;

/// The lamp on the front: `LocationIndicatorActive` in newer services, `IndicatorLED` in older.
/// They cannot count, so it burns until it is put out.
final class RedfishLamp implements Identify {
  private final RedfishSession session;
  private final String system;

  private RedfishLamp(RedfishSession session, String system) {
    this.session = session;
    this.system = system;
  }

  static Optional<Identify> of(RedfishSession session, Resource system) {
    return system.json().has("LocationIndicatorActive") || system.json().has("IndicatorLED")
        ? Optional.of(new RedfishLamp(session, system.path()))
        : Optional.empty();
  }

  @Override
  public void light(Duration time) {
    var now = session.get(system);
    boolean on = time.isPositive();
    var change =
        now.json().has("LocationIndicatorActive")
            ? RedfishJson.object().put("LocationIndicatorActive", on)
            : RedfishJson.object().put("IndicatorLED", on ? "Blinking" : "Off");
    session.patch(now, change, "Identify: " + (on ? "on" : "off"));
  }
}
