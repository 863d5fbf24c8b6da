package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Requests to a cluster's API server, each part of a path encoded.
final class ApiServer {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType MERGE = MediaType.get("application/merge-patch+json");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long ANSWER_BYTES = 16 << 20;

  private final OkHttpClient client;
  private final HttpUrl base;
  private final Headers headers;

  /// @param status of HTTP
  record Answer(int status, JsonNode json) {
    boolean ok() {
      return status >= 200 && status < 300;
    }

    boolean absent() {
      return status == 404;
    }

    /// The server's own words (a `Status` object), on one line.
    String words() {
      var said = json.path("message").asText("").replaceAll("\\p{Cntrl}", " ").strip();
      return "HTTP "
          + status
          + (said.isEmpty() ? "" : " " + (said.length() > 300 ? said.substring(0, 300) : said));
    }

    BrokerException wrong(String what) {
      var kind =
          switch (status) {
            case 401, 403 -> Kind.UNAUTHORIZED;
            case 408, 409, 429, 500, 502, 503, 504 -> Kind.BUSY;
            default -> Kind.UNEXPECTED;
          };
      return new BrokerException(kind, what + ": " + words());
    }

    Answer must(String what) {
      if (!ok()) {
        throw wrong(what);
      }
      return this;
    }
  }

  /// [BrokerException] where the address is none.
  ///
  /// @param token empty where the client shows a certificate
  ApiServer(OkHttpClient client, String url, String token) {
    this.client = client;
    var named = new Headers.Builder().add("Accept", "application/json");
    headers = (token.isEmpty() ? named : named.add("Authorization", "Bearer " + token)).build();
    var parsed = HttpUrl.parse(url);
    if (parsed == null) {
      throw new BrokerException(Kind.UNEXPECTED, "the API server's url is no URL: " + url);
    }
    base = parsed;
  }

  String endpoint() {
    return base.host().contains(":")
        ? "[" + base.host() + "]:" + base.port()
        : base.host() + ":" + base.port();
  }

  Answer get(String query, String... path) {
    return send("GET", query, null, JSON, path);
  }

  Answer post(JsonNode body, String... path) {
    return send("POST", "", body, JSON, path);
  }

  Answer patch(JsonNode body, String... path) {
    return send("PATCH", "", body, MERGE, path);
  }

  Answer delete(String... path) {
    return send("DELETE", "", null, JSON, path);
  }

  private Answer send(
      String method,
      String query,
      @org.jspecify.annotations.Nullable JsonNode body,
      MediaType type,
      String... path) {
    var url = base.newBuilder();
    for (var part : path) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new BrokerException(Kind.UNEXPECTED, "'" + part + "' is no name in a cluster");
      }
      url.addPathSegment(part);
    }
    if (!query.isEmpty()) {
      int equals = query.indexOf('=');
      url.addQueryParameter(query.substring(0, equals), query.substring(equals + 1));
    }
    var request =
        new Request.Builder()
            .url(url.build())
            .headers(headers)
            .method(
                method,
                body == null
                    ? null
                    : RequestBody.create(body.toString().getBytes(StandardCharsets.UTF_8), type))
            .build();
    try (Response response = client.newCall(request).execute()) {
      return new Answer(response.code(), parsed(response.peekBody(ANSWER_BYTES).string()));
    } catch (IOException e) {
      throw new BrokerException(
          Kind.UNREACHABLE, "no answer from " + endpoint() + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode parsed(String text) {
    try {
      var node = MAPPER.readTree(text);
      return node == null ? MissingNode.getInstance() : node;
    } catch (JsonProcessingException _) {
      // a proxy's page; its status says enough
      return MissingNode.getInstance();
    }
  }
}
