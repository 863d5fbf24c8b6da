package io.rackstead.assign;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.commission.Reports;
import io.rackstead.demo.DemoReport;
import io.rackstead.image.Architecture;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Power;
import io.rackstead.machine.Standing;
import io.rackstead.machine.State;
import io.rackstead.policy.Preview;
import io.rackstead.policy.Table;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Ten thousand machines, each with the report of a real server, before a hundred lines of which
/// most machines fit none or one of the last: from the machines as they lie in memory to the
/// verdicts, and to what an edit in the middle would change.
@Tag("bench")
class PolicyBenchTest {
  private static final int FLEET = 10_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void aFleetIsJudgedAndAnEditPreviewedInASecond() {
    var machines = IntStream.range(0, FLEET).mapToObj(PolicyBenchTest::machine).toList();
    var before = new Table(lines(0).stream().map(Line::policy).toList());
    var after = new Table(lines(1).stream().map(Line::policy).toList());
    var known = new KnownFacts();
    for (int round = 0; round < 5; round++) {
      long begun = System.nanoTime();
      long cpuBegun = THREADS.getCurrentThreadCpuTime();
      var fleet = new Fleet(List.of(), List.of(), known::of);
      var subjects = fleet.subjects(machines);
      double facts = seconds(begun);
      begun = System.nanoTime();
      var verdicts = before.judge(subjects, NOW);
      double judged = seconds(begun);
      begun = System.nanoTime();
      var preview = Preview.of(before, after, subjects, NOW);
      double previewed = seconds(begun);
      double cpu = (THREADS.getCurrentThreadCpuTime() - cpuBegun) / 1e9;
      System.out.printf(
          "policies: %d machines x 100 lines: facts %.3f s, judged %.3f s, previewed %.3f s,"
              + " together %.3f s, CPU %.3f s (%d changes)%n",
          FLEET,
          facts,
          judged,
          previewed,
          facts + judged + previewed,
          cpu,
          preview.changes().size());
      assertThat(verdicts).hasSize(FLEET);
      assertThat(preview.changes()).isNotEmpty();
      if (round > 0) {
        // the first one compiles and reads the reports; CPU, for others run beside it
        assertThat(cpu).isLessThan(1);
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static List<Line> lines(int edit) {
    var lines = new ArrayList<Line>();
    for (int i = 0; i < 99; i++) {
      lines.add(
          line(
              "l" + i,
              "cpu_count >= %d and (vendor ~ \"nobody\" or disk_gb > %d) and pool = \"p%d\""
                  .formatted(4, i * 10, i == 50 ? i + edit : i),
              i % 7 == 0 ? 12 : 0));
    }
    lines.add(line("rest", "memory_mib > 0 and not (gpus > 8 or nic_driver = \"none\")", 0));
    return lines;
  }

  private static Line line(String name, String when, int max) {
    return new Line(
        name, "", true, "enrolment", when, "debian-12", "", "", "kvm", "", "ada", max, "");
  }

  private static Machine machine(int number) {
    var report = DemoReport.of(number, new Random(number));
    return new Machine(
        new MachineId("%06d".formatted(number)),
        1,
        new Identity(List.of(), Optional.empty(), ""),
        Labels.named("m" + number).withPlace("default", "p" + number % 150),
        new Standing(State.READY, Optional.empty(), 1, Instant.EPOCH, Optional.empty(), ""),
        false,
        Optional.empty(),
        Architecture.AMD64,
        Optional.of(Reports.hardware(report)),
        Power.MANUAL,
        Optional.empty(),
        EraseMode.NONE);
  }
}
