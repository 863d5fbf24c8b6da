package io.rackstead.power;

import io.rackstead.agent.Purpose;
import io.rackstead.agent.Sessions;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.boot.Discs;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.task.TaskRunner;
import io.rackstead.task.TaskStore;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Carries out what the lifecycle asks of the power: from the network, from the disk, off. It reads
/// before it acts, and says "off" only when the hardware does.
public final class PowerTasks implements TaskRunner.Handler {
  private static final Duration AGENT_ASKS = Duration.ofSeconds(8);
  private static final Duration AGENT_LEAVES = Duration.ofSeconds(25);
  private static final Duration HARDWARE_OBEYS = Duration.ofSeconds(40);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Machines machines;
  private final Bmcs bmcs;
  private final Sessions sessions;
  private final DiscStart discs;
  private final Consumer<Machine> starts;

  /// @param starts told of each start before it happens
  public PowerTasks(
      Machines machines, Bmcs bmcs, Sessions sessions, DiscStart discs, Consumer<Machine> starts) {
    this.machines = machines;
    this.bmcs = bmcs;
    this.sessions = sessions;
    this.discs = discs;
    this.starts = starts;
  }

  @Override
  public Optional<Event> handle(Machine machine, TaskStore.Row row) {
    return switch (row.task()) {
      case START_FROM_NETWORK -> fromNetwork(machine);
      case START_FROM_DISK -> fromDisk(machine);
      case POWER_OFF -> off(machine);
      case FOLLOW_POLICY ->
          throw new IllegalArgumentException(row.task() + " is no matter of power");
    };
  }

  private Optional<Event> fromNetwork(Machine machine) {
    // a newcomer's agent is waiting for work and goes on at once; nothing needs to be restarted
    long asked = System.nanoTime();
    if (sessions.alive(machine.id())
        && waitFor(AGENT_ASKS, () -> sessions.heardSince(machine.id(), asked))) {
      return Optional.empty();
    }
    sessions.silence(machine.id());
    var address = machine.power().bmc();
    if (address.isEmpty()) {
      return Optional.of(
          new Event.Prompted(
              "start "
                  + machine.hostname()
                  + " from the network: its power is manual, press the power button"));
    }
    try {
      start(
          machine,
          address.get(),
          machine.power().disc().isPresent() ? BootTarget.Device.CD : BootTarget.Device.PXE);
    } catch (Discs.NoDisc e) {
      return Optional.of(new Event.Failed(String.valueOf(e.getMessage())));
    }
    return Optional.of(new Event.PowerSeen(PowerState.ON));
  }

  private Optional<Event> fromDisk(Machine machine) {
    sessions.silence(machine.id());
    var address = machine.power().bmc();
    if (address.isEmpty()) {
      machines.apply(
          machine.id(),
          new Event.Prompted("restart " + machine.hostname() + ": its power is manual"),
          Actor.APPLIANCE);
    } else {
      startFromDisk(machine, address.get());
      machines.apply(machine.id(), new Event.PowerSeen(PowerState.ON), Actor.APPLIANCE);
    }
    return machine.state() == State.EXITING_RESCUE_MODE
        ? Optional.of(new Event.RescueLeft())
        : Optional.empty();
  }

  private void startFromDisk(Machine machine, BmcAddress address) {
    try {
      start(machine, address, BootTarget.Device.DISK);
    } catch (Discs.NoDisc e) {
      throw new IllegalStateException("a start from the disk takes no disc", e);
    }
  }

  private void start(Machine machine, BmcAddress address, BootTarget.Device device)
      throws Discs.NoDisc {
    try (var bmc = bmcs.dialToChange(machine, address)) {
      if (device == BootTarget.Device.CD) {
        discs.insert(bmc, machine, machine.power().disc().orElseThrow(), address);
      } else {
        discs.eject(bmc, machine);
      }
      bmc.bootFrom(target(machine, device), Bmc.Persistence.ONCE);
      starts.accept(machine);
      switch (bmc.power()) {
        case ON -> bmc.power(PowerAction.FORCE_RESTART);
        case OFF -> bmc.power(PowerAction.ON);
        case UNKNOWN ->
            throw new BmcException(
                BmcException.Kind.BUSY, address, "does not say whether the server is on");
      }
      confirm(bmc, address, PowerState.ON);
    }
  }

  private Optional<Event> off(Machine machine) {
    var address = machine.power().bmc();
    var done = doneWhenOff(machine);
    if (address.isEmpty()) {
      return offByHand(machine, done);
    }
    try (var bmc = bmcs.dialToChange(machine, address.get())) {
      if (sessions.alive(machine.id())) {
        waitFor(AGENT_LEAVES, () -> overtaken(machine) || bmc.power() == PowerState.OFF);
      }
      if (overtaken(machine)) {
        return Optional.empty();
      }
      if (bmc.power() != PowerState.OFF) {
        bmc.power(PowerAction.FORCE_OFF);
      }
      confirm(bmc, address.get(), PowerState.OFF);
      discs.eject(bmc, machine);
    }
    sessions.silence(machine.id());
    machines.apply(machine.id(), new Event.PowerSeen(PowerState.OFF), Actor.APPLIANCE);
    return done;
  }

  /// It is wanted on by now, and its agent may be at work already; or it was removed.
  private boolean overtaken(Machine machine) {
    return machines
        .stored(machine.id())
        .map(now -> now.epoch() != machine.epoch() && Purpose.of(now).isPresent())
        .orElse(true);
  }

  /// Nobody can tell whether it is off but its agent, which says goodbye, or a person.
  private Optional<Event> offByHand(Machine machine, Optional<Event> done) {
    if (sessions.alive(machine.id())
        && waitFor(AGENT_LEAVES, () -> !sessions.alive(machine.id()))) {
      return done;
    }
    if (done.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Event.Prompted(
            "switch "
                + machine.hostname()
                + " off by hand, then confirm it with power-off: its power is manual"));
  }

  private static Optional<Event> doneWhenOff(Machine machine) {
    return switch (machine.state()) {
      case RELEASING -> Optional.of(new Event.PoweredOff());
      case EXITING_RESCUE_MODE -> Optional.of(new Event.RescueLeft());
      default -> Optional.empty();
    };
  }

  static BootTarget target(Machine machine, BootTarget.Device device) {
    boolean bios = machine.hardware().map(h -> h.bootMode().equals("bios")).orElse(false);
    return new BootTarget(device, bios ? BootTarget.Mode.BIOS : BootTarget.Mode.EFI);
  }

  private static void confirm(Bmc bmc, BmcAddress address, PowerState wanted) {
    if (!waitFor(HARDWARE_OBEYS, () -> bmc.power() == wanted)) {
      throw new BmcException(
          BmcException.Kind.BUSY,
          address,
          "took the command, but %d s later the server is not %s"
              .formatted(HARDWARE_OBEYS.toSeconds(), wanted));
    }
  }

  private static boolean waitFor(Duration limit, java.util.function.BooleanSupplier so) {
    long until = System.nanoTime() + limit.toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() - until >= 0) {
        return false;
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
