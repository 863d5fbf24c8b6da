package io.rackstead.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.agent.Rack;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
