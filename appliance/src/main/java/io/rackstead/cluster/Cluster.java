package io.rackstead.cluster;

import java.time.Instant;
import java.util.List;

/// A cluster as it is stored.
///
/// @param why the latest word on it
/// @param deadline of what was asked for last
record Cluster(
    long id,
    String name,
    String owner,
    State state,
    String why,
    Instant deadline,
    Document document) {
  enum State {
    /// not yet as it was asked for
    BUILDING,
    /// all nodes are Ready by the cluster's own word
    READY,
    /// it was, and a node is not any more
    DEGRADED,
    /// not as it was asked for within its patience, or a node failed
    FAILED,
    DELETING
  }

  record Document(Spec spec, Progress progress) {}

  /// @param api where its API is; empty: not known yet
  /// @param made its first control plane has been in service
  /// @param avoid machines that are not taken again
  /// @param drain whether nodes are drained when all of it is deleted
  /// @param handed the digest of the kubeconfig that was given to the owner; empty: not yet
  record Progress(String api, boolean made, List<String> avoid, boolean drain, String handed) {
    static final Progress NONE = new Progress("", false, List.of(), true, "");

    Progress {
      avoid = List.copyOf(avoid);
    }

    Progress at(String url) {
      return new Progress(url, made, avoid, drain, handed);
    }

    Progress asMade() {
      return new Progress(api, true, avoid, drain, handed);
    }

    Progress avoiding(List<String> machines) {
      return new Progress(api, made, machines, drain, handed);
    }

    Progress drained(boolean so) {
      return new Progress(api, made, avoid, so, handed);
    }

    Progress handed(String digest) {
      return new Progress(api, made, avoid, drain, digest);
    }
  }

  Spec spec() {
    return document.spec();
  }

  Progress progress() {
    return document.progress();
  }

  Cluster with(Progress next) {
    return new Cluster(id, name, owner, state, why, deadline, new Document(spec(), next));
  }

  Cluster with(Spec next) {
    return new Cluster(id, name, owner, state, why, deadline, new Document(next, progress()));
  }

  Cluster to(State next, String said) {
    return new Cluster(
        id,
        name,
        owner,
        next,
        said.length() > 1000 ? said.substring(0, 1000) : said,
        deadline,
        document);
  }

  Cluster until(Instant end) {
    return new Cluster(id, name, owner, state, why, end, document);
  }

  /// Where its machines are handed over to.
  String target() {
    return "cluster-" + name;
  }
}
