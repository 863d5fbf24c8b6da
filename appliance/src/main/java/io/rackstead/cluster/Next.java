package io.rackstead.cluster;

import io.rackstead.cluster.Cluster.State;
import io.rackstead.cluster.Seen.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// What comes next for a cluster. Pure: asked again with the same, it says the same.
sealed interface Next {
  /// A machine is taken and installed as that.
  record Take(Part part) implements Next {}

  /// A machine is given back: drained, then erased.
  record Release(Seen member) implements Next {}

  /// It is a member no more.
  record Forget(Member member) implements Next {}

  /// The first control plane is in service: others may join.
  record Made() implements Next {}

  record Told(State state, String why) implements Next {}

  /// Nothing is left of it.
  record Over() implements Next {}

  static List<Next> of(Cluster cluster, List<Seen> members, Instant now) {
    var gone = members.stream().filter(seen -> seen.stage() == Stage.GONE).toList();
    if (!gone.isEmpty()) {
      return gone.stream().<Next>map(seen -> new Forget(seen.member())).toList();
    }
    if (cluster.state() == State.DELETING) {
      return deleting(members);
    }
    var steps = new ArrayList<Next>();
    if (cluster.state() == State.BUILDING) {
      steps.addAll(building(cluster, members));
    }
    if (steps.isEmpty()) {
      steps.add(told(cluster, members, now));
    }
    return steps;
  }

  /// Workers first, then control planes one after another: each is drained through those that stay.
  private static List<Next> deleting(List<Seen> members) {
    if (members.isEmpty()) {
      return List.of(new Over());
    }
    var workers = members.stream().filter(seen -> !seen.member().part().controls()).toList();
    if (!workers.isEmpty()) {
      return released(workers);
    }
    boolean busy = members.stream().anyMatch(seen -> seen.stage() == Stage.LEAVING);
    return busy ? List.of(waits(members)) : released(List.of(members.getLast()));
  }

  private static List<Next> released(List<Seen> all) {
    var steps =
        all.stream()
            .filter(seen -> seen.stays() && !seen.member().leaving())
            .<Next>map(Release::new)
            .toList();
    return steps.isEmpty() ? List.of(waits(all)) : steps;
  }

  private static Told waits(List<Seen> members) {
    return new Told(State.DELETING, words(members));
  }

  private static List<Next> building(Cluster cluster, List<Seen> members) {
    var controls = part(members, true);
    var workers = part(members, false);
    var steps = new ArrayList<Next>();
    if (!cluster.progress().made()) {
      if (controls.isEmpty()) {
        return List.of(new Take(Part.FIRST));
      }
      return controls.getFirst().stage() == Stage.READY ? List.of(new Made()) : List.of();
    }
    long staying = controls.stream().filter(Seen::stays).count();
    // one after another: each changes the majority of etcd
    boolean changing = controls.stream().anyMatch(seen -> seen.stage() != Stage.READY);
    if (staying < cluster.spec().controls() && !changing) {
      return List.of(new Take(Part.CONTROL));
    }
    if (staying < cluster.spec().controls() || changing) {
      return List.of();
    }
    var there = workers.stream().filter(Seen::stays).toList();
    for (long n = there.size(); n < cluster.spec().workers(); n++) {
      steps.add(new Take(Part.WORKER));
    }
    there.stream()
        .sorted(
            Comparator.comparing((Seen seen) -> seen.stage() != Stage.FAILED)
                .thenComparing(seen -> -seen.member().id()))
        .limit(Math.max(0, there.size() - cluster.spec().workers()))
        .forEach(seen -> steps.add(new Release(seen)));
    return steps;
  }

  private static Told told(Cluster cluster, List<Seen> members, Instant now) {
    var spec = cluster.spec();
    long ready = members.stream().filter(seen -> seen.stage() == Stage.READY).count();
    boolean whole = ready == members.size() && ready == spec.controls() + (long) spec.workers();
    if (whole && cluster.progress().made()) {
      return new Told(State.READY, "");
    }
    var words = words(members);
    return switch (cluster.state()) {
      case READY, DEGRADED -> new Told(State.DEGRADED, words);
      case BUILDING -> {
        var failed = members.stream().filter(seen -> seen.stage() == Stage.FAILED).toList();
        boolean busy =
            members.stream().anyMatch(seen -> seen.coming() || seen.stage() == Stage.LEAVING);
        if (!failed.isEmpty() && !busy) {
          yield new Told(State.FAILED, words(failed));
        }
        yield now.isBefore(cluster.deadline())
            ? new Told(State.BUILDING, words)
            : new Told(
                State.FAILED, "not complete within %d s: %s".formatted(spec.patienceS(), words));
      }
      case FAILED -> new Told(State.FAILED, cluster.why());
      case DELETING -> new Told(State.DELETING, words);
    };
  }

  private static List<Seen> part(List<Seen> members, boolean controls) {
    return members.stream().filter(seen -> seen.member().part().controls() == controls).toList();
  }

  /// Who is not Ready, and why.
  private static String words(List<Seen> members) {
    return members.stream()
        .filter(seen -> seen.stage() != Stage.READY)
        .map(seen ->
            "%s (%s) is %s%s"
                .formatted(
                    seen.hostname(),
                    seen.member().part().words(),
                    seen.stage().name().toLowerCase(java.util.Locale.ROOT),
                    seen.why().isEmpty() ? "" : ": " + seen.why()))
        .collect(Collectors.joining("; "));
  }
}
