package io.rackstead.bmc.redfish;

import io.rackstead.bmc.SecureBoot;
import java.util.Optional;

/// Secure Boot (DSP2046 SecureBoot).
final class RedfishSecureBoot implements SecureBoot {
  private final RedfishSession session;
  private final String path;

  private RedfishSecureBoot(RedfishSession session, String path) {
    this.session = session;
    this.path = path;
  }

  static Optional<SecureBoot> of(RedfishSession session, Resource system) {
    return system
        .link("SecureBoot")
        .flatMap(session::find)
        .map(found -> new RedfishSecureBoot(session, found.path()));
  }

  @Override
  public State state() {
    var now = session.get(path);
    return new State(
        now.text("SecureBootCurrentBoot").equals("Enabled"),
        now.at("SecureBootEnable").asBoolean(false));
  }

  @Override
  public void enable(boolean on) {
    var change = RedfishJson.object().put("SecureBootEnable", on);
    session.patch(session.get(path), change, "Secure Boot " + (on ? "on" : "off"));
  }
}
