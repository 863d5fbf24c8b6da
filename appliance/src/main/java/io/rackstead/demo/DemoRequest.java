package io.rackstead.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A fake server's request, as it would come in over HTTP.
record DemoRequest(
    Route.Method method,
    String path,
    Map<String, String> parts,
    Map<String, String> queried,
    String token,
    byte[] body,
    InetAddress client)
    implements Request {
  @Override
  public String part(String name) {
    return parts.getOrDefault(name, "");
  }

  @Override
  public Optional<String> query(String name) {
    return Optional.ofNullable(queried.get(name));
  }

  @Override
  public List<String> queries(String name) {
    return query(name).stream().toList();
  }

  @Override
  public Optional<String> header(String name) {
    return name.equals("Authorization") && !token.isEmpty()
        ? Optional.of("Bearer " + token)
        : Optional.empty();
  }

  @Override
  public JsonNode json() {
    return Json.parse(body);
  }

  @Override
  public Principal principal() {
    throw new Problem(401, "a server has no account");
  }
}
