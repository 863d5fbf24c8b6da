package io.rackstead.bmc.fake;

import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootOverride;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.VirtualMedia;
import java.net.URI;
import java.util.Optional;

/// A session with a [FakeBmc].
final class FakeSession implements Bmc {
  private final FakeBmc bmc;
  private boolean closed;

  FakeSession(FakeBmc bmc) {
    this.bmc = bmc;
    bmc.session(1);
  }

  @Override
  public Inventory inventory() {
    reach("inventory");
    return bmc.inventory();
  }

  @Override
  public PowerState power() {
    reach("power state");
    return bmc.has(Fault.UNREADABLE_POWER) ? PowerState.UNKNOWN : bmc.power();
  }

  @Override
  public void power(PowerAction action) {
    reach(action.toString());
    if (bmc.power() == PowerState.OFF
        && (action == PowerAction.FORCE_RESTART || action == PowerAction.POWER_CYCLE)) {
      throw new BmcException(
          UNSUPPORTED, bmc.address(), action + " of a server that is off; switch it on instead");
    }
    if (!bmc.has(Fault.DEAF_TO_POWER)) {
      bmc.press(action);
    }
  }

  @Override
  public void bootFrom(BootTarget target, Persistence how) {
    reach("boot target");
    if (bmc.has(Fault.NO_BOOT_OVERRIDE)) {
      throw new BmcException(UNSUPPORTED, bmc.address(), "the BMC has no boot override");
    }
    if (!bmc.has(Fault.FORGETS_BOOT_TARGET)) {
      bmc.boot(new FakeBmc.Boot(target, how));
    }
  }

  @Override
  public <F> Optional<F> facet(Class<F> kind) {
    if (kind == VirtualMedia.class) {
      return bmc.drive().map(_ -> kind.cast(new Drive()));
    }
    if (kind == SerialConsole.class) {
      return bmc.serial().map(kind::cast);
    }
    return kind == BootOverride.class
        ? Optional.of(kind.cast((BootOverride) this::override))
        : Optional.empty();
  }

  private final class Drive implements VirtualMedia {
    @Override
    public Optional<Disc> inserted() {
      reach("virtual media");
      return bmc.drive().flatMap(FakeBmc.Drive::disc).map(disc -> new Disc(disc.toString(), true));
    }

    @Override
    public void insert(URI image) {
      reach("insert");
      bmc.load(Optional.of(image));
    }

    @Override
    public void eject() {
      reach("eject");
      bmc.load(Optional.empty());
    }
  }

  private BootOverride.Override override() {
    reach("boot target");
    return bmc.boot()
        .map(boot -> new BootOverride.Override(true, boot.target() + ", " + boot.how()))
        .orElse(new BootOverride.Override(false, "no override"));
  }

  private void reach(String what) {
    if (bmc.has(Fault.SILENT)) {
      throw new BmcException(UNREACHABLE, bmc.address(), "no answer to " + what);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      bmc.session(-1);
    }
  }
}
