package io.rackstead.maas;

import io.rackstead.http.Admission;
import io.rackstead.http.Form;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Finds the operation that a request means. Its name stands in the query, in the form or in the
/// last part of the path (`op-NAME`); an empty name is none.
final class Dispatch {
  static final String ROOT = "/MAAS/api/2.0/";
  private static final String IN_PATH = "op-";

  private final Map<String, Map<Method, List<MaasOperation>>> byPath = new LinkedHashMap<>();
  private final String apiHash;

  /// @param apiHash what the `maas` command compares with its own copy of the description
  Dispatch(List<MaasOperation> operations, String apiHash) {
    this.apiHash = apiHash;
    for (var operation : operations) {
      byPath
          .computeIfAbsent(operation.path(), _ -> new EnumMap<>(Method.class))
          .computeIfAbsent(operation.method(), _ -> new ArrayList<>())
          .add(operation);
    }
  }

  List<Route> routes() {
    var routes = new ArrayList<Route>();
    byPath.forEach((path, methods) ->
        methods.forEach((method, operations) -> {
          routes.add(route(method, path, operations));
          if (placeholderBelow(path).isEmpty()) {
            routes.add(route(method, path + "{operation}/", operations));
          }
        }));
    // `machines/op-allocate` would be a machine of that name: where that has no such method
    byPath.forEach((path, methods) ->
        placeholderBelow(path)
            .ifPresent(below ->
                methods.forEach((method, operations) -> {
                  if (!byPath.getOrDefault(below, Map.of()).containsKey(method)) {
                    routes.add(route(method, below, operations));
                  }
                })));
    return routes;
  }

  private Route route(Method method, String path, List<MaasOperation> operations) {
    var asked = operations.stream().map(MaasOperation::access).distinct().toList();
    // where its operations differ the route lets in whoever is signed in: each has its own door
    var least =
        asked.size() == 1
            ? asked.getFirst()
            : asked.contains(Access.PUBLIC) ? Access.PUBLIC : Access.VIEW;
    return new Route(method, ROOT + path, least, request -> answer(request, path, operations));
  }

  /// `machines/{system_id}/` below `machines/`.
  private Optional<String> placeholderBelow(String path) {
    return byPath.keySet().stream()
        .filter(other ->
            other.startsWith(path + "{") && other.indexOf('/', path.length()) == other.length() - 1)
        .findFirst();
  }

  private Reply answer(Request request, String path, List<MaasOperation> operations)
      throws Exception {
    Reply reply;
    try {
      reply = run(request, path, operations);
    } catch (FormErrors e) {
      reply = json(400, e.errors());
    } catch (io.rackstead.network.Rejected e) {
      reply = json(400, FormErrors.of(e.field(), e.why()).errors());
    }
    return switch (reply) {
      case Reply.Whole(var status, var type, var body, var headers) ->
          new Reply.Whole(status, type, body, hashed(headers));
      case Reply.Flow(var status, var type, var writer, var headers) ->
          new Reply.Flow(status, type, writer, hashed(headers));
      case Reply.Stream stream -> stream;
    };
  }

  private Map<String, String> hashed(Map<String, String> headers) {
    var all = new HashMap<>(headers);
    all.put("X-MAAS-API-Hash", apiHash);
    return all;
  }

  private Reply run(Request request, String path, List<MaasOperation> here) throws Exception {
    var form = Form.of(request);
    var inPath = inPath(request, path);
    var operations = here;
    if (inPath.isPresent() && !path.endsWith("{operation}/")) {
      var parent = path.substring(0, path.lastIndexOf('{'));
      operations = byPath.getOrDefault(parent, Map.of()).getOrDefault(request.method(), List.of());
    } else if (inPath.isEmpty() && path.endsWith("{operation}/")) {
      throw new Problem(404, "Unknown API endpoint: " + request.path() + ".");
    }
    if (request.queries("op").stream().distinct().count() > 1
        || form.texts("op").stream().distinct().count() > 1) {
      throw new Problem(400, "op is given more than once: say which one is meant.");
    }
    var op =
        request
            .query("op")
            .filter(name -> !name.isEmpty())
            .or(() -> form.text("op").filter(name -> !name.isEmpty()))
            .or(() -> inPath)
            .orElse("");
    for (var operation : operations) {
      if (operation.op().equals(op)) {
        Admission.check(operation.access(), request);
        return operation.handler().handle(new Call(request, form));
      }
    }
    throw new Problem(
        400, "Unrecognised signature: method=" + request.method() + " op=" + name(op));
  }

  private static String name(String op) {
    return op.isEmpty() ? "None" : op;
  }

  private static Optional<String> inPath(Request request, String path) {
    int open = path.lastIndexOf('{');
    if (open < 0 || path.indexOf('}', open) != path.length() - 2) {
      return Optional.empty();
    }
    var last = request.part(path.substring(open + 1, path.length() - 2));
    return last.startsWith(IN_PATH)
        ? Optional.of(last.substring(IN_PATH.length()))
        : Optional.empty();
  }

  static Reply json(Object value) {
    return json(200, value);
  }

  static Reply json(int status, Object value) {
    var whole = (Reply.Whole) Reply.json(status, value);
    return new Reply.Whole(status, "application/json; charset=utf-8", whole.body(), Map.of());
  }

  /// A list of any length; the elements are made one by one while it is sent.
  static Reply list(Supplier<Stream<?>> elements) {
    return new Reply.Flow(
        200, "application/json; charset=utf-8", out -> Json.array(out, elements.get()), Map.of());
  }

  /// The same of what is rendered already.
  static <T> Reply list(List<T> elements, Function<T, byte[]> rendered) {
    return new Reply.Flow(
        200,
        "application/json; charset=utf-8",
        out -> Json.array(out, elements, rendered),
        Map.of());
  }

  /// JSON that is rendered already.
  static Reply rendered(byte[] json) {
    return new Reply.Whole(200, "application/json; charset=utf-8", json, Map.of());
  }

  static Reply ok() {
    return Reply.text(200, "OK");
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
