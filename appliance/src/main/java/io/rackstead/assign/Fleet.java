package io.rackstead.assign;

import io.rackstead.assign.PolicyStore.Binding;
import io.rackstead.assign.PolicyStore.Wish;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.policy.Fact;
import io.rackstead.policy.Policy.Trigger;
import io.rackstead.policy.Subject;
import io.rackstead.policy.Subject.Standing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Machines as the table sees them, with what is stored about who waits and who was taken.
final class Fleet {
  private final Map<MachineId, Wish> wishes = new HashMap<>();
  private final Map<MachineId, Binding> bindings = new HashMap<>();
  private final Function<Machine, Map<String, List<Fact>>> facts;

  Fleet(
      List<Wish> wishes, List<Binding> bindings, Function<Machine, Map<String, List<Fact>>> facts) {
    wishes.forEach(wish -> this.wishes.put(wish.machine(), wish));
    bindings.forEach(binding -> this.bindings.put(binding.machine(), binding));
    this.facts = facts;
  }

  Optional<Wish> wish(Machine machine) {
    return Optional.ofNullable(wishes.get(machine.id()));
  }

  /// Whose it is; what is free again is nobody's, whatever took it before.
  Optional<Binding> binding(Machine machine) {
    return Optional.ofNullable(bindings.get(machine.id()))
        .filter(binding -> !free(machine) && machine.state() != State.NEW);
  }

  private static boolean free(Machine machine) {
    return machine.state() == State.READY;
  }

  /// Whether it counts when another one is judged: it is a line's, or waits to become one's.
  boolean counts(Machine machine) {
    return binding(machine).isPresent() || wish(machine).isPresent();
  }

  List<Subject> subjects(List<Machine> machines) {
    return machines.stream().map(this::subject).toList();
  }

  Subject subject(Machine machine) {
    var wish = wish(machine);
    var standing = standing(machine);
    var asked =
        wish.map(Wish::asked)
            .orElse(standing == Standing.NEWCOMER ? Trigger.ENROLMENT : Trigger.DEMAND);
    boolean judged = standing == Standing.FREE || standing == Standing.NEWCOMER;
    return new Subject(
        machine.id().text(),
        machine.hostname(),
        standing,
        asked,
        standing == Standing.FREE ? wish.map(Wish::id).orElse(Subject.IDLE) : Subject.IDLE,
        judged ? facts.apply(machine) : Map.of(),
        judged ? data(machine, asked) : List.of(),
        binding(machine).map(Binding::policy).orElse(""));
  }

  private Standing standing(Machine machine) {
    if (binding(machine).isPresent()) {
      return Standing.BOUND;
    }
    if (machine.locked() || machine.quarantine().isPresent()) {
      return Standing.OUT;
    }
    return free(machine)
        ? Standing.FREE
        : machine.state() == State.NEW && machine.hardware().isPresent()
            ? Standing.NEWCOMER
            : Standing.OUT;
  }

  /// What a person has commissioned they have given away. What a line itself accepted nobody has:
  /// only what is empty becomes something by itself.
  private static List<String> data(Machine machine, Trigger asked) {
    return machine
        .hardware()
        .filter(hardware -> asked == Trigger.ENROLMENT || !hardware.given())
        .map(hardware -> hardware.foreign())
        .orElse(List.of());
  }
}
