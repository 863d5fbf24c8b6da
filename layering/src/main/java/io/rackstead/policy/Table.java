package io.rackstead.policy;

import io.rackstead.policy.Subject.Standing;
import io.rackstead.policy.Verdict.Explained;
import io.rackstead.policy.Verdict.Kind;
import io.rackstead.policy.Verdict.Word;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The lines in their order; the first that matches a machine takes it. A line that is full lets it
/// go on to the next, one whose schedule is closed keeps it waiting: nothing becomes something else
/// because it is daytime.
public record Table(List<Policy> lines) {
  public static final Table EMPTY = new Table(List.of());

  /// @throws IllegalArgumentException when two lines have one name
  public Table {
    lines = List.copyOf(lines);
    var names = new HashSet<String>();
    for (var line : lines) {
      if (!names.add(line.name())) {
        throw new IllegalArgumentException("two lines are called " + line.name());
      }
    }
  }

  public Optional<Policy> line(String name) {
    return lines.stream().filter(line -> line.name().equals(name)).findFirst();
  }

  /// A verdict for each, judged in the order in which they wait.
  public Map<String, Verdict> judge(Collection<Subject> fleet, Instant now) {
    var turn = new Turn(fleet, now);
    var verdicts = new LinkedHashMap<String, Verdict>();
    for (var subject : ordered(fleet)) {
      verdicts.put(subject.id(), turn.verdict(subject));
    }
    return verdicts;
  }

  /// The verdict on one of the fleet, with what each line says of it.
  ///
  /// @throws IllegalArgumentException when it is none of the fleet
  public Explained explain(String id, Collection<Subject> fleet, Instant now) {
    var turn = new Turn(fleet, now);
    for (var subject : ordered(fleet)) {
      if (subject.id().equals(id)) {
        var words = turn.words(subject);
        return new Explained(turn.verdict(subject), words);
      }
      turn.verdict(subject);
    }
    throw new IllegalArgumentException("no machine " + id);
  }

  private static List<Subject> ordered(Collection<Subject> fleet) {
    return fleet.stream().sorted(Subject.ORDER).toList();
  }

  /// One walk over the fleet: how many machines each line has so far.
  private final class Turn {
    private final int[] has = new int[lines.size()];
    private final boolean[] open = new boolean[lines.size()];
    private final boolean[] off = new boolean[lines.size()];

    Turn(Collection<Subject> fleet, Instant now) {
      var places = new HashMap<String, Integer>();
      for (int i = 0; i < lines.size(); i++) {
        places.put(lines.get(i).name(), i);
        open[i] = lines.get(i).schedule().open(now);
        off[i] = !lines.get(i).enabled();
      }
      for (var subject : fleet) {
        var place = places.get(subject.line());
        if (subject.standing() == Standing.BOUND && place != null) {
          has[place]++;
        }
      }
    }

    Verdict verdict(Subject subject) {
      if (subject.standing() == Standing.BOUND) {
        return new Verdict(Kind.STAYS, line(subject.line()), "taken by " + subject.line());
      }
      if (subject.standing() == Standing.OUT) {
        return new Verdict(Kind.OUT, Optional.empty(), "it is not free");
      }
      for (int i = 0; i < lines.size(); i++) {
        var line = lines.get(i);
        if (!off[i]
            && line.answers(subject.asked())
            && !line.full(has[i])
            && line.when().holds(subject.facts())) {
          return taken(subject, i);
        }
      }
      return new Verdict(Kind.NONE, Optional.empty(), "no line wants it");
    }

    private Verdict taken(Subject subject, int i) {
      var line = Optional.of(lines.get(i));
      if (!subject.data().isEmpty()) {
        return new Verdict(
            Kind.HELD,
            line,
            "its disks hold data (%s) that nobody has given away: to commission it by hand gives it away"
                .formatted(String.join(", ", subject.data())));
      }
      has[i]++;
      return open[i]
          ? new Verdict(Kind.TAKES, line, "the first line that matches")
          : new Verdict(Kind.WAITS, line, "begins in its hours, " + lines.get(i).schedule().text());
    }

    List<Word> words(Subject subject) {
      var words = new ArrayList<Word>();
      boolean free = subject.standing() != Standing.OUT && subject.standing() != Standing.BOUND;
      boolean taken = false;
      for (int i = 0; i < lines.size(); i++) {
        var against = against(subject, i);
        boolean takes = against.isEmpty() && free && !taken;
        var matches =
            takes
                ? "matches"
                : taken ? "matches, but a line above took it" : "matches, but it is not free";
        words.add(new Word(lines.get(i).name(), takes, against.orElse(matches)));
        taken |= takes;
      }
      return words;
    }

    private Optional<String> against(Subject subject, int i) {
      var line = lines.get(i);
      if (!line.enabled()) {
        return Optional.of("switched off");
      }
      if (!line.answers(subject.asked())) {
        return Optional.of("takes machines on demand only");
      }
      var objection = line.when().objection(subject.facts());
      return objection.isEmpty() && line.full(has[i])
          ? Optional.of("full: %d of %d".formatted(has[i], line.max()))
          : objection;
    }
  }
}
