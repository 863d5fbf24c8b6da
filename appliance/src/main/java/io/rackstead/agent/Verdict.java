package io.rackstead.agent;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.commission.Reports;
import io.rackstead.machine.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a step's result means for its machine. Pure.
final class Verdict {
  private Verdict() {}

  /// The events that follow, in order; none where the next step goes on by itself.
  ///
  /// @param all the steps of this epoch and purpose, this one still open among them
  static List<Event> of(Step step, Step.Result result, List<Step> all) {
    boolean ok = result.status().equals("ok");
    boolean last = all.stream().allMatch(other -> !other.open() || other.seq() == step.seq());
    if (!ok && !step.kind().equals("script")) {
      return List.of(new Event.Failed(failure(step, result)));
    }
    var ungrown = ungrown(step, result);
    if (ungrown.isPresent()) {
      return List.of(ungrown.get());
    }
    var events = new ArrayList<Event>();
    switch (step.kind()) {
      case "inventory" ->
          events.add(
              new Event.HardwareReported(
                  Reports.identity(result.facts()), Reports.hardware(result.facts())));
      case "bmc" -> account(step, result).ifPresent(events::add);
      case "efi-boot-order" ->
          events.add(new Event.ImageWritten(step.fields().path("disk").path("name").asText()));
      case "rescue" -> events.add(new Event.RescueReached());
      default -> {}
    }
    if (last) {
      end(step, result, all).ifPresent(events::add);
    }
    return events;
  }

  private static Optional<Event> end(Step step, Step.Result result, List<Step> all) {
    var failed = new ArrayList<String>();
    for (var other : all) {
      boolean ok = other.seq() == step.seq() ? result.status().equals("ok") : other.ok();
      if (other.kind().equals("script") && !ok) {
        failed.add(other.name());
      }
    }
    return switch (step.purpose()) {
      case COMMISSION ->
          Optional.of(
              failed.isEmpty()
                  ? new Event.CommissioningDone()
                  : new Event.Failed("commissioning scripts failed: " + String.join(", ", failed)));
      case TEST ->
          Optional.of(
              failed.isEmpty()
                  ? new Event.TestsPassed()
                  : new Event.Failed("tests failed: " + String.join(", ", failed)));
      case ERASE -> Optional.of(new Event.Erased());
      case ENLIST, INSTALL, RESCUE -> Optional.empty();
    };
  }

  /// An agent of before roots had sizes takes the field for nothing.
  private static Optional<Event> ungrown(Step step, Step.Result result) {
    long asked = step.fields().path("root").path("bytes").asLong();
    return asked == 0 || result.facts().path("root_bytes").asLong() == asked
        ? Optional.empty()
        : Optional.of(
            new Event.Failed(
                "%s: the root partition was not made %d bytes large: the ephemeral system is an older one, build it again"
                    .formatted(step.name(), asked)));
  }

  private static Optional<Event> account(Step step, Step.Result result) {
    var address = result.facts().path("address").asText("");
    if (result.facts().path("absent").asBoolean()
        || address.isEmpty()
        || address.equals("0.0.0.0")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Event.SetPower(
              Optional.of(BmcAddress.parse("ipmi://" + address)),
              result.facts().path("user").asText(step.fields().path("user").asText())));
    } catch (IllegalArgumentException e) {
      return Optional.of(
          new Event.Failed(step.name() + ": the BMC says that its address is: " + e.getMessage()));
    }
  }

  private static String failure(Step step, Step.Result result) {
    var output = AgentWork.lastLines(result.output().strip());
    return "%s: %s%s"
        .formatted(
            step.name(),
            result.status().equals("timeout")
                ? "took longer than " + step.timeoutS() + " s"
                : "failed with exit status " + result.exit(),
            output.isEmpty() ? "" : ": " + output);
  }
}
