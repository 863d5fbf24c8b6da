package io.rackstead.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.image.Architecture;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Power;
import io.rackstead.machine.Standing;
import io.rackstead.machine.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BrakeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static Machine machine(String id, State state) {
    return new Machine(
        new MachineId(id),
        1,
        new Identity(List.of(), Optional.empty(), ""),
        Labels.named(id),
        new Standing(state, Optional.empty(), 1, NOW, Optional.empty(), ""),
        false,
        Optional.empty(),
        Architecture.AMD64,
        Optional.empty(),
        Power.MANUAL,
        Optional.empty(),
        EraseMode.QUICK);
  }

  @Test
  void soManyAtATimeAndTheNextWhenOneIsDone() {
    var brake = new Brake(2, 100, 1);
    var a = machine("aaaa", State.DISK_ERASING);
    var b = machine("bbbb", State.DISK_ERASING);
    var c = machine("cccc", State.RELEASING);
    var all = List.of(a, b, c);
    assertThat(brake.holds(a, all, NOW)).isEmpty();
    assertThat(brake.holds(b, all, NOW)).isEmpty();
    assertThat(brake.holds(c, all, NOW))
        .contains("held back by the brake: 2 releases run, 2 may at a time");
    assertThat(brake.holds(a, all, NOW)).as("one that runs goes on").isEmpty();
    assertThat(brake.holds(c, List.of(machine("aaaa", State.READY), b, c), NOW)).isEmpty();
  }

  @Test
  void soManyAnHour() {
    var brake = new Brake(100, 1, 1);
    var a = machine("aaaa", State.DISK_ERASING);
    var b = machine("bbbb", State.DISK_ERASING);
    assertThat(brake.holds(a, List.of(a, b), NOW)).isEmpty();
    assertThat(brake.holds(b, List.of(a, b), NOW))
        .hasValueSatisfying(why -> assertThat(why).contains("within an hour"));
    assertThat(brake.holds(b, List.of(a, b), NOW.plus(Duration.ofMinutes(61)))).isEmpty();
  }

  @Test
  void aRestartForgetsNoRelease() {
    var brake = new Brake(100, 1, 1, List.of(NOW.minus(Duration.ofMinutes(10))));
    var a = machine("aaaa", State.DISK_ERASING);
    assertThat(brake.holds(a, List.of(a), NOW)).isPresent();
    assertThat(brake.holds(a, List.of(a), NOW.plus(Duration.ofMinutes(51)))).isEmpty();
  }

  @Test
  void soManyPowerOffsAnHour() {
    var brake = new Brake(1, 1, 2);
    assertThat(brake.holdsOff(NOW)).isEmpty();
    assertThat(brake.holdsOff(NOW)).isEmpty();
    assertThat(brake.holdsOff(NOW))
        .hasValueSatisfying(why -> assertThat(why).contains("2 power-offs within an hour"));
    assertThat(brake.holdsOff(NOW.plus(Duration.ofMinutes(61)))).isEmpty();
  }
}
