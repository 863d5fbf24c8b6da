package io.rackstead.machine;

import io.rackstead.bmc.PowerState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The verbs of our own API that a machine allows now, in the order of a menu.
final class Actions {
  private static final Map<Class<? extends Event>, String> VERBS = verbs();

  /// Busy states that end when the machine is off: with manual power a person has to say so.
  private static final Set<State> WAIT_FOR_OFF =
      EnumSet.of(State.RELEASING, State.EXITING_RESCUE_MODE);

  private static final Set<State> IN_USE =
      EnumSet.of(
          State.DEPLOYED,
          State.RESCUE_MODE,
          State.FAILED_ENTERING_RESCUE_MODE,
          State.FAILED_EXITING_RESCUE_MODE);

  private Actions() {}

  static List<String> of(Machine machine) {
    var allowed = Lifecycle.allowed(machine);
    var actions = new ArrayList<String>();
    VERBS.forEach((event, verb) -> {
      boolean deployReady = verb.equals("deploy") && allowed.contains(Event.Allocate.class);
      if (allowed.contains(event) || deployReady) {
        actions.add(verb);
      }
    });
    if (!machine.locked()) {
      if (!machine.state().busy()) {
        if (machine.power().state() != PowerState.ON) {
          actions.add("power-on");
        }
        if (machine.power().state() != PowerState.OFF) {
          actions.add("power-off");
          actions.add("power-cycle");
        }
      } else if (WAIT_FOR_OFF.contains(machine.state()) && machine.power().bmc().isEmpty()) {
        actions.add("power-off");
      }
      if (lockable(machine)) {
        actions.add("lock");
      }
      if (machine.quarantine().isPresent()) {
        actions.add("clear-quarantine");
      }
      if (removable(machine)) {
        actions.add("delete");
      }
    } else {
      actions.add("unlock");
    }
    return actions;
  }

  /// What runs on it or is being put on it can be locked against mistakes.
  static boolean lockable(Machine machine) {
    return machine.state() == State.DEPLOYED || machine.state() == State.DEPLOYING;
  }

  /// Not while it works for somebody, nor in rescue mode: somebody is logged in to it, and what it
  /// goes back to may be in use.
  static boolean removable(Machine machine) {
    return !machine.state().busy() && !IN_USE.contains(machine.state());
  }

  private static Map<Class<? extends Event>, String> verbs() {
    var verbs = new LinkedHashMap<Class<? extends Event>, String>();
    verbs.put(Event.Commission.class, "commission");
    verbs.put(Event.Test.class, "test");
    verbs.put(Event.Allocate.class, "allocate");
    verbs.put(Event.Deploy.class, "deploy");
    verbs.put(Event.Abort.class, "abort");
    verbs.put(Event.Release.class, "release");
    verbs.put(Event.EnterRescue.class, "rescue");
    verbs.put(Event.ExitRescue.class, "exit-rescue");
    verbs.put(Event.MarkBroken.class, "mark-broken");
    verbs.put(Event.MarkFixed.class, "mark-fixed");
    return verbs;
  }
}
