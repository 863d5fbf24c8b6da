package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;

import io.rackstead.bmc.BmcException;
import java.time.Duration;
import java.util.StringJoiner;

/// Waits for what a BMC does in the background after its 202 (DSP0266 §12.2).
final class TaskWatch {
  private static final long SHORTEST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5000;
  private static final Duration USUAL_PAUSE = Duration.ofSeconds(1);

  private TaskWatch() {}

  /// The answer of what was asked, once it is done.
  static Answer await(RedfishSession session, Duration patience, Ask ask, Answer accepted) {
    var monitor =
        accepted
            .header("Location")
            .map(RedfishHttp::localPath)
            .or(() -> Resource.link(accepted.body()));
    if (monitor.isEmpty()) {
      return accepted;
    }
    var look = Ask.get(monitor.get());
    long until = System.nanoTime() + patience.toNanos();
    var last = accepted;
    while (System.nanoTime() - until < 0) {
      session.pause(pause(last), ask.toString());
      last = session.login().send(session.http(), look);
      if (last.status() == 404 || last.status() == 410) {
        return accepted; // done and forgotten: a monitor is gone once its result was fetched
      }
      boolean goesOn = last.status() == 202 || last.status() == 503 || last.status() == 429;
      if (!goesOn && !last.ok()) {
        return last;
      }
      var state = Resource.text(last.body().path("TaskState")).orElse(goesOn ? "Running" : "Done");
      switch (state) {
        case "Done", "Completed" -> {
          return last;
        }
        case "Exception", "Killed", "Cancelled", "Interrupted", "Suspended" ->
            throw new BmcException(
                PROTOCOL,
                session.address(),
                "%s: its task ended as %s: %s".formatted(ask, state, ask.told(messages(last))));
        default -> {}
      }
    }
    throw new BmcException(
        BUSY,
        session.address(),
        "%s: its task %s is not done after %d s"
            .formatted(ask, monitor.get(), patience.toSeconds()));
  }

  private static Duration pause(Answer answer) {
    var asked = answer.retryAfter().orElse(USUAL_PAUSE).toMillis();
    return Duration.ofMillis(Math.clamp(asked, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS));
  }

  private static String messages(Answer answer) {
    var all = new StringJoiner("; ").setEmptyValue("without a message");
    answer
        .body()
        .path("Messages")
        .forEach(message -> Resource.text(message.path("Message")).ifPresent(all::add));
    return all.toString();
  }
}
