package io.rackstead.http;

import io.rackstead.http.Route.Method;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the route for a path. Names go before placeholders, those before `{rest...}`; a slash at
/// the end or one too many between makes no difference, so that nothing is ever redirected.
final class Router {
  /// What a path and a method lead to.
  sealed interface Match {
    record Found(Route route, Map<String, String> parts) implements Match {}

    /// The path is there, for other methods.
    record OtherMethods(Set<Method> allowed) implements Match {}

    record Nothing() implements Match {}
  }

  private static final class Node {
    final Map<String, Node> named = new HashMap<>();
    @Nullable Node any;
    final Map<Method, Route> routes = new EnumMap<>(Method.class);
    final Map<Method, Route> rest = new EnumMap<>(Method.class);
  }

  private final Node root = new Node();

  Router(List<Route> routes) {
    for (var route : routes) {
      add(route);
    }
  }

  private void add(Route route) {
    var node = root;
    var leaf = false;
    for (var part : parts(route.path())) {
      if (leaf) {
        throw new IllegalArgumentException("{rest...} must be the last part: " + route.path());
      }
      leaf = part.endsWith("...}");
      if (!leaf) {
        node = part.startsWith("{") ? any(node) : named(node, part);
      }
    }
    if ((leaf ? node.rest : node.routes).put(route.method(), route) != null) {
      throw new IllegalArgumentException("two routes for " + route);
    }
  }

  private static Node named(Node node, String part) {
    return node.named.computeIfAbsent(part, _ -> new Node());
  }

  private static Node any(Node node) {
    var any = node.any;
    if (any == null) {
      any = new Node();
      node.any = any;
    }
    return any;
  }

  /// @param path as it was sent
  Match find(Method method, String path) {
    var decoded = decoded(path);
    if (decoded.isEmpty()) {
      return new Match.Nothing();
    }
    var parts = decoded.get();
    Set<Method> others = EnumSet.noneOf(Method.class);
    var found = search(root, parts, 0, method, others);
    if (found != null) {
      return new Match.Found(found, values(found, parts));
    }
    return others.isEmpty() ? new Match.Nothing() : new Match.OtherMethods(others);
  }

  private static @Nullable Route search(
      Node node, List<String> parts, int at, Method method, Set<Method> others) {
    if (at == parts.size()) {
      var here = pick(node.routes, method, others);
      return here != null ? here : pick(node.rest, method, others);
    }
    var named = node.named.get(parts.get(at));
    var found = named == null ? null : search(named, parts, at + 1, method, others);
    if (found == null && node.any != null) {
      found = search(node.any, parts, at + 1, method, others);
    }
    return found != null ? found : pick(node.rest, method, others);
  }

  private static @Nullable Route pick(
      Map<Method, Route> routes, Method method, Set<Method> others) {
    others.addAll(routes.keySet());
    var route = routes.get(method);
    return route == null && method == Method.HEAD ? routes.get(Method.GET) : route;
  }

  private static Map<String, String> values(Route route, List<String> parts) {
    var values = new HashMap<String, String>();
    var names = parts(route.path());
    for (int i = 0; i < names.size(); i++) {
      var name = names.get(i);
      if (name.endsWith("...}")) {
        values.put(
            name.substring(1, name.length() - 4),
            String.join("/", parts.subList(Math.min(i, parts.size()), parts.size())));
      } else if (name.startsWith("{")) {
        values.put(name.substring(1, name.length() - 1), parts.get(i));
      }
    }
    return values;
  }

  /// Decoded part by part, so that an encoded slash stays inside its part; nothing leads upwards.
  private static Optional<List<String>> decoded(String path) {
    var parts = new ArrayList<String>();
    for (var part : parts(path)) {
      var text = Encoding.decode(part, false);
      if (text.equals("..") || text.equals(".") || text.indexOf('\0') >= 0) {
        return Optional.empty();
      }
      parts.add(text);
    }
    return Optional.of(parts);
  }

  private static List<String> parts(String path) {
    var parts = new ArrayList<String>();
    for (var part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        parts.add(part);
      }
    }
    return parts;
  }
}
