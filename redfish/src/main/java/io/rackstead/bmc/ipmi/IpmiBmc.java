package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BootOverride;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.Identify;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// One BMC spoken to by IPMI 2.0.
final class IpmiBmc implements Bmc {
  private static final int SET_IN_PROGRESS = 0;
  private static final int VALID_BIT_CLEARING = 3;
  private static final int BOOT_INFO_ACKNOWLEDGE = 4;
  private static final int POWER_IS_ON = 0x01;

  private final BmcAddress address;
  private final SharedSession session;
  private final BmcTrace trace;
  private boolean closed;

  IpmiBmc(BmcAddress address, SharedSession session, BmcTrace trace) {
    this.address = address;
    this.session = session;
    this.trace = trace;
  }

  @Override
  public Inventory inventory() {
    return IpmiInventory.read(this::optional);
  }

  @Override
  public PowerState power() {
    return ask(
        Command.chassisStatus(),
        status -> {
          if (status.length < 3) {
            throw new MalformedPacket("a chassis status of " + status.length + " bytes");
          }
          return (status[0] & POWER_IS_ON) != 0 ? PowerState.ON : PowerState.OFF;
        });
  }

  @Override
  public void power(PowerAction action) {
    var control = ChassisControl.of(action);
    // §28.3 leaves open what a reset or a cycle does to a server that is off, and a session that
    // the
    // BMC has dropped is found out by a question that may be repeated, before one that may not
    if (!control.repeatable && power() == PowerState.OFF) {
      if (action == PowerAction.GRACEFUL_SHUTDOWN) {
        return;
      }
      throw new BmcException(
          UNSUPPORTED, address, control.text + " of a server that is off; switch it on instead");
    }
    session.exchange(Command.chassisControl(control));
  }

  @Override
  public void bootFrom(BootTarget target, Persistence how) {
    var flags = BootFlags.of(target, how);
    // table 28-14: these three guard the flags; BMCs that lack one of them keep the flags all the
    // same
    optional(Command.setBootOption("set in progress", SET_IN_PROGRESS, 1));
    // without bit 3 the flags are gone 60 s after they were set, and servers take longer to go off
    optional(Command.setBootOption("keep the flags beyond 60 s", VALID_BIT_CLEARING, 0x08));
    optional(Command.setBootOption("not yet seen by the BIOS", BOOT_INFO_ACKNOWLEDGE, 0x01, 0x01));
    session.exchange(Command.setBootOption(flags.toString(), BootFlags.PARAMETER, flags.encode()));
    optional(Command.setBootOption("set complete", SET_IN_PROGRESS, 0));
    checkKept(flags);
  }

  /// Many BMCs keep only the device; that is told, for firmware may then boot in another mode. A
  /// different device would start the wrong thing.
  private void checkKept(BootFlags wanted) {
    var answer = optional(Command.bootFlags());
    if (answer.isEmpty()) {
      return;
    }
    BootFlags kept;
    try {
      kept = BootFlags.decode(answer.get());
    } catch (MalformedPacket e) {
      trace.command(address, "boot flags read back", "unreadable: " + e.getMessage(), 0);
      return;
    }
    if (kept.equals(wanted)) {
      return;
    }
    trace.command(address, "boot flags read back", "kept " + kept + " instead of " + wanted, 0);
    if (kept.valid() && kept.device() != wanted.device() && kept.device() != 0) {
      throw new BmcException(
          PROTOCOL, address, "the BMC kept " + kept + " where " + wanted + " was set");
    }
  }

  @Override
  public <F> Optional<F> facet(Class<F> kind) {
    if (kind == Identify.class) {
      return Optional.of(kind.cast((Identify) this::light));
    }
    if (kind == BootOverride.class) {
      return Optional.of(kind.cast((BootOverride) this::override));
    }
    if (kind == Accounts.class) {
      return Optional.of(kind.cast(new IpmiAccounts(address, session)));
    }
    if (kind == SerialConsole.class) {
      return Optional.of(kind.cast((SerialConsole) this::console));
    }
    return Optional.empty();
  }

  private SerialConsole.Stream console(SerialConsole.Screen screen, boolean takeOver) {
    return SolConsole.open(address, session.borrow(), screen, takeOver);
  }

  private void light(Duration time) {
    var _ = session.exchange(Command.identify((int) Math.clamp(time.toSeconds(), 0, 255)));
  }

  private BootOverride.Override override() {
    var flags = ask(Command.bootFlags(), BootFlags::decode);
    return new BootOverride.Override(flags.valid(), flags.toString());
  }

  private <T> T ask(Command command, Function<byte[], T> read) {
    try {
      return read.apply(session.exchange(command));
    } catch (MalformedPacket e) {
      throw new BmcException(
          PROTOCOL, address, "the answer to " + command + " is unreadable: " + e.getMessage());
    }
  }

  /// Empty when the BMC refuses, which is traced; silence remains an exception.
  private Optional<byte[]> optional(Command command) {
    var answer = session.answer(command);
    return answer.completion() == 0 ? Optional.of(answer.data()) : Optional.empty();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      session.giveBack();
    }
  }
}
