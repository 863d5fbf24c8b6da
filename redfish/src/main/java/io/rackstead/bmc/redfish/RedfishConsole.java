package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.Shown;
import io.rackstead.bmc.ssh.SshConsole;
import java.util.Optional;
import java.util.Set;

/// The serial console that a BMC offers by SSH (DSP2046): newer services say at the system on which
/// port it is and what leads to it, older ones only that their manager has one.
final class RedfishConsole implements SerialConsole {
  private static final int SSH_PORT = 22;

  /// What is known of it.
  private sealed interface Offer {
    record Ssh(int port, String entry) implements Offer {}

    record None(String why) implements Offer {}
  }

  private final RedfishSession session;
  private final Offer offer;

  private RedfishConsole(RedfishSession session, Offer offer) {
    this.session = session;
    this.offer = offer;
  }

  /// Empty where the service does not speak of a console.
  static Optional<SerialConsole> of(RedfishSession session, Resource system, Set<Quirk> quirks) {
    var newer = atSystem(system);
    var best =
        newer.filter(Offer.Ssh.class::isInstance).isPresent()
            ? newer
            : atManager(session, system, quirks)
                .filter(older -> newer.isEmpty() || older instanceof Offer.Ssh)
                .or(() -> newer);
    return best.map(offer -> new RedfishConsole(session, offer));
  }

  private static Optional<Offer> atSystem(Resource system) {
    var console = system.at("SerialConsole");
    if (!console.isObject()) {
      return Optional.empty();
    }
    var ssh = console.path("SSH");
    if (!ssh.isObject()) {
      return Optional.of(
          new Offer.None("it offers its serial console, but not by SSH; by IPMI it may"));
    }
    if (!ssh.path("ServiceEnabled").asBoolean(true)) {
      return Optional.of(
          new Offer.None(
              "its serial console by SSH is switched off: SerialConsole.SSH.ServiceEnabled of its system"));
    }
    var entry = Resource.text(ssh.path("ConsoleEntryCommand")).orElse("");
    return Optional.of(new Offer.Ssh(port(ssh.path("Port").asInt(SSH_PORT)), entry));
  }

  private static Optional<Offer> atManager(
      RedfishSession session, Resource system, Set<Quirk> quirks) {
    return system.links("Links", "ManagedBy").stream()
        .flatMap(path -> session.find(path).stream())
        .filter(manager -> manager.at("SerialConsole").isObject())
        .map(manager -> offer(session, manager, quirks))
        .findFirst();
  }

  private static Offer offer(RedfishSession session, Resource manager, Set<Quirk> quirks) {
    var types = manager.texts("SerialConsole", "ConnectTypesSupported");
    if (!types.contains("SSH")) {
      return new Offer.None("it offers its serial console by %s, not by SSH".formatted(types));
    }
    if (!manager.at("SerialConsole", "ServiceEnabled").asBoolean(true)) {
      return new Offer.None(
          "its serial console is switched off: SerialConsole.ServiceEnabled of its manager");
    }
    var protocol = manager.link("NetworkProtocol").flatMap(session::find);
    if (protocol.isPresent() && !protocol.get().at("SSH", "ProtocolEnabled").asBoolean(true)) {
      return new Offer.None(
          "its SSH is switched off: SSH.ProtocolEnabled of its manager's NetworkProtocol");
    }
    int port = protocol.map(one -> one.at("SSH", "Port").asInt(SSH_PORT)).orElse(SSH_PORT);
    return new Offer.Ssh(port(port), entry(quirks));
  }

  private static int port(int said) {
    return said < 1 || said > 65535 ? SSH_PORT : said;
  }

  /// What its command line calls it; of one that is not known the command line itself is shown.
  private static String entry(Set<Quirk> quirks) {
    if (quirks.contains(Quirk.CONSOLE_IS_COM2)) {
      return "console com2";
    }
    return quirks.contains(Quirk.CONSOLE_IS_VSP) ? "vsp" : "";
  }

  @Override
  public Stream open(Screen screen, boolean takeOver) {
    return switch (offer) {
      case Offer.None(var why) -> throw new BmcException(UNSUPPORTED, session.address(), why);
      case Offer.Ssh(var port, var entry) ->
          SshConsole.open(
              session.ssh(),
              session.login().atSsh(port),
              session.address(),
              new SshConsole.Way("", entry, "", true),
              screen,
              said ->
                  new BmcException(
                      UNREACHABLE,
                      session.address(),
                      "its SSH server closed the console: " + Shown.line(said)));
    };
  }
}
