package io.rackstead.power;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.store.Tx;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The power button for people and clients, and the round that keeps every machine's power state
/// fresh. A BMC that does not answer makes the state unknown; it never slows the others.
public final class PowerControl implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PowerControl.class);
  private static final Duration PERIOD = Duration.ofSeconds(60);
  private static final int AT_A_TIME = 32;
  private static final ScopedValue<Boolean> ROUND = ScopedValue.newInstance();

  private final Machines machines;
  private final Bmcs bmcs;
  private final BmcKeys keys;
  private final Consumer<Machine> starts;
  private final Semaphore places = new Semaphore(AT_A_TIME);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("power-round").daemon(true).factory());

  /// @param starts told of each start before it happens
  public PowerControl(Machines machines, Bmcs bmcs, BmcKeys keys, Consumer<Machine> starts) {
    this.machines = machines;
    this.bmcs = bmcs;
    this.keys = keys;
    this.starts = starts;
  }

  /// Whether this thread is on its round: each minute seven exchanges per machine would bury what
  /// happens to it, and what the round finds out has a line of its own.
  public static boolean onRound() {
    return ROUND.orElse(false);
  }

  public void start() {
    clock.scheduleWithFixedDelay(
        this::round, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Asks the hardware now. Throws [BmcException] when it does not answer.
  public PowerState query(Machine machine) {
    var address = machine.power().bmc();
    if (address.isEmpty()) {
      return PowerState.UNKNOWN;
    }
    try (var bmc = bmcs.dial(machine, address.get())) {
      var state = bmc.power();
      seen(machine, state);
      return state;
    }
  }

  /// From now on this machine's BMC is known by that TLS key.
  ///
  /// @param with written with it
  public void trust(
      Machine machine, BmcAddress address, String fingerprint, Actor actor, Consumer<Tx> with) {
    machines.note(
        machine.id(),
        "the key of " + address + " was accepted: " + fingerprint,
        actor,
        tx -> {
          keys.accept(tx, address, fingerprint);
          with.accept(tx);
        });
  }

  /// Presses the button. Where power is manual a person is asked to, and `FORCE_OFF` or
  /// `GRACEFUL_SHUTDOWN` is that person's word that it has been done.
  ///
  /// @param with written with the order, before the BMC is asked
  public void press(Machine machine, PowerAction action, Actor actor, Consumer<Tx> with) {
    var address = machine.power().bmc();
    if (address.isEmpty()) {
      byHand(machine, action, actor, with);
      return;
    }
    machines.note(
        machine.id(),
        "power " + action.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " was asked for",
        actor,
        with);
    try (var bmc = bmcs.dialToChange(machine, address.get())) {
      if (action == PowerAction.ON && machine.state() == State.DEPLOYED) {
        bmc.bootFrom(PowerTasks.target(machine, BootTarget.Device.DISK), Bmc.Persistence.ONCE);
      }
      if (action != PowerAction.FORCE_OFF && action != PowerAction.GRACEFUL_SHUTDOWN) {
        starts.accept(machine);
      }
      bmc.power(action);
      seen(machine, bmc.power());
    }
  }

  private void byHand(Machine machine, PowerAction action, Actor actor, Consumer<Tx> with) {
    boolean off = action == PowerAction.FORCE_OFF || action == PowerAction.GRACEFUL_SHUTDOWN;
    if (off && machine.state() == State.RELEASING) {
      machines.apply(machine.id(), new Event.PoweredOff(), actor, with);
    } else if (off && machine.state() == State.EXITING_RESCUE_MODE) {
      machines.apply(machine.id(), new Event.RescueLeft(), actor, with);
    } else {
      machines.apply(
          machine.id(),
          new Event.Prompted(
              off
                  ? "switch " + machine.hostname() + " off by hand: its power is manual"
                  : "press the power button of " + machine.hostname() + ": its power is manual"),
          actor,
          with);
    }
  }

  private void round() {
    for (var machine : machines.list()) {
      if (machine.power().bmc().isPresent()) {
        Thread.ofVirtual()
            .name("power-" + machine.id())
            .start(() -> ScopedValue.where(ROUND, true).run(() -> look(machine)));
      }
    }
  }

  private void look(Machine machine) {
    try {
      if (!places.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      try {
        query(machine);
      } catch (BmcException e) {
        LOG.debug("machine={} power cannot be read: {}", machine.id(), e.getMessage());
        seen(machine, PowerState.UNKNOWN);
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void seen(Machine machine, PowerState state) {
    boolean news =
        machines.find(machine.id()).map(now -> now.power().state() != state).orElse(false);
    if (news) {
      machines.apply(machine.id(), new Event.PowerSeen(state), Actor.APPLIANCE);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
