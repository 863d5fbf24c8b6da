package io.rackstead.handover;

import io.rackstead.broker.Receipt;
import io.rackstead.machine.MachineId;
import java.time.Instant;
import java.util.Map;

/// One hand-over, as it is stored.
///
/// @param handoverId what the layer above knows it by; the same however often it is sent
/// @param epoch the machine's when it was deployed
/// @param tries in this state
/// @param deadline of this state
record Row(
    long id,
    MachineId machine,
    String handoverId,
    String target,
    long epoch,
    State state,
    int tries,
    Instant dueAt,
    Instant deadline,
    Said said) {
  enum State {
    /// on record, and perhaps sent
    SENDING,
    /// accepted, and not yet in service by the word of the layer above
    PROVING,
    IN_SERVICE,
    FAILED,
    TAKING_BACK,
    TAKEN_BACK,
    /// it does not let go: an operator has to decide
    STUCK;

    /// The layer above has it, or may have it.
    boolean given() {
      return this != TAKING_BACK && this != TAKEN_BACK && this != STUCK;
    }

    boolean open() {
      return this == SENDING || this == PROVING || this == TAKING_BACK;
    }
  }

  /// @param role what the machine is to be there
  /// @param evidence the words of the layer above
  /// @param why the latest word on it
  record Said(String role, Map<String, String> kept, String evidence, String why) {
    Said {
      kept = Map.copyOf(kept);
    }

    Said because(String newWhy) {
      return new Said(
          role, kept, evidence, newWhy.length() > 1000 ? newWhy.substring(0, 1000) : newWhy);
    }

    Said with(Receipt receipt) {
      return new Said(role, receipt.kept(), evidence, "");
    }

    Said proved(String newEvidence) {
      return new Said(role, kept, newEvidence, "");
    }
  }

  Row to(State next, Instant due, Instant until, Said words) {
    return new Row(
        id,
        machine,
        handoverId,
        target,
        epoch,
        next,
        next == state ? tries + 1 : 0,
        due,
        until,
        words);
  }

  Receipt receipt() {
    return new Receipt(said.kept());
  }
}
