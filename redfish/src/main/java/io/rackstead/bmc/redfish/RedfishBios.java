package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.bmc.BiosSettings;
import io.rackstead.bmc.BmcException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// BIOS attributes (DSP2046 Bios): what is in force, and the settings resource beside it that keeps
/// changes until the next start (DSP0266 §9.10).
final class RedfishBios implements BiosSettings {
  private final RedfishSession session;
  private final String bios;

  private RedfishBios(RedfishSession session, String bios) {
    this.session = session;
    this.bios = bios;
  }

  static Optional<BiosSettings> of(RedfishSession session, Resource system) {
    return system
        .link("Bios")
        .flatMap(session::find)
        .filter(found -> found.at("Attributes").isObject())
        .map(found -> new RedfishBios(session, found.path()));
  }

  @Override
  public Map<String, String> current() {
    return attributes(session.get(bios));
  }

  @Override
  public Map<String, String> pending() {
    var now = session.get(bios);
    var current = attributes(now);
    var pending = new LinkedHashMap<>(attributes(settings(now)));
    pending.entrySet().removeIf(entry -> entry.getValue().equals(current.get(entry.getKey())));
    return pending;
  }

  @Override
  public void stage(Map<String, String> changes) {
    var now = session.get(bios);
    var settings = settings(now);
    var body = RedfishJson.object();
    var attributes = body.putObject("Attributes");
    changes.forEach((name, value) -> put(attributes, name, value, now.at("Attributes", name)));
    if (now.texts("@Redfish.Settings", "SupportedApplyTimes").contains("OnReset")) {
      body.putObject("@Redfish.SettingsApplyTime").put("ApplyTime", "OnReset");
    }
    session.patch(settings, body, "Stage BIOS settings " + changes.keySet());
  }

  private Resource settings(Resource now) {
    return now.link("@Redfish.Settings", "SettingsObject").flatMap(session::find).orElse(now);
  }

  private static Map<String, String> attributes(Resource resource) {
    var attributes = new LinkedHashMap<String, String>();
    resource
        .at("Attributes")
        .properties()
        .forEach(entry ->
            Resource.text(entry.getValue())
                .ifPresent(value -> attributes.put(entry.getKey(), value)));
    return attributes;
  }

  /// In the type that the attribute has now: a service refuses a 2 that comes as a text.
  private void put(ObjectNode to, String name, String value, JsonNode now) {
    if (now.isMissingNode()) {
      throw new BmcException(
          UNSUPPORTED, session.address(), "its BIOS has no setting \"%s\"".formatted(name));
    }
    if (now.isBoolean()) {
      to.put(name, Boolean.parseBoolean(value));
    } else if (now.isIntegralNumber() && value.matches("-?[0-9]{1,18}")) {
      to.put(name, Long.parseLong(value));
    } else {
      to.put(name, value);
    }
  }
}
