package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/// What a test itself asks an API server, past the broker.
record ApiClient(HttpClient client, String url, String token) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// The answer with its `httpStatus`.
  ///
  /// @param body empty: none
  JsonNode ask(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + token)
            .header(
                "Content-Type",
                method.equals("PATCH") ? "application/merge-patch+json" : "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      var answer = client.send(request.build(), BodyHandlers.ofString());
      // a path that nobody serves is answered in plain text
      boolean json = answer.body().startsWith("{");
      var node = json ? JSON.readTree(answer.body()) : JSON.createObjectNode();
      return ((ObjectNode) node).put("httpStatus", answer.statusCode());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }
}
