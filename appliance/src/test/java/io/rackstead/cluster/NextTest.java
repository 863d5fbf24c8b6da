package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.cluster.Cluster.Progress;
import io.rackstead.cluster.Cluster.State;
import io.rackstead.cluster.Seen.Stage;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.MachineId;
import io.rackstead.recipe.Distribution;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The order of things, on paper.
class NextTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant LATE = NOW.plusSeconds(7200);

  private static Cluster cluster(State state, int controls, int workers, boolean made) {
    var spec =
        new Spec(
            Distribution.KUBEADM,
            "v1.31.4",
            controls,
            Map.of(),
            workers,
            Map.of(),
            "debian-12",
            "10.0.0.9",
            Optional.empty(),
            "",
            "",
            "",
            List.of(),
            EraseMode.QUICK,
            3600,
            1200,
            List.of());
    var progress = made ? Progress.NONE.asMade() : Progress.NONE;
    return new Cluster(
        1, "hall2", "ada", state, "", NOW.plusSeconds(3600), new Cluster.Document(spec, progress));
  }

  private static Seen seen(int id, Part part, Stage stage) {
    return new Seen(
        new Member(id, 1, new MachineId("aaaa0" + id), part, stage == Stage.LEAVING, 3),
        "m" + id,
        stage,
        "");
  }

  private static List<String> next(Cluster cluster, Seen... members) {
    return Next.of(cluster, List.of(members), NOW).stream()
        .map(step ->
            switch (step) {
              case Next.Take(var part) -> "take " + part;
              case Next.Release(var member) -> "release " + member.hostname();
              case Next.Forget(var member) -> "forget " + member.id();
              case Next.Made() -> "made";
              case Next.Told(var state, var why) ->
                  (state + " " + why.replaceAll(";.*", "")).strip();
              case Next.Over() -> "over";
            })
        .toList();
  }

  @Test
  void theFirstControlPlaneIsProvedBeforeAnyOtherMachineIsTaken() {
    var asked = cluster(State.BUILDING, 3, 2, false);
    assertThat(next(asked)).containsExactly("take FIRST");
    assertThat(next(asked, seen(1, Part.FIRST, Stage.INSTALLING)))
        .containsExactly("BUILDING m1 (control plane) is installing");
    assertThat(next(asked, seen(1, Part.FIRST, Stage.JOINING)))
        .containsExactly("BUILDING m1 (control plane) is joining");
    assertThat(next(asked, seen(1, Part.FIRST, Stage.READY))).containsExactly("made");
  }

  @Test
  void controlPlanesJoinOneAfterAnotherAndWorkersTogetherAfterThem() {
    var made = cluster(State.BUILDING, 3, 2, true);
    var members = new ArrayList<Seen>();
    members.add(seen(1, Part.FIRST, Stage.READY));
    assertThat(next(made, members.toArray(Seen[]::new))).containsExactly("take CONTROL");
    members.add(seen(2, Part.CONTROL, Stage.INSTALLING));
    assertThat(next(made, members.toArray(Seen[]::new)))
        .containsExactly("BUILDING m2 (control plane) is installing");
    members.set(1, seen(2, Part.CONTROL, Stage.READY));
    assertThat(next(made, members.toArray(Seen[]::new))).containsExactly("take CONTROL");
    members.add(seen(3, Part.CONTROL, Stage.READY));
    assertThat(next(made, members.toArray(Seen[]::new)))
        .containsExactly("take WORKER", "take WORKER");
    members.add(seen(4, Part.WORKER, Stage.INSTALLING));
    assertThat(next(made, members.toArray(Seen[]::new))).containsExactly("take WORKER");
    members.set(3, seen(4, Part.WORKER, Stage.READY));
    members.add(seen(5, Part.WORKER, Stage.READY));
    assertThat(next(made, members.toArray(Seen[]::new))).containsExactly("READY");
  }

  @Test
  void whoFailedGoesFirstWhenThereAreToBeFewerAndThenTheNewest() {
    var fewer = cluster(State.BUILDING, 1, 1, true);
    assertThat(
            next(
                fewer,
                seen(1, Part.FIRST, Stage.READY),
                seen(2, Part.WORKER, Stage.FAILED),
                seen(3, Part.WORKER, Stage.READY),
                seen(4, Part.WORKER, Stage.READY)))
        .containsExactly("release m2", "release m4");
  }

  @Test
  void aControlPlaneIsExchangedOnlyAfterTheOldOneHasLeft() {
    var made = cluster(State.BUILDING, 3, 0, true);
    var one = seen(1, Part.FIRST, Stage.READY);
    var two = seen(2, Part.CONTROL, Stage.READY);
    assertThat(next(made, one, two, seen(3, Part.CONTROL, Stage.LEAVING)))
        .containsExactly("BUILDING m3 (control plane) is leaving");
    assertThat(next(made, one, two, seen(3, Part.CONTROL, Stage.GONE))).containsExactly("forget 3");
    assertThat(next(made, one, two)).containsExactly("take CONTROL");
  }

  @Test
  void whatFailsIsSaidWhenNothingElseIsUnderWay() {
    var made = cluster(State.BUILDING, 1, 2, true);
    var one = seen(1, Part.FIRST, Stage.READY);
    var failed = seen(2, Part.WORKER, Stage.FAILED);
    assertThat(next(made, one, failed, seen(3, Part.WORKER, Stage.JOINING)))
        .containsExactly("BUILDING m2 (worker) is failed");
    assertThat(next(made, one, failed, seen(3, Part.WORKER, Stage.READY)))
        .containsExactly("FAILED m2 (worker) is failed");
  }

  @Test
  void whatIsNotCompleteWithinItsPatienceHasFailed() {
    var step =
        Next.of(
            cluster(State.BUILDING, 1, 0, false),
            List.of(seen(1, Part.FIRST, Stage.JOINING)),
            LATE);
    assertThat(step.toString()).contains("FAILED").contains("not complete within 3600 s");
  }

  @Test
  void aNodeThatIsLostLaterIsToldAndTheClusterRecoversByItself() {
    var ready = cluster(State.READY, 1, 1, true);
    var one = seen(1, Part.FIRST, Stage.READY);
    assertThat(next(ready, one, seen(2, Part.WORKER, Stage.FAILED)))
        .containsExactly("DEGRADED m2 (worker) is failed");
    var degraded = cluster(State.DEGRADED, 1, 1, true);
    assertThat(next(degraded, one, seen(2, Part.WORKER, Stage.READY))).containsExactly("READY");
  }

  @Test
  void aClusterThatIsDeletedGivesItsWorkersBackAndThenOneControlPlaneAfterAnother() {
    var deleting = cluster(State.DELETING, 3, 2, true);
    var one = seen(1, Part.FIRST, Stage.READY);
    var two = seen(2, Part.CONTROL, Stage.READY);
    assertThat(
            next(
                deleting,
                one,
                two,
                seen(3, Part.WORKER, Stage.READY),
                seen(4, Part.WORKER, Stage.INSTALLING)))
        .containsExactly("release m3", "release m4");
    assertThat(next(deleting, one, two, seen(3, Part.WORKER, Stage.LEAVING)))
        .containsExactly("DELETING m3 (worker) is leaving");
    assertThat(next(deleting, one, two)).containsExactly("release m2");
    assertThat(next(deleting, one, seen(2, Part.CONTROL, Stage.LEAVING)))
        .containsExactly("DELETING m2 (control plane) is leaving");
    assertThat(next(deleting, one)).containsExactly("release m1");
    assertThat(next(deleting)).containsExactly("over");
  }
}
