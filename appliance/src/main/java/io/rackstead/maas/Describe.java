package io.rackstead.maas;

import io.rackstead.http.Json;
import io.rackstead.http.Request;
import io.rackstead.http.Route.Access;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The API's description of itself, from which one client builds all its objects: made of the table
/// of operations, so that it cannot say otherwise.
final class Describe {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");
  private final Map<String, List<MaasOperation>> byResource = new TreeMap<>();
  private final String hash;

  Describe(List<MaasOperation> operations) {
    for (var operation : operations) {
      byResource.computeIfAbsent(operation.resource(), _ -> new ArrayList<>()).add(operation);
    }
    this.hash = sha1(Json.bytes(resources("")));
  }

  /// The same for the same table, whatever host it is asked at.
  String hash() {
    return hash;
  }

  Map<String, Object> document(Request request) {
    var scheme = request.header("X-Forwarded-Proto").orElse(request.secure() ? "https" : "http");
    var host = request.header("Host").orElse("localhost");
    var document = new LinkedHashMap<String, Object>();
    document.put("doc", "MAAS API");
    document.put("hash", hash);
    document.put("resources", resources(scheme + "://" + host));
    return document;
  }

  private List<Map<String, Object>> resources(String base) {
    var resources = new ArrayList<Map<String, Object>>();
    byResource.forEach((resource, operations) -> {
      boolean anonymous =
          operations.stream().allMatch(operation -> operation.access() == Access.PUBLIC);
      var handler = handler(resource, operations, base);
      var shape = new LinkedHashMap<String, Object>();
      shape.put("name", resource + "Handler");
      shape.put("anon", anonymous ? handler : Optional.empty());
      shape.put("auth", anonymous ? Optional.empty() : handler);
      resources.add(shape);
    });
    return resources;
  }

  private static Map<String, Object> handler(
      String resource, List<MaasOperation> operations, String base) {
    var here = operations.getFirst().path();
    var path = Dispatch.ROOT + here;
    var handler = new LinkedHashMap<String, Object>();
    handler.put("name", resource + "Handler");
    handler.put("path", path);
    handler.put("params", PLACE.matcher(path).results().map(result -> result.group(1)).toList());
    handler.put("uri", base + path);
    handler.put("doc", resource);
    handler.put(
        "actions",
        operations.stream()
            // a handler has one path; what is served at a second one is the same
            .filter(operation -> operation.path().equals(here))
            .map(Describe::action)
            .toList());
    return handler;
  }

  private static Map<String, Object> action(MaasOperation operation) {
    var action = new LinkedHashMap<String, Object>();
    action.put("name", operation.name());
    action.put("op", Optional.of(operation.op()).filter(op -> !op.isEmpty()));
    action.put("method", operation.method().name());
    action.put("restful", operation.op().isEmpty());
    action.put("doc", operation.name().replace('_', ' '));
    return action;
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
