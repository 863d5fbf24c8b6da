package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Sensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Temperatures, fans and power of the system's chassis: the newer subsystems where they are, else
/// `Thermal` and `Power`.
final class RedfishSensors implements Sensors {
  private static final int MOST = 256;

  private final RedfishSession session;
  private final List<Resource> chassis;

  private RedfishSensors(RedfishSession session, List<Resource> chassis) {
    this.session = session;
    this.chassis = chassis;
  }

  static Optional<Sensors> of(RedfishSession session, Resource system) {
    var chassis =
        system.links("Links", "Chassis").stream()
            .flatMap(path -> session.find(path).stream())
            .filter(one ->
                one.link("ThermalSubsystem").isPresent()
                    || one.link("Thermal").isPresent()
                    || one.link("Power").isPresent())
            .toList();
    return chassis.isEmpty() ? Optional.empty() : Optional.of(new RedfishSensors(session, chassis));
  }

  @Override
  public List<Reading> read() {
    var readings = new ArrayList<Reading>();
    for (var one : chassis) {
      var newer = one.link("ThermalSubsystem").flatMap(session::find);
      if (newer.isPresent()) {
        subsystem(newer.get(), readings);
      } else {
        one.link("Thermal").flatMap(session::find).ifPresent(t -> thermal(t, readings));
      }
      var metrics = one.link("EnvironmentMetrics").flatMap(session::find);
      if (metrics.isPresent()) {
        metrics
            .get()
            .number("PowerWatts", "Reading")
            .ifPresent(watts -> readings.add(power(one.id(), watts, "")));
      } else {
        one.link("Power").flatMap(session::find).ifPresent(p -> consumed(p, readings));
      }
    }
    return List.copyOf(readings);
  }

  private void subsystem(Resource thermal, List<Reading> readings) {
    thermal
        .link("ThermalMetrics")
        .flatMap(session::find)
        .ifPresent(metrics -> {
          for (var node : metrics.at("TemperatureReadingsCelsius")) {
            var one = new Resource(metrics.path(), node);
            var name = one.text("DeviceName");
            one.number("Reading")
                .ifPresent(value ->
                    readings.add(
                        new Reading(
                            Kind.TEMPERATURE,
                            name.isEmpty() ? one.text("PhysicalContext") : name,
                            value,
                            "°C",
                            "")));
          }
        });
    thermal
        .link("Fans")
        .filter(path -> session.find(path).isPresent())
        .ifPresent(path -> {
          for (var fan : session.members(path, MOST)) {
            var speed = fan.number("SpeedPercent", "Reading");
            speed.ifPresent(value ->
                readings.add(
                    new Reading(
                        Kind.FAN, fan.text("Name"), value, "%", fan.text("Status", "Health"))));
          }
        });
  }

  private static void thermal(Resource thermal, List<Reading> readings) {
    for (var node : thermal.at("Temperatures")) {
      var one = new Resource(thermal.path(), node);
      one.number("ReadingCelsius")
          .ifPresent(value ->
              readings.add(
                  new Reading(
                      Kind.TEMPERATURE,
                      one.text("Name"),
                      value,
                      "°C",
                      one.text("Status", "Health"))));
    }
    for (var node : thermal.at("Fans")) {
      var fan = new Resource(thermal.path(), node);
      var unit = fan.text("ReadingUnits").equals("Percent") ? "%" : "RPM";
      var name = fan.text("Name").isEmpty() ? fan.text("FanName") : fan.text("Name");
      fan.number("Reading")
          .ifPresent(value ->
              readings.add(new Reading(Kind.FAN, name, value, unit, fan.text("Status", "Health"))));
    }
  }

  private static void consumed(Resource power, List<Reading> readings) {
    for (var node : power.at("PowerControl")) {
      var one = new Resource(power.path(), node);
      one.number("PowerConsumedWatts")
          .ifPresent(
              watts -> readings.add(power(one.text("Name"), watts, one.text("Status", "Health"))));
    }
  }

  private static Reading power(String name, double watts, String health) {
    return new Reading(Kind.POWER, name, watts, "W", health);
  }
}
