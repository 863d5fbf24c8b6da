package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;

import io.rackstead.bmc.BmcException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Finds the system that is meant where several stand behind one address: the blades of a chassis,
/// the halves of a twin. It is looked up among those that the BMC lists, never built from text.
final class Systems {
  private static final int MOST = 256;

  private Systems() {}

  /// The path of the system.
  ///
  /// @param meant its path, its id or its UUID; empty: the only one
  static String choose(RedfishSession session, String meant) {
    var known = session.login().systems().get(meant);
    if (known != null) {
      return known;
    }
    var paths = paths(session);
    var chosen = meant.isEmpty() ? only(session, paths) : named(session, paths, meant);
    session.login().systems().put(meant, chosen);
    return chosen;
  }

  /// All of them, each by its path without the slash in front.
  static List<String> all(RedfishSession session) {
    return paths(session).stream().map(Resource::plain).toList();
  }

  private static List<String> paths(RedfishSession session) {
    var all = session.root().link("Systems").orElse(Login.ROOT + "Systems");
    return session.memberPaths(all, MOST);
  }

  private static String only(RedfishSession session, List<String> paths) {
    if (paths.size() == 1) {
      return paths.getFirst();
    }
    throw new BmcException(
        PROTOCOL,
        session.address(),
        paths.isEmpty()
            ? "it knows of no system"
            : "%d systems stand behind it, and none is chosen: node_id is one of %s"
                .formatted(paths.size(), ids(paths)));
  }

  private static String named(RedfishSession session, List<String> paths, String meant) {
    var path = Resource.plain(meant);
    return paths.stream()
        .filter(one -> Resource.plain(one).equals(path))
        .findFirst()
        .or(() -> one(paths.stream().filter(p -> Resource.last(p).equals(meant)).toList()))
        .or(() -> byUuid(session, paths, meant))
        .orElseThrow(() ->
            new BmcException(
                PROTOCOL,
                session.address(),
                "no system %s stands behind it: there are %s".formatted(meant, ids(paths))));
  }

  private static Optional<String> byUuid(RedfishSession session, List<String> paths, String meant) {
    if (!meant.matches("[0-9A-Fa-f-]{32,36}")) {
      return Optional.empty();
    }
    return one(
        paths.stream()
            .filter(path ->
                session
                    .find(path)
                    .map(system -> hex(system.text("UUID")).equals(hex(meant)))
                    .orElse(false))
            .toList());
  }

  /// Two that answer to one name are no answer.
  private static Optional<String> one(List<String> found) {
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static String hex(String uuid) {
    return uuid.replace("-", "").toLowerCase(Locale.ROOT);
  }

  private static List<String> ids(List<String> paths) {
    return paths.stream().map(Resource::last).toList();
  }
}
