package io.rackstead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.machine.MachineId;
import java.time.Instant;
import java.util.Optional;

/// One thing that the agent does, as it was planned, and what came of it.
///
/// @param repeatable may be handed out again when it was begun and never ended
/// @param status empty while it is open; then `ok`, `failed` or `timeout`
public record Step(
    MachineId machine,
    long seq,
    long epoch,
    Purpose purpose,
    String kind,
    String name,
    boolean repeatable,
    int timeoutS,
    JsonNode fields,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    String status,
    int exit,
    double seconds,
    String output,
    JsonNode facts) {
  public boolean open() {
    return endedAt.isEmpty();
  }

  public boolean ok() {
    return status.equals("ok");
  }

  /// What is planned: a step before it has a place in the order.
  public record Draft(
      String kind, String name, boolean repeatable, int timeoutS, JsonNode fields) {}

  /// What the agent says of a step.
  public record Result(String status, int exit, double seconds, String output, JsonNode facts) {}
}
