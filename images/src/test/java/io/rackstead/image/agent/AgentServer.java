package io.rackstead.image.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// The server's side of the agent protocol, as little of it as a test needs.
final class AgentServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final String TOKEN = "ab".repeat(32);

  private final HttpServer http;
  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final Map<String, Integer> announcedLengths = new ConcurrentHashMap<>();

  /// How many bytes come before the connection breaks, for the first request of a file.
  final Map<String, Integer> breaks = new ConcurrentHashMap<>();

  final List<String> ranges = new CopyOnWriteArrayList<>();
  final BlockingQueue<JsonNode> results = new LinkedBlockingQueue<>();
  final BlockingQueue<JsonNode> hellos = new LinkedBlockingQueue<>();
  volatile List<Map<String, Object>> steps = List.of();
  volatile int helloStatus = 200;
  volatile int workStatusAtTheEnd = 410;
  volatile int progressStatus = 204;
  volatile int resultFailuresFirst = 0;
  volatile boolean tokenMissing;

  AgentServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", this::answer);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var body = exchange.getRequestBody().readAllBytes();
      if (!path.equals("/agent/hello") && path.startsWith("/agent/")) {
        var authorization = exchange.getRequestHeaders().getFirst("Authorization");
        tokenMissing |= !("Bearer " + TOKEN).equals(authorization);
      }
      switch (path) {
        case "/agent/hello" -> {
          hellos.add(JSON.readTree(body));
          var welcome =
              Map.of("token", TOKEN, "machine", "abc123", "hostname", "brave-otter", "epoch", 3);
          send(exchange, helloStatus, helloStatus == 200 ? welcome : Map.of("error", "used"));
        }
        case "/agent/work" -> work(exchange);
        case "/agent/result" -> {
          if (resultFailuresFirst-- > 0) {
            send(exchange, 503, Map.of("error", "not now"));
          } else {
            results.add(JSON.readTree(body));
            send(exchange, 204, null);
          }
        }
        case "/agent/progress" -> send(exchange, progressStatus, Map.of("error", "aborted"));
        case "/agent/log" -> send(exchange, 204, null);
        default -> file(exchange, path);
      }
    }
  }

  private void work(HttpExchange exchange) throws IOException {
    var after = Integer.parseInt(exchange.getRequestURI().getQuery().substring("after=".length()));
    if (after < steps.size()) {
      send(exchange, 200, steps.get(after));
    } else {
      send(exchange, workStatusAtTheEnd, Map.of("error", "this boot's session is over"));
    }
  }

  private void file(HttpExchange exchange, String path) throws IOException {
    var bytes = files.get(path);
    if (bytes == null) {
      send(exchange, 404, Map.of("error", "no " + path));
      return;
    }
    var range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null && !announcedLengths.containsKey(path)) {
      ranges.add(range);
      int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
      exchange.sendResponseHeaders(206, bytes.length - from);
      exchange.getResponseBody().write(bytes, from, bytes.length - from);
      return;
    }
    var sent = breaks.remove(path);
    if (sent != null) {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes, 0, sent);
      exchange.getResponseBody().flush();
      return;
    }
    exchange.sendResponseHeaders(200, announcedLengths.getOrDefault(path, bytes.length));
    exchange.getResponseBody().write(bytes);
    exchange.getResponseBody().flush();
  }

  private static void send(HttpExchange exchange, int status, @Nullable Object body)
      throws IOException {
    if (body == null || status == 204) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    var bytes = JSON.writeValueAsString(body).getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
