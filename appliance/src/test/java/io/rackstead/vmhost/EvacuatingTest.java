package io.rackstead.vmhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host is emptied as its owner would do it by hand: released first, then removed.
class EvacuatingTest {
  private final List<String> decomposed = new ArrayList<>();

  @TempDir Path data;

  private Evacuating evacuating(Hall hall) {
    return new Evacuating(
        hall.hosts,
        (Machine machine) -> decomposed.add(machine.hostname()),
        hall.site.machines,
        hall.site);
  }

  private static void happens(Hall hall, Machine machine, Event... events) {
    for (var event : events) {
      assertThat(hall.site.machines.apply(machine.id(), event, Actor.user("ada")).toString())
          .doesNotContain("Refused");
    }
  }

  private static State state(Hall hall, Machine machine) {
    return hall.site.machines.find(machine.id()).orElseThrow().state();
  }

  @Test
  void whatIsFreeIsRemovedAndWhatIsSomebodysIsReleasedFirst() throws Exception {
    try (var hall = new Hall(data, 1)) {
      var free = hall.compose("free");
      var taken = hall.compose("taken");
      happens(hall, taken, new Event.Commission(), new Event.CommissioningDone());
      var busy = hall.compose("busy");
      happens(hall, busy, new Event.Commission());
      var before = state(hall, taken);
      if (before == State.TESTING) {
        happens(hall, taken, new Event.TestsPassed());
      }
      happens(hall, taken, new Event.Allocate("ada"));
      assertThat(state(hall, taken)).isEqualTo(State.ALLOCATED);

      assertThat(evacuating(hall).step(hall.first())).isEmpty();
      assertThat(decomposed).containsExactly("free");
      assertThat(hall.site.machines.find(free.id())).isEmpty();
      assertThat(state(hall, taken)).isEqualTo(State.RELEASING);
      assertThat(state(hall, busy)).isEqualTo(State.NEW);

      happens(hall, taken, new Event.PoweredOff());
      assertThat(state(hall, taken)).isEqualTo(State.READY);
      assertThat(evacuating(hall).step(hall.first())).isEmpty();
      assertThat(decomposed).containsExactlyInAnyOrder("free", "taken", "busy");
      assertThat(hall.hosts.machinesOn(hall.first())).isEmpty();
    }
  }

  @Test
  void whatIsLockedStaysAndIsNamed() throws Exception {
    try (var hall = new Hall(data, 1)) {
      var kept = hall.compose("kept");
      happens(hall, kept, new Event.Lock());
      assertThat(evacuating(hall).step(hall.first()))
          .containsExactly("kept is locked: unlock it first");
      assertThat(decomposed).isEmpty();
      assertThat(hall.hosts.machinesOn(hall.first())).hasSize(1);
    }
  }
}
