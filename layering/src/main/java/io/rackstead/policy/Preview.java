package io.rackstead.policy;

import io.rackstead.policy.Verdict.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What an edit of the table would change, before it is saved.
///
/// @param judged how many machines were looked at
/// @param free those that were, nobody's and judged by both tables
public record Preview(int judged, int free, List<Change> changes) {
  /// @param from the line that takes it now; empty: none
  /// @param begins work begins on it by itself as soon as the edit is saved
  public record Change(
      String id, String name, String from, String to, boolean begins, String what) {}

  public Preview {
    changes = List.copyOf(changes);
  }

  public static Preview of(Table before, Table after, Collection<Subject> fleet, Instant now) {
    var old = before.judge(fleet, now);
    var next = after.judge(fleet, now);
    var changes = new ArrayList<Change>();
    int free = 0;
    for (var subject : fleet) {
      var was = old.getOrDefault(subject.id(), MISSING);
      var is = next.getOrDefault(subject.id(), MISSING);
      free += was.kind() == Kind.STAYS || was.kind() == Kind.OUT ? 0 : 1;
      change(subject, was, is, after).ifPresent(changes::add);
    }
    return new Preview(fleet.size(), free, changes);
  }

  private static final Verdict MISSING = new Verdict(Kind.OUT, Optional.empty(), "not judged");

  private static Optional<Change> change(Subject subject, Verdict was, Verdict is, Table after) {
    if (was.kind() == Kind.STAYS) {
      // what was taken stays what it is; but its line may be gone, or mean something else
      var line = after.line(subject.line());
      if (line.isEmpty() && was.line().isPresent()) {
        return Optional.of(
            said(subject, was, is, false, "stays as it is, its line is gone: no limit counts it"));
      }
      return line.filter(
              now -> !was.line().map(Policy::becoming).equals(Optional.of(now.becoming())))
          .map(now ->
              said(subject, was, is, false, "stays as it is; the line now says " + now.becoming()));
    }
    boolean same =
        was.kind() == is.kind()
            && was.lineName().equals(is.lineName())
            && was.line().map(Policy::becoming).equals(is.line().map(Policy::becoming));
    boolean begins = is.kind() == Kind.TAKES && subject.place() != Subject.IDLE;
    return same
        ? Optional.empty()
        : Optional.of(said(subject, was, is, begins, words(was) + " → " + words(is)));
  }

  private static Change said(
      Subject subject, Verdict was, Verdict is, boolean begins, String what) {
    return new Change(subject.id(), subject.name(), was.lineName(), is.lineName(), begins, what);
  }

  private static String words(Verdict verdict) {
    var becoming = verdict.line().map(line -> line.becoming().toString()).orElse("");
    return switch (verdict.kind()) {
      case TAKES, STAYS -> becoming;
      case WAITS -> becoming + " in the hours of " + verdict.lineName();
      case HELD -> "held, for its disks hold data";
      case NONE -> "nothing";
      case OUT -> "not free";
    };
  }
}
