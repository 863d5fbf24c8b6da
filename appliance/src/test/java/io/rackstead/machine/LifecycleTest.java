package io.rackstead.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.image.Architecture;
import io.rackstead.image.ImageId;
import io.rackstead.machine.Outcome.Moved;
import io.rackstead.machine.Outcome.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static Machine machine(State state) {
    return new Machine(
        new MachineId("abc123"),
        1,
        new Identity(List.of(), Optional.empty(), ""),
        Labels.named("brave-otter"),
        new Standing(state, Optional.of(State.READY), 5, NOW, Optional.empty(), ""),
        false,
        Optional.empty(),
        Architecture.AMD64,
        Optional.empty(),
        Power.MANUAL,
        Optional.empty(),
        EraseMode.NONE);
  }

  private static Deployment deployment() {
    return new Deployment(
        ImageId.parse("debian-12"),
        "0".repeat(64),
        "",
        List.of(),
        "",
        false,
        false,
        Optional.empty(),
        0,
        Optional.empty());
  }

  private static Machine moved(Machine machine, Event event) {
    return ((Moved) Lifecycle.next(machine, event, NOW)).machine();
  }

  @Test
  void theWholePathFromFirstSightToReadyAgain() {
    var machine = machine(State.NEW);
    for (var step :
        List.<Map.Entry<Event, State>>of(
            Map.entry(new Event.Commission(), State.COMMISSIONING),
            Map.entry(new Event.CommissioningDone(), State.TESTING),
            Map.entry(new Event.TestsPassed(), State.READY),
            Map.entry(new Event.Allocate("ada"), State.ALLOCATED),
            Map.entry(new Event.Deploy(deployment()), State.DEPLOYING),
            Map.entry(new Event.ImageWritten("vda"), State.DEPLOYING),
            Map.entry(new Event.Booted(), State.DEPLOYED),
            Map.entry(new Event.Release(EraseMode.QUICK), State.DISK_ERASING),
            Map.entry(new Event.Erased(), State.RELEASING),
            Map.entry(new Event.PoweredOff(), State.READY))) {
      machine = moved(machine, step.getKey());
      assertThat(machine.state()).as("after %s", step.getKey()).isEqualTo(step.getValue());
    }
    assertThat(machine.labels().owner()).isEmpty();
    assertThat(machine.deployment()).isEmpty();
  }

  @Test
  void noStateAndEventStandTwiceButForReleaseWithAndWithoutErasing() {
    var seen = new HashSet<String>();
    for (var rule : Lifecycle.rules()) {
      var key = rule.from() + " " + rule.on().getSimpleName();
      if (rule.on() == Event.Release.class) {
        key += " " + rule.to();
      }
      assertThat(seen.add(key)).as(key).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void everyBusyStateHasADeadlineAndAWayOutWhenItFails(State state) {
    if (!state.busy()) {
      assertThat(state.patience()).isEmpty();
      return;
    }
    var failed = Lifecycle.next(machine(state), new Event.Failed("because"), NOW);
    assertThat(failed).isInstanceOf(Moved.class);
    assertThat(((Moved) failed).machine().standing().message()).isEqualTo("because");
    assertThat(((Moved) failed).machine().standing().deadline()).isEmpty();
  }

  @Test
  void noStateThatCanBeReachedIsATrap() {
    for (var rule : Lifecycle.rules()) {
      rule.to()
          .ifPresent(to ->
              assertThat(Lifecycle.rules())
                  .as("a way out of %s", to)
                  .anyMatch(out -> out.from() == to && !out.to().equals(Optional.of(to))));
    }
  }

  @Test
  void anIntentBeginsANewEpochAndAReportDoesNot() {
    assertThat(moved(machine(State.ALLOCATED), new Event.Deploy(deployment())).epoch())
        .isEqualTo(6);
    assertThat(moved(machine(State.DEPLOYING), new Event.Booted()).epoch()).isEqualTo(5);
    assertThat(moved(machine(State.DEPLOYING), new Event.Failed("x")).epoch()).isEqualTo(5);
    assertThat(moved(machine(State.DEPLOYING), new Event.Abort()).epoch()).isEqualTo(6);
  }

  @Test
  void aSignOfLifeRenewsThePatience() {
    var busy =
        machine(State.DEPLOYING)
            .with(machine(State.DEPLOYING).standing().withDeadline(NOW.plusSeconds(1)));
    assertThat(moved(busy, new Event.Progressed("writing")).standing().deadline())
        .contains(NOW.plus(Duration.ofMinutes(40)));
    assertThat(Lifecycle.next(machine(State.READY), new Event.Progressed("late"), NOW))
        .isInstanceOf(Refused.class);
  }

  @Test
  void aLockedMachineIsLeftAlone() {
    var locked = machine(State.DEPLOYED).withLocked(true);
    assertThat(Lifecycle.next(locked, new Event.Release(EraseMode.NONE), NOW))
        .isEqualTo(new Refused(locked, "brave-otter is locked: unlock it first"));
    assertThat(Lifecycle.allowed(locked)).isEmpty();
    assertThat(moved(locked, new Event.Unlock()).locked()).isFalse();
  }

  @Test
  void aQuarantinedMachineMovesOnlyWhenAPersonHasLooked() {
    var held = machine(State.READY).withQuarantine(Optional.of("two machines have its UUID"));
    assertThat(Lifecycle.next(held, new Event.Allocate("ada"), NOW)).isInstanceOf(Refused.class);
    var cleared = moved(held, new Event.ClearQuarantine());
    assertThat(Lifecycle.next(cleared, new Event.Allocate("ada"), NOW)).isInstanceOf(Moved.class);
  }

  @Test
  void whatCannotHappenIsRefusedInWords() {
    assertThat(Lifecycle.next(machine(State.NEW), new Event.Release(EraseMode.NONE), NOW))
        .isEqualTo(new Refused(machine(State.NEW), "brave-otter cannot release: it is New"));
  }

  @Test
  void rescueGoesBackToWhereItCameFrom() {
    for (var from : List.of(State.READY, State.DEPLOYED, State.BROKEN)) {
      var rescued = moved(moved(machine(from), new Event.EnterRescue()), new Event.RescueReached());
      assertThat(rescued.state()).isEqualTo(State.RESCUE_MODE);
      var leaving = (Moved) Lifecycle.next(rescued, new Event.ExitRescue(), NOW);
      assertThat(leaving.tasks())
          .containsExactly(from == State.DEPLOYED ? Task.START_FROM_DISK : Task.POWER_OFF);
      assertThat(moved(leaving.machine(), new Event.RescueLeft()).state()).isEqualTo(from);
    }
  }

  @Test
  void anAbortedCommissioningGoesBackToWhereItBegan() {
    var begun = moved(machine(State.NEW), new Event.Commission());
    assertThat(moved(begun, new Event.Abort()).state()).isEqualTo(State.NEW);
    var again =
        moved(moved(machine(State.READY), new Event.Commission()), new Event.CommissioningDone());
    assertThat(moved(again, new Event.Abort()).state()).isEqualTo(State.READY);
  }

  @Test
  void numbersAndNamesAreThoseOfMaas() {
    assertThat(Arrays.stream(State.values()).map(State::code))
        .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(0, 22).boxed().toList());
    assertThat(State.of(13).title()).isEqualTo("Releasing failed");
    assertThat(State.of(18).title()).isEqualTo("Failed to enter rescue mode");
  }
}
