package io.rackstead.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.rackstead.policy.Policy.Trigger;
import io.rackstead.policy.Subject.Standing;
import io.rackstead.policy.Verdict.Kind;
import io.rackstead.policy.Verdict.Word;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
  /// A Monday.
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private record Tagged(String tag) implements Condition {
    @Override
    public boolean holds(Map<String, List<Fact>> facts) {
      return facts.getOrDefault("tag", List.of()).contains(Fact.of(tag));
    }

    @Override
    public Optional<String> objection(Map<String, List<Fact>> facts) {
      return holds(facts) ? Optional.empty() : Optional.of("no tag " + tag);
    }
  }

  private static Policy line(String name, String tag, int max, String schedule) {
    return new Policy(
        name,
        true,
        Trigger.ENROLMENT,
        new Tagged(tag),
        new Becoming("debian/bookworm", "", "", name, "", "ada"),
        max,
        Schedule.parse(schedule));
  }

  private static Policy line(String name, String tag) {
    return line(name, tag, 0, "");
  }

  private static Subject free(String id, String... tags) {
    return subject(id, Standing.FREE, "", tags);
  }

  private static Subject subject(String id, Standing standing, String line, String... tags) {
    return new Subject(
        id,
        "host-" + id,
        standing,
        Trigger.DEMAND,
        Subject.IDLE,
        Fact.all(Map.of("tag", List.of(tags))),
        List.of(),
        line);
  }

  private static Verdict only(Table table, Subject... fleet) {
    var verdicts = table.judge(List.of(fleet), NOON);
    return Optional.ofNullable(verdicts.get(fleet[fleet.length - 1].id())).orElseThrow();
  }

  @Test
  void theFirstLineThatMatchesTakesIt() {
    var table = new Table(List.of(line("gpu", "gpu"), line("kvm", "big"), line("rest", "big")));
    assertThat(only(table, free("a", "big")).lineName()).isEqualTo("kvm");
    assertThat(only(table, free("a", "big", "gpu")).lineName()).isEqualTo("gpu");
    assertThat(only(table, free("a", "small")).kind()).isEqualTo(Kind.NONE);
  }

  @Test
  void aMachineSaysWhichLineTookItAndWhichDidNotAndWhy() {
    var table =
        new Table(
            List.of(
                line("gpu", "gpu"),
                new Policy(
                    "off",
                    false,
                    Trigger.ENROLMENT,
                    new Tagged("big"),
                    line("x", "x").becoming(),
                    0,
                    Schedule.ALWAYS),
                line("one", "big", 1, ""),
                line("kvm", "big"),
                line("rest", "big")));
    var fleet = List.of(subject("z", Standing.BOUND, "one", "big"), free("a", "big"));
    var told = table.explain("a", fleet, NOON);
    assertThat(told.verdict().lineName()).isEqualTo("kvm");
    assertThat(told.words())
        .containsExactly(
            new Word("gpu", false, "no tag gpu"),
            new Word("off", false, "switched off"),
            new Word("one", false, "full: 1 of 1"),
            new Word("kvm", true, "matches"),
            new Word("rest", false, "matches, but a line above took it"));
    assertThat(table.explain("z", fleet, NOON).words())
        .filteredOn(word -> word.line().equals("kvm"))
        .containsExactly(new Word("kvm", false, "matches, but it is not free"));
  }

  @Test
  void aLimitIsKeptAmongThoseThatWaitInTheOrderInWhichTheyCame() {
    var table = new Table(List.of(line("two", "big", 2, ""), line("rest", "big")));
    var late = free("a", "big");
    var early =
        new Subject("z", "z", Standing.FREE, Trigger.ENROLMENT, 7, late.facts(), List.of(), "");
    var verdicts = table.judge(List.of(late, free("b", "big"), early, free("c", "big")), NOON);
    assertThat(verdicts.values())
        .extracting(Verdict::lineName)
        .containsExactly("two", "two", "rest", "rest");
    assertThat(verdicts.keySet()).containsExactly("z", "a", "b", "c");
  }

  @Test
  void whatLiesOnTheDisksIsNobodysToGiveAway() {
    var table = new Table(List.of(line("kvm", "big", 1, "")));
    var full =
        new Subject(
            "a",
            "a",
            Standing.NEWCOMER,
            Trigger.ENROLMENT,
            Subject.IDLE,
            Fact.all(Map.of("tag", List.of("big"))),
            List.of("sda: ext4 home"),
            "");
    var verdicts = table.judge(List.of(full, free("b", "big")), NOON);
    assertThat(verdicts.values())
        .extracting(Verdict::kind, Verdict::lineName)
        .containsExactly(tuple(Kind.HELD, "kvm"), tuple(Kind.TAKES, "kvm"));
    assertThat(verdicts.values().iterator().next().why()).contains("sda: ext4 home");
  }

  @Test
  void aLineForDemandDoesNotTakeNewcomers() {
    var table =
        new Table(
            List.of(
                new Policy(
                    "asked",
                    true,
                    Trigger.DEMAND,
                    new Tagged("big"),
                    line("x", "x").becoming(),
                    0,
                    Schedule.ALWAYS)));
    var newcomer =
        new Subject(
            "a",
            "a",
            Standing.NEWCOMER,
            Trigger.ENROLMENT,
            Subject.IDLE,
            Fact.all(Map.of("tag", List.of("big"))),
            List.of(),
            "");
    assertThat(only(table, newcomer).kind()).isEqualTo(Kind.NONE);
    assertThat(only(table, free("b", "big")).kind()).isEqualTo(Kind.TAKES);
  }

  @ParameterizedTest
  @CsvSource({
    "'',                            2026-11-23T03:00:00Z, true",
    "08:00-18:00,                   2026-11-23T08:00:00Z, true",
    "08:00-18:00,                   2026-11-23T18:00:00Z, false",
    "mon-fri 22:00-06:00,           2026-11-23T23:00:00Z, true",
    "mon-fri 22:00-06:00,           2026-11-24T05:59:00Z, true",
    "mon-fri 22:00-06:00,           2026-11-28T05:00:00Z, true",
    "mon-fri 22:00-06:00,           2026-11-28T23:00:00Z, false",
    "mon-fri 22:00-06:00,           2026-11-23T05:00:00Z, false",
    "'sat,sun 00:00-00:00',         2026-11-28T12:00:00Z, true",
    "12:00-13:00 Europe/Berlin,     2026-11-23T11:30:00Z, true",
    "fri-mon 12:00-13:00,           2026-11-22T12:30:00Z, true"
  })
  void aScheduleOpensAndCloses(String text, Instant at, boolean open) {
    assertThat(Schedule.parse(text).open(at)).isEqualTo(open);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"always", "25:00-26:00", "mo 1:00-2:00", "xyz 10:00-11:00", "10:00-11:00 Mars/X"})
  void aScheduleThatCannotBeReadIsRefused(String text) {
    assertThatThrownBy(() -> Schedule.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void outOfItsHoursAMachineWaitsAndBecomesNothingElse() {
    var table = new Table(List.of(line("night", "big", 0, "22:00-06:00"), line("rest", "big")));
    var verdict = only(table, free("a", "big"));
    assertThat(verdict.kind()).isEqualTo(Kind.WAITS);
    assertThat(verdict.why()).contains("22:00-06:00");
  }

  @Test
  void aPreviewTellsWhatAnEditWouldChange() {
    var before = new Table(List.of(line("kvm", "big"), line("old", "old")));
    var after = new Table(List.of(line("k8s", "big", 1, ""), line("kvm", "big")));
    var waiting =
        new Subject(
            "w",
            "w",
            Standing.FREE,
            Trigger.ENROLMENT,
            1,
            Fact.all(Map.of("tag", List.of("big"))),
            List.of(),
            "");
    var preview =
        Preview.of(
            before,
            after,
            List.of(
                waiting,
                free("a", "big"),
                free("b", "none"),
                subject("c", Standing.BOUND, "kvm"),
                subject("d", Standing.BOUND, "old"),
                subject("e", Standing.OUT, "")),
            NOON);
    assertThat(preview.judged()).isEqualTo(6);
    assertThat(preview.free()).isEqualTo(3);
    assertThat(preview.changes())
        .extracting(Preview.Change::id, Preview.Change::from, Preview.Change::to)
        .containsExactly(tuple("w", "kvm", "k8s"), tuple("d", "old", ""));
    assertThat(preview.changes().getFirst().begins()).isTrue();
    assertThat(preview.changes().getLast().what()).contains("its line is gone");
  }

  @Test
  void twoLinesOfOneNameAreRefused() {
    assertThatThrownBy(() -> new Table(List.of(line("a", "x"), line("a", "y"))))
        .hasMessageContaining("two lines are called a");
  }
}
