package io.rackstead.tests.bmc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server that consists of a lamp: on or off, with a list of all that was done to it.
final class MemoryChassis implements Chassis {
  private final List<Action> actions = new CopyOnWriteArrayList<>();
  private volatile boolean on;
  private volatile Boot boot = Boot.NONE;

  @Override
  public boolean isOn() {
    return on;
  }

  @Override
  public void act(Action action, Boot flags) {
    actions.add(action);
    on =
        switch (action) {
          case POWER_DOWN, SOFT_SHUTDOWN -> false;
          case POWER_UP -> true;
          case POWER_CYCLE, HARD_RESET, DIAGNOSTIC_INTERRUPT -> on;
        };
  }

  @Override
  public void boot(Boot flags) {
    boot = flags;
  }

  Boot boot() {
    return boot;
  }

  List<Action> actions() {
    return List.copyOf(actions);
  }
}
