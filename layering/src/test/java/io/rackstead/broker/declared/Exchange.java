package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rackstead.broker.Handover;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A recorded exchange with a layer above, played back: each request must be the next one that was
/// recorded, in its method, its path and what of its body was written down.
final class Exchange implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private final JsonNode all;
  private final HttpServer server;
  private final List<JsonNode> left = new ArrayList<>();
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  Exchange(String name) throws IOException {
    try (var in = Exchange.class.getResourceAsStream(name + ".exchange.json")) {
      if (in == null) {
        throw new IOException("no recorded exchange " + name);
      }
      all = JSON.readTree(in);
      all.path("exchange").forEach(left::add);
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /// The target's values, with where it is played back.
  Map<String, String> config() {
    var config = new HashMap<String, String>();
    all.path("config")
        .properties()
        .forEach(one -> config.put(one.getKey(), one.getValue().asText()));
    config.put("url", url());
    return config;
  }

  Handover handover() throws IOException {
    return JSON.treeToValue(all.path("handover"), Handover.class);
  }

  /// What was asked otherwise than it was recorded, and what was not asked.
  List<String> wrong() {
    var all = new ArrayList<>(wrong);
    left.forEach(one -> all.add("not asked: " + line(one)));
    return all;
  }

  private static String line(JsonNode one) {
    return one.path("method").asText() + " " + one.path("path").asText();
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    var asked = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var next = left.isEmpty() ? JSON.createObjectNode() : left.removeFirst();
    if (!line(next).equals(asked)) {
      wrong.add("asked " + asked + ", recorded is " + line(next));
    }
    if (next.has("body")) {
      var sent = JSON.readTree(body);
      if (!sent.equals(next.path("body"))) {
        wrong.add(asked + " sent " + sent + ", recorded is " + next.path("body"));
      }
    }
    var answer = next.path("answer");
    var bytes = (answer.isMissingNode() ? "" : answer.toString()).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        next.path("status").asInt(500), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
