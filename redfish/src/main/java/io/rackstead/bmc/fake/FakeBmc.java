package io.rackstead.bmc.fake;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// A server and its BMC in memory. It is reached through a [FakeBmcs]; a listener hears of each
/// start and stop, so that a demo can let the server "boot".
public final class FakeBmc {
  private final BmcAddress address;
  private Optional<BmcCredentials> account;
  private final Inventory inventory;
  private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  private Consumer<Change> listener = _ -> {};
  private boolean on;
  private Optional<Boot> boot = Optional.empty();
  private Optional<Drive> drive = Optional.empty();
  private Optional<FakeSerial> serial = Optional.empty();
  private int sessions;

  /// The virtual drive, where it has one.
  ///
  /// @param disc what is in it
  public record Drive(Optional<URI> disc) {}

  /// The boot target that was last set.
  public record Boot(BootTarget target, Persistence how) {}

  /// What happened to the server.
  ///
  /// @param boot what it starts from, where it starts and a target was set
  public record Change(FakeBmc bmc, PowerAction action, Optional<BootTarget> boot) {}

  public FakeBmc(BmcAddress address, BmcCredentials account, String systemUuid, String serial) {
    this(address, systemUuid, serial);
    this.account = Optional.of(account);
  }

  /// One that takes the first account that comes for its own, until [#account] sets it.
  public FakeBmc(BmcAddress address, String systemUuid, String serial) {
    this.address = address;
    this.account = Optional.empty();
    this.inventory =
        new Inventory(systemUuid, serial, Map.of("FirmwareVersion", "1.0", "Fake", "true"));
  }

  public BmcAddress address() {
    return address;
  }

  public Inventory inventory() {
    return inventory;
  }

  /// Called on the thread of whoever pressed the button, with no lock held.
  public synchronized void onChange(Consumer<Change> heard) {
    listener = heard;
  }

  public synchronized void fault(Fault fault, boolean there) {
    var _ = there ? faults.add(fault) : faults.remove(fault);
  }

  /// From now on it has a virtual drive, with nothing in it.
  public synchronized FakeBmc withDrive() {
    drive = Optional.of(new Drive(Optional.empty()));
    return this;
  }

  /// From now on its serial port is to be had.
  public synchronized FakeBmc withSerial() {
    serial = Optional.of(new FakeSerial(address));
    return this;
  }

  public synchronized Optional<FakeSerial> serial() {
    return serial;
  }

  public synchronized Optional<Drive> drive() {
    return drive;
  }

  synchronized void load(Optional<URI> disc) {
    drive = Optional.of(new Drive(disc));
  }

  synchronized boolean has(Fault fault) {
    return faults.contains(fault);
  }

  /// The lamp on the front, whatever the BMC reports.
  public synchronized PowerState power() {
    return on ? PowerState.ON : PowerState.OFF;
  }

  public synchronized Optional<Boot> boot() {
    return boot;
  }

  public synchronized int openSessions() {
    return sessions;
  }

  /// A hand at the server: the button on the front, or an operating system that shuts down.
  public void press(PowerAction action) {
    Consumer<Change> heard;
    Change change;
    synchronized (this) {
      boolean was = on;
      on =
          switch (action) {
            case ON -> true;
            case FORCE_OFF, GRACEFUL_SHUTDOWN -> false;
            case FORCE_RESTART, POWER_CYCLE -> on;
          };
      boolean starts = on && (!was || action != PowerAction.ON);
      if (!starts && was == on) {
        return;
      }
      change = new Change(this, action, starts ? boot.map(Boot::target) : Optional.empty());
      if (starts && boot.isPresent() && boot.get().how() == Persistence.ONCE) {
        boot = Optional.empty();
      }
      heard = listener;
    }
    heard.accept(change);
  }

  synchronized void boot(Boot chosen) {
    boot =
        chosen.target().device() == BootTarget.Device.NONE ? Optional.empty() : Optional.of(chosen);
  }

  /// What an agent on the server sets through the system interface.
  public synchronized void account(BmcCredentials made) {
    account = Optional.of(made);
  }

  synchronized boolean accepts(BmcCredentials credentials) {
    var own = account.orElse(credentials);
    account = Optional.of(own);
    return own.user().equals(credentials.user())
        && Arrays.equals(own.password(), credentials.password());
  }

  synchronized void session(int more) {
    sessions += more;
  }
}
