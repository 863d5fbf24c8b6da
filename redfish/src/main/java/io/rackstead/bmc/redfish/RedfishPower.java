package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The power button of one system: `ComputerSystem.Reset` (DSP2046).
final class RedfishPower {
  private static final Set<PowerAction> NEED_POWER =
      Set.of(PowerAction.FORCE_RESTART, PowerAction.POWER_CYCLE);

  private final RedfishSession session;
  private final String system;

  RedfishPower(RedfishSession session, String system) {
    this.session = session;
    this.system = system;
  }

  PowerState state() {
    return state(session.get(system));
  }

  /// `PoweringOn` and `PoweringOff` are neither: off is said when it is so.
  static PowerState state(Resource system) {
    return switch (system.text("PowerState")) {
      case "On", "Paused" -> PowerState.ON;
      case "Off" -> PowerState.OFF;
      default -> PowerState.UNKNOWN;
    };
  }

  void press(PowerAction action) {
    var now = session.get(system);
    var state = state(now);
    if (isSo(action, state)) {
      return; // services answer an `On` of what is on with anything from 204 to 500
    }
    if (state == PowerState.OFF && NEED_POWER.contains(action)) {
      throw new BmcException(
          UNSUPPORTED,
          session.address(),
          words(action) + " of a server that is off; switch it on instead");
    }
    var reset = now.at("Actions", "#ComputerSystem.Reset");
    var allowed = allowed(new Resource(system, reset));
    var type =
        ResetTypes.choose(action, state, allowed)
            .orElseThrow(() ->
                new BmcException(
                    UNSUPPORTED,
                    session.address(),
                    "it cannot do %s: it offers %s".formatted(words(action), allowed)));
    var target = Resource.text(reset.path("target")).orElse("");
    if (target.isEmpty()) {
      throw new BmcException(UNSUPPORTED, session.address(), "it offers no reset of " + system);
    }
    var body = RedfishJson.object().put("ResetType", type);
    var ask = Ask.post(target, body, "Reset " + type);
    var answer = session.attempt(ask);
    // someone may have been faster, and then it is as it was asked for
    if (!answer.ok() && isSo(action, state())) {
      return;
    }
    var _ = session.checked(ask, answer);
  }

  private static boolean isSo(PowerAction action, PowerState state) {
    return switch (action) {
      case ON -> state == PowerState.ON;
      case FORCE_OFF, GRACEFUL_SHUTDOWN -> state == PowerState.OFF;
      case FORCE_RESTART, POWER_CYCLE -> false;
    };
  }

  /// Beside the action, or in what describes it (DSP0266 §7.5.3.2).
  private List<String> allowed(Resource reset) {
    var beside = reset.texts("ResetType@Redfish.AllowableValues");
    var info = Resource.text(reset.at("@Redfish.ActionInfo")).filter(path -> path.startsWith("/"));
    if (!beside.isEmpty() || info.isEmpty()) {
      return beside;
    }
    return session.find(info.get()).map(RedfishPower::ofResetType).orElse(List.of());
  }

  private static List<String> ofResetType(Resource info) {
    for (var parameter : info.at("Parameters")) {
      if (Resource.text(parameter.path("Name")).orElse("").equals("ResetType")) {
        return Resource.texts(parameter.path("AllowableValues"));
      }
    }
    return List.of();
  }

  private static String words(PowerAction action) {
    return action.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
