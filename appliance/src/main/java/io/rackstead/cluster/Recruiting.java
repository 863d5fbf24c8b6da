package io.rackstead.cluster;

import io.rackstead.access.Audit;
import io.rackstead.access.Grants;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal;
import io.rackstead.access.SshKeys;
import io.rackstead.access.Users;
import io.rackstead.http.Problem;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Outcome;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.node.Setup;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Takes machines for clusters, with the rights that the owner has at that moment: allocated, to be
/// installed, and a member, all in one transaction.
public final class Recruiting {
  private final Parts parts;

  /// What it works with.
  ///
  /// @param wishes in the words of an allocation; a [Problem] 400 says which word is wrong
  /// @param fixed what the interfaces of one become that others find by its address
  public record Parts(
      Database database,
      Machines machines,
      Verbs verbs,
      ImageStore images,
      Users users,
      SshKeys sshKeys,
      Function<Map<String, List<String>>, Fitting> wishes,
      Function<Machine, Setup> fixed,
      InstantSource clock) {}

  /// Which machines will do.
  public interface Fitting {
    /// Those that are Ready and fit, the cheapest first.
    Stream<Machine> among(Machines machines, Predicate<Machine> free);

    /// Why there is none.
    String nothing(List<Machine> free);
  }

  sealed interface Answer {}

  record Taken(Machine machine) implements Answer {}

  record Nobody(String why) implements Answer {}

  public Recruiting(Parts parts) {
    this.parts = parts;
  }

  /// [Problem] 400 where a word of them is wrong.
  void check(Map<String, List<String>> wishes) {
    var _ = parts.wishes().apply(wishes);
  }

  /// @param with writes what belongs to it, with the machine as it was before
  Answer take(Cluster cluster, Part part, BiConsumer<Tx, Machine> with) {
    var owner =
        parts
            .database()
            .read(tx ->
                parts.users().find(tx, cluster.owner()).map(user -> Grants.principal(tx, user)));
    if (owner.isEmpty()) {
      return new Nobody("the owner " + cluster.owner() + " is no user any more");
    }
    var free = free(cluster, owner.get());
    var constraints = parts.wishes().apply(cluster.spec().wishes(part));
    var why = "";
    for (var each = constraints.among(parts.machines(), free).iterator(); each.hasNext(); ) {
      var machine = each.next();
      try {
        if (taken(cluster, part, machine, with)) {
          return new Taken(parts.machines().find(machine.id()).orElse(machine));
        }
      } catch (Problem e) {
        why = e.detail();
      }
    }
    return new Nobody(
        why.isEmpty()
            ? constraints.nothing(parts.machines().list().stream().filter(free).toList())
            : why);
  }

  private static Predicate<Machine> free(Cluster cluster, Principal owner) {
    return machine ->
        machine.state() == State.READY
            && owner.mayTake(machine.labels().pool())
            && !machine.locked()
            && machine.quarantine().isEmpty()
            && !cluster.progress().avoid().contains(machine.id().text());
  }

  private boolean taken(Cluster cluster, Part part, Machine machine, BiConsumer<Tx, Machine> with) {
    var keys =
        parts.database().read(tx -> parts.sshKeys().of(tx, cluster.owner())).stream()
            .map(SshKeys.SshKey::text)
            .toList();
    var order = new DeployOrder(image(cluster, machine), keys, "", "", "", false);
    var wired = part.controls() ? parts.fixed().apply(machine) : machine.node();
    var events = parts.verbs().installation(machine, order, cluster.owner(), wired);
    var actor = Clusters.actor(cluster);
    return parts
            .machines()
            .apply(
                machine.id(),
                events.stream().map(event -> new Machines.Act(event, actor)).toList(),
                tx -> {
                  with.accept(tx, machine);
                  Audit.write(
                      tx,
                      parts.clock().instant(),
                      new Origin(actor.toString(), "cluster"),
                      "%s (%s) is taken for the cluster %s"
                          .formatted(machine.hostname(), machine.id(), cluster.name()));
                })
        instanceof Outcome.Moved;
  }

  private Image image(Cluster cluster, Machine machine) {
    return parts
        .images()
        .image(ImageId.parse(cluster.spec().image()), machine.arch())
        .orElseThrow(() ->
            new Problem(
                409,
                "no image %s for %s in the store"
                    .formatted(cluster.spec().image(), machine.arch().debianName())));
  }
}
