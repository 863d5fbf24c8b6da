package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BootOverride;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.HttpBoot;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import java.util.Optional;

/// One system behind one Redfish service.
final class RedfishBmc implements Bmc {
  private final RedfishSession session;
  private final String system;
  private final BmcTrace trace;
  private Optional<Quirks.Found> quirks = Optional.empty();
  private boolean closed;

  /// @param system the path of the system that is meant
  RedfishBmc(RedfishSession session, String system, BmcTrace trace) {
    this.session = session;
    this.system = system;
    this.trace = trace;
  }

  @Override
  public Inventory inventory() {
    var now = session.get(system);
    return RedfishInventory.read(session, now, quirks(now));
  }

  @Override
  public Identity identity() {
    var now = session.get(system);
    return RedfishInventory.identity(now, quirks(now));
  }

  @Override
  public PowerState power() {
    return button().state();
  }

  @Override
  public void power(PowerAction action) {
    button().press(action);
  }

  private RedfishPower button() {
    return new RedfishPower(session, system);
  }

  @Override
  public void bootFrom(BootTarget target, Persistence how) {
    boot().set(target, how);
  }

  private RedfishBoot boot() {
    var found = quirks.orElseGet(() -> quirks(session.get(system)));
    return new RedfishBoot(session, system, found.quirks(), trace);
  }

  @Override
  public <F> Optional<F> facet(Class<F> kind) {
    if (kind == BootOverride.class) {
      return Optional.of(kind.cast((BootOverride) () -> boot().current()));
    }
    if (kind == HttpBoot.class) {
      return boot().offersHttp()
          ? Optional.of(kind.cast((HttpBoot) (url, how) -> boot().setHttp(url, how)))
          : Optional.empty();
    }
    if (kind == SerialConsole.class) {
      var now = session.get(system);
      return RedfishConsole.of(session, now, quirks(now).quirks()).map(kind::cast);
    }
    return Facets.find(kind, session, system);
  }

  private Quirks.Found quirks(Resource now) {
    if (quirks.isEmpty()) {
      var vendor = session.root().text("Vendor") + " " + now.text("Manufacturer");
      quirks = Optional.of(Quirks.of(vendor, now.text("Model"), now.text("BiosVersion")));
    }
    return quirks.get();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      session.login().giveBack();
    }
  }
}
