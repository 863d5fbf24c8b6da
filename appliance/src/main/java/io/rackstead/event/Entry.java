package io.rackstead.event;

import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.pxe.net.MacAddress;
import java.time.Instant;
import java.util.Optional;

/// One line of a machine's timeline.
///
/// @param id position in the log, 0 before it is written
/// @param source `state`, `dhcp`, `proxydhcp`, `tftp`, `http`, `bmc`, `agent`, `cloud-init`, `api`
/// @param rule the rule that chose the answer, empty where none was asked
/// @param move the lifecycle event with the states before and after it, where it is one
public record Entry(
    long id,
    Instant at,
    Optional<MachineId> machine,
    Optional<MacAddress> mac,
    String source,
    String actor,
    String text,
    String rule,
    Optional<Move> move) {
  public record Move(String event, State from, State to) {}

  public static Entry of(Instant at, MachineId machine, String source, String actor, String text) {
    return new Entry(
        0, at, Optional.of(machine), Optional.empty(), source, actor, text, "", Optional.empty());
  }

  Entry withId(long newId) {
    return new Entry(newId, at, machine, mac, source, actor, text, rule, move);
  }
}
