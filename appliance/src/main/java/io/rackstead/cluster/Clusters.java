package io.rackstead.cluster;

import io.rackstead.access.Audit;
import io.rackstead.access.Authorities;
import io.rackstead.access.Origin;
import io.rackstead.access.Vault;
import io.rackstead.agent.Sha256;
import io.rackstead.artifact.Artifacts;
import io.rackstead.cluster.Cluster.Progress;
import io.rackstead.cluster.Cluster.State;
import io.rackstead.handover.Handovers;
import io.rackstead.handover.Handovers.Stand;
import io.rackstead.handover.Handovers.Wanted;
import io.rackstead.handover.Targets;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Outcome;
import io.rackstead.recipe.Distribution;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Clusters at work. Each look brings each of them one step on; a step is one transaction, and
/// looked at again it is not done twice.
public final class Clusters {
  private static final Logger LOG = LoggerFactory.getLogger(Clusters.class);

  private final ClusterRows rows = new ClusterRows();
  private final Parts parts;
  private final Recruiting recruiting;

  /// What they work with.
  ///
  /// @param addresses of a machine, the best first
  /// @param api where the API of a control plane at that host is
  /// @param files where a machine fetches from at the boot services; empty: not to be said yet
  /// @param held nothing is done while it is so
  public record Parts(
      Database database,
      Machines machines,
      Handovers handovers,
      Targets targets,
      Artifacts artifacts,
      Authorities authorities,
      Vault vault,
      InstantSource clock,
      Function<Machine, List<String>> addresses,
      UnaryOperator<String> api,
      Function<Machine, Optional<String>> files,
      BooleanSupplier held) {}

  public Clusters(Parts parts, Recruiting recruiting) {
    this.parts = parts;
    this.recruiting = recruiting;
  }

  List<Cluster> list() {
    return parts.database().read(rows::all);
  }

  Optional<Cluster> find(String name) {
    return parts.database().read(tx -> rows.find(tx, name));
  }

  List<Seen> members(Cluster cluster) {
    return parts.database().read(tx -> rows.members(tx, cluster)).stream().map(this::seen).toList();
  }

  private Seen seen(Member member) {
    return Seen.of(
        member,
        parts.machines().find(member.machine()),
        parts.handovers().standing(member.machine(), member.epoch()));
  }

  /// Which cluster needs an artifact of that name.
  public Optional<String> using(String artifact) {
    return list().stream()
        .filter(cluster ->
            cluster.spec().artifacts().stream().anyMatch(item -> item.name().equals(artifact)))
        .map(Cluster::name)
        .findFirst();
  }

  Cluster create(String name, Spec spec, String secret, Origin by, String owner) {
    var now = parts.clock().instant();
    var keeping = Keeping.make(parts.authorities(), secret);
    var made =
        new Cluster(
            0,
            name,
            owner,
            State.BUILDING,
            "",
            now.plusSeconds(spec.patienceS()),
            new Cluster.Document(spec, Progress.NONE));
    parts
        .database()
        .change(tx -> {
          if (rows.find(tx, name).isPresent()) {
            throw new Problem(409, "there is a cluster " + name + " already");
          }
          rows.add(tx, made, sealed(made, keeping));
          audit(tx, by, "cluster %s: %s %s".formatted(name, spec.distribution(), spec.version()));
        });
    return find(name).orElseThrow();
  }

  /// Changes what is wanted of one that is there; it is being built again then.
  Cluster want(Cluster seen, UnaryOperator<Cluster> how, String what, Origin by) {
    parts
        .database()
        .change(tx -> {
          var now = rows.find(tx, seen.id()).orElseThrow();
          if (now.state() == State.DELETING) {
            throw new Problem(409, now.name() + " is being deleted");
          }
          var next = how.apply(now);
          rows.update(
              tx,
              next.to(next.state() == State.DELETING ? State.DELETING : State.BUILDING, "")
                  .until(parts.clock().instant().plusSeconds(next.spec().patienceS())));
          audit(tx, by, "cluster " + now.name() + ": " + what);
        });
    return find(seen.name()).orElseThrow();
  }

  /// Gives one member back; another takes its place.
  void replace(Cluster cluster, Seen member, Origin by) {
    var avoid = new ArrayList<>(cluster.progress().avoid());
    avoid.add(member.member().machine().text());
    var what = "replace " + member.hostname();
    release(
        cluster,
        member,
        tx -> {
          var now = rows.find(tx, cluster.id()).orElseThrow();
          rows.update(
              tx,
              now.with(now.progress().avoiding(avoid))
                  .to(State.BUILDING, "")
                  .until(parts.clock().instant().plusSeconds(now.spec().patienceS())));
          audit(tx, by, "cluster " + cluster.name() + ": " + what);
        });
  }

  /// The owner's kubeconfig, once; what stays is its digest.
  String handOut(Cluster seen, Origin by) {
    return parts
        .database()
        .inTransaction(tx -> {
          var cluster = rows.find(tx, seen.id()).orElseThrow();
          var keeping = keeping(tx, cluster);
          var config = keeping.kubeconfig();
          if (config.isEmpty()) {
            throw new Problem(
                cluster.progress().made() ? 410 : 409,
                cluster.progress().made()
                    ? "the kubeconfig of %s was handed out already: sha256 %s"
                        .formatted(cluster.name(), cluster.progress().handed())
                    : cluster.name()
                        + " is not there yet: its first control plane has to be Ready");
          }
          var digest = Sha256.hex(config.getBytes(StandardCharsets.UTF_8));
          rows.seal(tx, cluster, sealed(cluster, keeping.withoutKubeconfig()));
          rows.update(tx, cluster.with(cluster.progress().handed(digest)));
          audit(
              tx, by, "the kubeconfig of cluster %s, sha256 %s".formatted(cluster.name(), digest));
          return config;
        });
  }

  /// What clusters want handed over, and to whom.
  public List<Wanted> wanted() {
    var all = new ArrayList<Wanted>();
    parts
        .database()
        .read(tx -> {
          for (var cluster : rows.all(tx)) {
            if (!cluster.progress().api().isEmpty() && cluster.state() != State.DELETING) {
              for (var member : rows.members(tx, cluster)) {
                if (!member.leaving()) {
                  all.add(wanted(cluster, member));
                }
              }
            }
          }
          return all;
        });
    return all;
  }

  private static Wanted wanted(Cluster cluster, Member member) {
    return new Wanted(member.machine(), cluster.target(), member.part().words().replace(' ', '-'));
  }

  /// What a machine that is being installed runs at its first start, for a cluster or for whomever
  /// else it is installed. Empty: ask again.
  public Optional<String> firstBoot(Machine machine) {
    var found = parts.database().read(tx -> rows.member(tx, machine.id()));
    if (found.isEmpty()) {
      return parts.handovers().firstBoot(machine);
    }
    var member = found.get();
    var files = parts.files().apply(machine);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    return parts
        .database()
        .read(tx -> rows.find(tx, member.cluster()))
        .flatMap(cluster -> {
          var keeping = parts.database().read(tx -> keeping(tx, cluster));
          var start = new Installing(cluster, keeping, files.get());
          if (member.part() == Part.FIRST) {
            return Optional.of(start.first(machine));
          }
          return parts
              .handovers()
              .firstBoot(
                  machine,
                  wanted(cluster, member),
                  prepared -> start.joining(machine, member.part(), prepared));
        });
  }

  /// To be called every second or so.
  public void look() {
    if (parts.held().getAsBoolean()) {
      return;
    }
    for (var cluster : list()) {
      try {
        step(cluster);
      } catch (Problem e) {
        told(cluster, cluster.state(), e.detail());
      }
    }
  }

  private void step(Cluster cluster) {
    var members = members(cluster);
    if (cluster.progress().api().isEmpty() && cluster.state() != State.DELETING) {
      members.stream()
          .filter(seen -> seen.member().part() == Part.FIRST && seen.stage() == Seen.Stage.JOINING)
          .findFirst()
          .ifPresent(seen -> reached(cluster, seen));
    }
    for (var next : Next.of(cluster, members, parts.clock().instant())) {
      switch (next) {
        case Next.Take(var part) -> {
          if (!take(cluster, part)) {
            return;
          }
        }
        case Next.Release(var member) -> release(cluster, member, _ -> {});
        case Next.Forget(var member) -> forget(cluster, member);
        case Next.Made() -> made(cluster);
        case Next.Told(var state, var why) -> told(cluster, state, why);
        case Next.Over() -> over(cluster);
      }
    }
  }

  /// With a first control plane that is no more goes where the cluster would have been.
  private void forget(Cluster cluster, Member member) {
    parts
        .database()
        .change(tx -> {
          rows.gone(tx, member);
          rows.find(tx, cluster.id())
              .filter(now -> member.part() == Part.FIRST && !now.progress().made())
              .ifPresent(now -> rows.update(tx, now.with(now.progress().at(""))));
        });
  }

  /// The first control plane has come up: from now on the cluster is spoken to.
  private void reached(Cluster cluster, Seen first) {
    var host =
        cluster.spec().stands().isEmpty()
            ? parts
                .machines()
                .find(first.member().machine())
                .flatMap(machine -> parts.addresses().apply(machine).stream().findFirst())
                .orElse("")
            : cluster.spec().stands();
    if (host.isEmpty()) {
      told(cluster, cluster.state(), first.hostname() + " has no address that we know");
      return;
    }
    var url = parts.api().apply(host);
    var keeping = parts.database().read(tx -> keeping(tx, cluster));
    var ours = keeping.ours(parts.authorities(), clientCa(cluster));
    var config = new HashMap<String, String>();
    config.put("url", url);
    config.put("ca", keeping.ca());
    config.put("certificate", ours.certificate());
    config.put("key", ours.key());
    // the others take a node out of etcd when it is removed
    if (cluster.spec().distribution() == Distribution.KUBEADM && cluster.spec().controls() > 1) {
      var etcd = keeping.oursAtEtcd(parts.authorities());
      config.put("etcd_ca", keeping.etcdCa());
      config.put("etcd_certificate", etcd.certificate());
      config.put("etcd_key", etcd.key());
    }
    parts
        .targets()
        .put(
            cluster.target(),
            "kubernetes-cluster",
            Json.instance().valueToTree(config),
            new Origin(actor(cluster).toString(), "cluster"));
    parts
        .database()
        .change(tx ->
            rows.find(tx, cluster.id())
                .ifPresent(now -> rows.update(tx, now.with(now.progress().at(url)))));
    parts.handovers().wantedAnew();
  }

  private static String clientCa(Cluster cluster) {
    return cluster.spec().distribution() == Distribution.KUBEADM ? "ca" : "client-ca";
  }

  private boolean take(Cluster cluster, Part part) {
    var missing = Installing.missing(cluster.spec(), parts.artifacts());
    if (missing.isPresent()) {
      told(cluster, State.BUILDING, missing.get());
      return expire(cluster, missing.get());
    }
    return switch (recruiting.take(
        cluster,
        part,
        (tx, machine) ->
            rows.join(tx, cluster, machine.id(), part, machine.epoch(), parts.clock().instant()))) {
      case Recruiting.Taken(var machine) -> {
        LOG.info("cluster={} machine={} becomes {}", cluster.name(), machine.id(), part);
        parts
            .machines()
            .note(
                machine.id(),
                "becomes a %s of the cluster %s".formatted(part.words(), cluster.name()),
                actor(cluster),
                _ -> {});
        yield true;
      }
      case Recruiting.Nobody(var why) -> {
        told(cluster, State.BUILDING, "no machine for a " + part.words() + ": " + why);
        yield expire(cluster, why);
      }
    };
  }

  /// What waits for something from outside does not wait for ever.
  private boolean expire(Cluster cluster, String why) {
    if (!parts.clock().instant().isBefore(cluster.deadline())) {
      told(
          cluster,
          State.FAILED,
          "not complete within %d s: %s".formatted(cluster.spec().patienceS(), why));
    }
    return false;
  }

  /// The machine's release and that it leaves are one change. Where nothing is to be drained, what
  /// is above is forgotten first.
  private void release(Cluster cluster, Seen seen, Consumer<Tx> with) {
    var found = parts.machines().find(seen.member().machine());
    if (found.isEmpty()) {
      return;
    }
    var machine = found.get();
    var by = new Origin(actor(cluster).toString(), "cluster");
    if (cluster.state() == State.DELETING
        && !cluster.progress().drain()
        && parts.handovers().standing(machine.id(), seen.member().epoch()).stand() != Stand.NONE) {
      parts.handovers().forget(machine, by);
    }
    var outcome =
        parts
            .machines()
            .apply(
                machine.id(),
                new Event.Release(cluster.spec().erase()),
                actor(cluster),
                tx -> {
                  rows.leaving(tx, seen.member(), parts.clock().instant());
                  with.accept(tx);
                  audit(
                      tx,
                      by,
                      "%s (%s) leaves the cluster %s"
                          .formatted(machine.hostname(), machine.id(), cluster.name()));
                });
    if (outcome instanceof Outcome.Refused(_, var why)) {
      throw new Problem(409, why);
    }
  }

  private void made(Cluster cluster) {
    parts
        .database()
        .change(tx -> {
          var now = rows.find(tx, cluster.id()).orElseThrow();
          var keeping =
              keeping(tx, now)
                  .withKubeconfig(
                      parts.authorities(),
                      clientCa(now),
                      now.name(),
                      now.owner(),
                      now.progress().api());
          rows.seal(tx, now, sealed(now, keeping));
          rows.update(tx, now.with(now.progress().asMade()));
        });
    LOG.info("cluster={} has its first control plane", cluster.name());
  }

  private void over(Cluster cluster) {
    var by = new Origin(actor(cluster).toString(), "cluster");
    parts.targets().find(cluster.target()).ifPresent(target -> parts.targets().delete(target, by));
    parts
        .database()
        .change(tx -> {
          rows.delete(tx, cluster);
          audit(tx, by, "cluster " + cluster.name() + " is no more");
        });
    LOG.info("cluster={} is no more", cluster.name());
  }

  private void told(Cluster cluster, State state, String why) {
    parts
        .database()
        .read(tx -> rows.find(tx, cluster.id()))
        .filter(now -> now.state() == cluster.state())
        .filter(now -> now.state() != state || !now.why().equals(now.to(state, why).why()))
        .ifPresent(now -> {
          parts
              .database()
              .change(tx ->
                  rows.find(tx, now.id())
                      .filter(stored -> stored.state() == now.state())
                      .ifPresent(stored -> rows.update(tx, settled(stored, state).to(state, why))));
          if (now.state() != state) {
            LOG.info("cluster={} state={} {}", cluster.name(), state, why);
          }
        });
  }

  /// Who was exchanged may be taken again once the cluster is whole.
  private static Cluster settled(Cluster cluster, State state) {
    return state == State.READY ? cluster.with(cluster.progress().avoiding(List.of())) : cluster;
  }

  static Actor actor(Cluster cluster) {
    return Actor.rule("cluster-" + cluster.name());
  }

  private void audit(Tx tx, Origin by, String what) {
    Audit.write(tx, parts.clock().instant(), by, what);
  }

  private byte[] sealed(Cluster cluster, Keeping keeping) {
    return parts
        .vault()
        .sealed("cluster/" + cluster.name(), Json.text(keeping).getBytes(StandardCharsets.UTF_8));
  }

  private Keeping keeping(Tx tx, Cluster cluster) {
    var plain = parts.vault().opened("cluster/" + cluster.name(), rows.sealed(tx, cluster));
    return Json.read(new String(plain, StandardCharsets.UTF_8), Keeping.class);
  }
}
