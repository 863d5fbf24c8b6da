package io.rackstead.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.agent.Rack;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.OnEachDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnEachDatabase
class TaskRunnerTest {
  @TempDir Path folder;

  @Test
  void aDeadlineThatPassedWhileTheApplianceWasAwayLeavesTimeToReport() throws Exception {
    var rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
    var nanos = new AtomicLong();
    try {
      var id = rack.enlisted().id();
      rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
      rack.advance(Duration.ofHours(5));
      var runner =
          new TaskRunner(
              rack.machines,
              rack.database,
              new TaskStore(),
              rack::now,
              (_, _) -> Optional.empty(),
              () -> false,
              new Brake(1, 1, 1),
              Runnable::run,
              nanos::get,
              Duration.ofMinutes(5));
      runner.round();
      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      runner.round();
      assertThat(rack.machines.find(id).orElseThrow().state()).isEqualTo(State.COMMISSIONING);
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      runner.round();
      assertThat(rack.machines.find(id).orElseThrow().state())
          .isEqualTo(State.FAILED_COMMISSIONING);
    } finally {
      rack.kill();
    }
  }

  @Test
  void aTaskIsDoneForTheMachineAsItIsStoredNotAsItWasShown() throws Exception {
    var rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
    try {
      var id = rack.enlisted().id();
      var late =
          new Machines(
              rack.database,
              rack.events,
              new TaskStore(),
              rack::now,
              new SecureRandom(),
              new NetworkBook(rack.database, rack::now));
      rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
      assertThat(late.find(id).orElseThrow().state()).isEqualTo(State.NEW);
      var handed = new ArrayList<State>();
      var runner =
          new TaskRunner(
              late,
              rack.database,
              new TaskStore(),
              rack::now,
              (machine, _) -> {
                handed.add(machine.state());
                return Optional.empty();
              },
              () -> false,
              new Brake(1, 1, 1),
              Runnable::run,
              () -> 0,
              Duration.ofMinutes(5));
      runner.round();
      assertThat(handed).containsExactly(State.COMMISSIONING);
      assertThat(late.find(id).orElseThrow().state()).isEqualTo(State.COMMISSIONING);
    } finally {
      rack.kill();
    }
  }
}
