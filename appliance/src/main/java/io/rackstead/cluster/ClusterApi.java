package io.rackstead.cluster;

import io.rackstead.access.Origin;
import io.rackstead.artifact.Artifacts;
import io.rackstead.cluster.Cluster.State;
import io.rackstead.cluster.Seen.Stage;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Verbs;
import io.rackstead.recipe.Distribution;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Clusters in our own API: asked for, looked at, made larger and smaller, their nodes exchanged,
/// their kubeconfig handed out once, and deleted. Who does not own one and runs nothing sees none.
public final class ClusterApi {
  private static final int SECRET = 24;
  private final Clusters clusters;
  private final Recruiting recruiting;
  private final Verbs verbs;
  private final SpecReader reader;
  private final SecureRandom random;

  public ClusterApi(
      Clusters clusters,
      Recruiting recruiting,
      Verbs verbs,
      Artifacts artifacts,
      SecureRandom random) {
    this.clusters = clusters;
    this.recruiting = recruiting;
    this.verbs = verbs;
    this.random = random;
    reader = new SpecReader(artifacts::find);
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/clusters", Access.VIEW, this::list),
        Route.post("/api/clusters", Access.OPERATE, this::create),
        Route.get("/api/clusters/{name}", Access.VIEW, r -> Reply.json(shown(cluster(r)))),
        Route.put("/api/clusters/{name}/workers", Access.OPERATE, this::scale),
        Route.post("/api/clusters/{name}/retry", Access.OPERATE, this::retry),
        Route.post("/api/clusters/{name}/nodes/{id}/replace", Access.OPERATE, this::replace),
        Route.post("/api/clusters/{name}/kubeconfig", Access.OPERATE, this::kubeconfig),
        Route.delete("/api/clusters/{name}", Access.OPERATE, this::delete));
  }

  private Reply list(Request request) {
    return Reply.json(
        Map.of(
            "clusters",
            clusters.list().stream()
                .filter(cluster -> request.principal().sees(cluster.owner()))
                .map(this::shown)
                .toList()));
  }

  private Cluster cluster(Request request) {
    return clusters
        .find(request.part("name"))
        .filter(cluster -> request.principal().sees(cluster.owner()))
        .orElseThrow(() -> new Problem(404, "no cluster " + request.part("name")));
  }

  private Cluster own(Request request) {
    var cluster = cluster(request);
    if (!request.principal().mayChange(cluster.owner())) {
      throw new Problem(
          403, "%s does not own %s".formatted(request.principal().username(), cluster.name()));
    }
    return cluster;
  }

  private Map<String, Object> shown(Cluster cluster) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("name", cluster.name());
    shown.put("owner", cluster.owner());
    shown.put("state", words(cluster.state()));
    shown.put("why", cluster.why());
    shown.put("deadline", cluster.deadline());
    shown.put("api", cluster.progress().api());
    shown.put("kubeconfig_sha256", cluster.progress().handed());
    shown.put("caution", caution(cluster.spec().distribution()));
    shown.put("spec", cluster.spec());
    shown.put("nodes", clusters.members(cluster).stream().map(ClusterApi::shown).toList());
    return shown;
  }

  /// What whoever looks at it should know of where it was tried.
  private static String caution(Distribution distribution) {
    return switch (distribution) {
      case KUBEADM -> "";
      case K3S, RKE2 ->
          "made as %s publishes it; this recipe has never met the real product"
              .formatted(distribution.name().toLowerCase(Locale.ROOT));
    };
  }

  private static Map<String, Object> shown(Seen seen) {
    return Map.of(
        "machine", seen.member().machine().text(),
        "hostname", seen.hostname(),
        "part", seen.member().part().words(),
        "state", words(seen.stage()),
        "why", seen.why());
  }

  private static String words(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT);
  }

  private Reply create(Request request) {
    var asked = request.json();
    var name = asked.path("name").asText("");
    if (!SpecReader.NAME.matcher(name).matches()) {
      throw new Problem(400, "name has lower-case letters, digits and inner hyphens, at most 40");
    }
    var spec = reader.read(asked);
    recruiting.check(spec.controlWishes());
    recruiting.check(spec.workerWishes());
    var secret = new byte[SECRET];
    random.nextBytes(secret);
    return Reply.json(
        201,
        shown(
            clusters.create(
                name,
                spec,
                HexFormat.of().formatHex(secret),
                Origin.of(request),
                request.principal().username())));
  }

  private Reply scale(Request request) {
    var cluster = own(request);
    SpecReader.known("workers", request.json(), "count");
    int count =
        SpecReader.number("count", request.json().path("count"), -1, 0, SpecReader.MOST_WORKERS);
    if (count < 0) {
      throw new Problem(400, "count is how many workers there are to be");
    }
    return Reply.json(
        shown(
            clusters.want(
                cluster,
                now -> now.with(now.spec().withWorkers(count)),
                "%d workers".formatted(count),
                Origin.of(request))));
  }

  private Reply retry(Request request) {
    return Reply.json(shown(clusters.want(own(request), now -> now, "again", Origin.of(request))));
  }

  private Reply replace(Request request) {
    var cluster = own(request);
    if (cluster.state() == State.DELETING) {
      throw new Problem(409, cluster.name() + " is being deleted");
    }
    var members = clusters.members(cluster);
    var member =
        verbs
            .find(request.principal(), request.part("id"))
            .flatMap(machine ->
                members.stream()
                    .filter(seen -> seen.member().machine().equals(machine.id()))
                    .findFirst())
            .orElseThrow(() -> new Problem(404, "no node " + request.part("id")));
    mayGo(cluster, members, member);
    clusters.replace(cluster, member, Origin.of(request));
    return Reply.json(shown(cluster(request)));
  }

  /// What has no copy elsewhere is not given away.
  private static void mayGo(Cluster cluster, List<Seen> members, Seen member) {
    if (member.member().leaving()) {
      throw new Problem(409, member.hostname() + " is leaving already");
    }
    if (!member.member().part().controls() || !cluster.progress().made()) {
      return;
    }
    MachineId id = member.member().machine();
    long others =
        members.stream()
            .filter(seen -> seen.member().part().controls())
            .filter(seen -> !seen.member().machine().equals(id))
            .filter(seen -> seen.stage() == Stage.READY)
            .count();
    if (others < cluster.spec().controls() - 1L || others == 0) {
      throw new Problem(
          409,
          "%s is needed: of the other control planes %d are Ready, and %s"
              .formatted(
                  member.hostname(),
                  others,
                  cluster.spec().controls() == 1
                      ? "the cluster's state is nowhere else"
                      : "both have to be"));
    }
  }

  private Reply kubeconfig(Request request) {
    var config = clusters.handOut(own(request), Origin.of(request));
    return Reply.json(Map.of("kubeconfig", config));
  }

  private Reply delete(Request request) {
    var cluster = own(request);
    boolean drain = !request.query("drain").orElse("true").equals("false");
    if (cluster.state() == State.DELETING && cluster.progress().drain() && !drain) {
      throw new Problem(
          409,
          cluster.name()
              + " is being deleted: what holds it is said at its nodes, and ended at their hand-overs");
    }
    if (cluster.state() != State.DELETING) {
      var _ =
          clusters.want(
              cluster,
              now -> now.with(now.progress().drained(drain)).to(State.DELETING, ""),
              drain ? "delete" : "delete without draining",
              Origin.of(request));
    }
    return Reply.json(202, shown(cluster(request)));
  }
}
