package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.Firmware;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/// Firmware (DSP2046 UpdateService, SoftwareInventory).
final class RedfishFirmware implements Firmware {
  private static final int MOST = 512;

  private final RedfishSession session;
  private final Resource service;

  private RedfishFirmware(RedfishSession session, Resource service) {
    this.session = session;
    this.service = service;
  }

  static Optional<Firmware> of(RedfishSession session) {
    return session
        .root()
        .link("UpdateService")
        .flatMap(session::find)
        .filter(service -> service.link("FirmwareInventory").flatMap(session::find).isPresent())
        .map(service -> new RedfishFirmware(session, service));
  }

  @Override
  public List<Component> installed() {
    return session.members(service.link("FirmwareInventory").orElseThrow(), MOST).stream()
        .map(one ->
            new Component(
                one.id(),
                one.text("Name"),
                one.text("Version"),
                one.at("Updateable").asBoolean(false)))
        .toList();
  }

  @Override
  public String update(URI image) {
    var action = service.at("Actions", "#UpdateService.SimpleUpdate");
    var target = Resource.text(action.path("target"));
    if (target.isEmpty()) {
      throw new BmcException(
          UNSUPPORTED, session.address(), "it takes no firmware from a URL (no SimpleUpdate)");
    }
    var body = RedfishJson.object().put("ImageURI", image.toString());
    var protocols = Resource.texts(action.path("TransferProtocol@Redfish.AllowableValues"));
    var protocol = String.valueOf(image.getScheme()).toUpperCase(Locale.ROOT);
    if (protocols.contains(protocol)) {
      body.put("TransferProtocol", protocol);
    } else if (!protocols.isEmpty()) {
      throw new BmcException(
          UNSUPPORTED,
          session.address(),
          "it fetches firmware by %s, not by %s".formatted(protocols, protocol));
    }
    var ask = Ask.post(target.get(), body, "Update firmware from " + image);
    var answer = session.checked(ask, session.login().send(session.http(), ask));
    return answer.status() == 202
        ? Resource.link(answer.body())
            .or(() -> answer.header("Location").map(RedfishHttp::localPath))
            .orElse("")
        : "";
  }

  @Override
  public Progress progress(String task) {
    var now = session.get(task);
    var messages = new StringJoiner("; ");
    now.at("Messages")
        .forEach(message -> Resource.text(message.path("Message")).ifPresent(messages::add));
    return new Progress(
        now.text("TaskState"), (int) now.number("PercentComplete").orElse(-1), messages.toString());
  }
}
