package io.rackstead.handover;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rackstead.broker.Handover;
import io.rackstead.http.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;

/// Stands before a layer above and writes down what is said, to be played back where it is not
/// there.
final class Recording implements AutoCloseable {
  private static final List<String> OWN =
      List.of("host", "connection", "content-length", "accept-encoding", "user-agent");
  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String above;
  private final ArrayNode exchange = Json.instance().createArrayNode();

  Recording(String above) throws IOException {
    this.above = above;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::pass);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private synchronized void pass(HttpExchange asked) throws IOException {
    var body = asked.getRequestBody().readAllBytes();
    var request =
        HttpRequest.newBuilder(URI.create(above + asked.getRequestURI()))
            .method(asked.getRequestMethod(), BodyPublishers.ofByteArray(body));
    asked
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    try {
      var answer = client.send(request.build(), BodyHandlers.ofByteArray());
      var written =
          exchange
              .addObject()
              .put("method", asked.getRequestMethod())
              .put("path", asked.getRequestURI().toString());
      if (body.length > 0) {
        written.set("body", Json.parse(body));
      }
      written.put("status", answer.statusCode());
      if (answer.body().length > 0) {
        written.set("answer", Json.parse(answer.body()));
      }
      asked.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      asked.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      asked.close();
    }
  }

  void write(Path file, Handover of, String config) throws IOException {
    var all = Json.instance().createObjectNode();
    all.put("source", "recorded");
    all.set("config", Json.parse(config.getBytes(StandardCharsets.UTF_8)));
    all.set("handover", Json.instance().valueToTree(of));
    all.set("exchange", exchange);
    Files.writeString(file, all.toPrettyString() + "\n");
  }

  @Override
  public void close() {
    server.stop(0);
    client.close();
  }
}
