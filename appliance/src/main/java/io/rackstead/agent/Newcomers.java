package io.rackstead.agent;

import io.rackstead.machine.Machine;
import io.rackstead.store.Tx;
import java.util.Optional;
import java.util.function.Consumer;

/// Which newcomers are commissioned without a person. Their disks are looked at besides: what holds
/// data is nobody's to give away but a person's.
@FunctionalInterface
public interface Newcomers {
  /// @param rule that wants it, as it stands in the log
  /// @param with written with the acceptance
  record Accepted(String rule, Consumer<Tx> with) {}

  /// @param newcomer with the report that it has just made
  Optional<Accepted> of(Machine newcomer);

  /// Every newcomer, by that rule; empty: none.
  static Newcomers all(Optional<String> rule) {
    return _ -> rule.map(name -> new Accepted(name, _ -> {}));
  }

  /// The first of both that wants it.
  default Newcomers or(Newcomers other) {
    return newcomer -> of(newcomer).or(() -> other.of(newcomer));
  }
}
