package io.rackstead.network;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.network.ClientOptions.Of;
import io.rackstead.network.ClientOptions.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// `/api/dhcp-options`: what DHCP tells clients, by subnet, range and machine.
public final class ClientOptionsApi {
  private static final int MOST = 64;
  private static final int LONGEST = 1000;

  private final ClientOptions options;

  public ClientOptionsApi(ClientOptions options) {
    this.options = options;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/dhcp-options", Access.EDIT, _ -> list()),
        Route.put("/api/dhcp-options/{scope}/{target}", Access.EDIT, this::put));
  }

  private Reply list() {
    return Reply.json(
        Map.of("scopes", options.list().stream().map(ClientOptionsApi::shown).toList()));
  }

  private static Map<String, Object> shown(Of of) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("scope", of.scope().name().toLowerCase(Locale.ROOT));
    shown.put("target", of.target());
    shown.put("options", of.options());
    return shown;
  }

  private Reply put(Request request) {
    var scope =
        switch (request.part("scope")) {
          case "subnet" -> Scope.SUBNET;
          case "range" -> Scope.RANGE;
          case "machine" -> Scope.MACHINE;
          default -> throw new Problem(404, "options are of a subnet, a range or a machine");
        };
    var target = request.part("target");
    if (!options.exists(scope, target)) {
      throw new Problem(404, "no " + request.part("scope") + " " + target);
    }
    try {
      return Reply.json(
          shown(
              options.put(
                  Origin.of(request), scope, target, written(request.json().path("options")))));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private static Map<String, String> written(JsonNode asked) {
    if (!asked.isObject() || asked.size() > MOST) {
      throw new Problem(
          400, "options is an object of at most " + MOST + ", as {\"ntp-servers\": \"10.0.0.1\"}");
    }
    var written = new TreeMap<String, String>();
    asked
        .properties()
        .forEach(one -> {
          var value = one.getValue();
          if (!value.isTextual() || value.asText().length() > LONGEST) {
            throw new Problem(
                400, "DHCP option " + one.getKey() + ": a text of at most " + LONGEST);
          }
          written.put(one.getKey(), value.asText());
        });
    return written;
  }
}
