package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.BiosSettings;
import io.rackstead.bmc.EventLog;
import io.rackstead.bmc.Firmware;
import io.rackstead.bmc.Identify;
import io.rackstead.bmc.SecureBoot;
import io.rackstead.bmc.Sensors;
import io.rackstead.bmc.VirtualMedia;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// What a service may offer beyond power and boot, each looked for when it is asked for.
final class Facets {
  private static final Map<Class<?>, BiFunction<RedfishSession, Resource, Optional<?>>> ALL =
      Map.of(
          Accounts.class, (session, _) -> RedfishAccounts.of(session),
          BiosSettings.class, RedfishBios::of,
          EventLog.class, RedfishLog::of,
          Firmware.class, (session, _) -> RedfishFirmware.of(session),
          Identify.class, RedfishLamp::of,
          SecureBoot.class, RedfishSecureBoot::of,
          Sensors.class, RedfishSensors::of,
          VirtualMedia.class, RedfishMedia::of);

  private Facets() {}

  static <F> Optional<F> find(Class<F> kind, RedfishSession session, String system) {
    var finder = ALL.get(kind);
    return finder == null
        ? Optional.empty()
        : finder.apply(session, session.get(system)).map(kind::cast);
  }
}
