package io.rackstead.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request made by hand, for tests below HTTP.
public record Asked(
    Route.Method method,
    String path,
    String queryText,
    Map<String, String> headers,
    byte[] body,
    InetAddress client,
    boolean secure)
    implements Request {
  public static Asked of(Route.Method method, String path) {
    return new Asked(
        method, path, "", Map.of(), new byte[0], InetAddress.getLoopbackAddress(), false);
  }

  public Asked with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header.toLowerCase(java.util.Locale.ROOT), value);
    return new Asked(method, path, queryText, more, body, client, secure);
  }

  public Asked withQuery(String text) {
    return new Asked(method, path, text, headers, body, client, secure);
  }

  public Asked withBody(String type, String text) {
    return new Asked(
            method, path, queryText, headers, text.getBytes(StandardCharsets.UTF_8), client, secure)
        .with("Content-Type", type);
  }

  public Asked from(String address) {
    try {
      return new Asked(
          method, path, queryText, headers, body, InetAddress.getByName(address), secure);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }

  public Asked overTls() {
    return new Asked(method, path, queryText, headers, body, client, true);
  }

  @Override
  public String part(String name) {
    throw new IllegalArgumentException("no part " + name);
  }

  @Override
  public Optional<String> query(String name) {
    return queries(name).stream().findFirst();
  }

  @Override
  public List<String> queries(String name) {
    return query().getOrDefault(name, List.of());
  }

  @Override
  public Map<String, List<String>> query() {
    return Encoding.form(queryText);
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(java.util.Locale.ROOT)));
  }

  @Override
  public JsonNode json() {
    return Json.parse(body);
  }

  @Override
  public Principal principal() {
    throw new Problem(401, "nobody");
  }
}
