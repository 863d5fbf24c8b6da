package io.rackstead.tests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import okhttp3.FormBody;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;

/// The appliance's own API, as the page and scripts use it.
final class Api {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType BYTES = MediaType.get("application/octet-stream");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final Map<String, Set<String>> BEFORE =
      Map.of("deploy", Set.of("Ready", "Allocated"), "release", Set.of("Deployed"));

  private final String base;
  private final String oauth;
  private final OkHttpClient http =
      new OkHttpClient.Builder()
          .connectTimeout(Duration.ofSeconds(10))
          .readTimeout(Duration.ofMinutes(5)) // a host within a host takes its time
          .build();

  /// The port that the appliance listens on, on the host as in its own namespace.
  int port() {
    return URI.create(base).getPort();
  }

  /// @param key `consumer:token:secret`, as `appliance/run apikey` prints it
  Api(String base, String key) {
    this.base = base;
    String[] parts = key.strip().split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("an API key has three parts, got '" + key + "'");
    }
    oauth =
        "OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\","
            + " oauth_consumer_key=\"%s\", oauth_token=\"%s\", oauth_signature=\"%%26%s\""
                .formatted(parts[0], parts[1], parts[2]);
  }

  /// An answer that was not a 2xx.
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int status;

    Refused(String call, int status, String body) {
      super(call + " was answered with " + status + ": " + body);
      this.status = status;
    }
  }

  JsonNode get(String path) {
    return call("GET " + path, new Request.Builder().url(base + path));
  }

  JsonNode post(String path, Map<String, ?> body) {
    return send("POST", path, body);
  }

  JsonNode put(String path, Map<String, ?> body) {
    return send("PUT", path, body);
  }

  JsonNode put(String path, byte[] body) {
    return call(
        "PUT " + path, new Request.Builder().url(base + path).put(RequestBody.create(body, BYTES)));
  }

  JsonNode delete(String path) {
    return call("DELETE " + path, new Request.Builder().url(base + path).delete());
  }

  private JsonNode send(String method, String path, Map<String, ?> body) {
    try {
      return call(
          method + " " + path,
          new Request.Builder()
              .url(base + path)
              .method(method, RequestBody.create(MAPPER.writeValueAsBytes(body), JSON)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An SSH key of the user whose API key this is; the page has no call for it but MAAS's.
  void addSshKey(String text) {
    maas("POST", "account/prefs/sshkeys/", "key", text);
  }

  /// A call of MAAS's API, as its clients make it.
  ///
  /// @param form names and values in turn; a name may come again
  JsonNode maas(String method, String path, String... form) {
    var body = new FormBody.Builder();
    for (int i = 0; i < form.length; i += 2) {
      body.add(form[i], form[i + 1]);
    }
    String whole = "/MAAS/api/2.0/" + path;
    boolean bare = method.equals("GET") || method.equals("DELETE");
    return call(
        method + " " + whole,
        new Request.Builder().url(base + whole).method(method, bare ? null : body.build()));
  }

  /// For one call, by whatever program.
  String authorization() {
    return oauth
        + ", oauth_nonce=\"%016x\", oauth_timestamp=\"%d\""
            .formatted(System.nanoTime(), Instant.now().getEpochSecond());
  }

  private JsonNode call(String what, Request.Builder request) {
    var signed = request.header("Authorization", authorization()).build();
    try (var answer = http.newCall(signed).execute()) {
      String body = answer.body().string();
      if (!answer.isSuccessful()) {
        throw new Refused(what, answer.code(), body);
      }
      return body.isBlank() ? MissingNode.getInstance() : MAPPER.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(what + " failed", e);
    }
  }

  List<JsonNode> machines() {
    return StreamSupport.stream(get("/api/machines").path("machines").spliterator(), false)
        .toList();
  }

  JsonNode machine(String id) {
    return get("/api/machines/" + id);
  }

  JsonNode act(String id, String verb, Map<String, ?> parameters) {
    return post("/api/machines/" + id + "/actions/" + verb, parameters);
  }

  /// An action whose answer may be lost because the appliance dies: asked again until it is
  /// answered, or refused because it is already done.
  void patiently(String id, String verb, Map<String, ?> parameters) {
    await(
        "answer to " + verb,
        Duration.ofMinutes(2),
        () -> {
          boolean done =
              !BEFORE.getOrDefault(verb, Set.of()).contains(machine(id).path("state").asText());
          return done ? Optional.of(true) : Optional.of(act(id, verb, parameters).isObject());
        });
  }

  /// The machine with this MAC, as soon as the appliance knows it.
  JsonNode awaitMachine(String mac, Duration limit) {
    return await(
        "a machine with MAC " + mac,
        limit,
        () ->
            machines().stream()
                .filter(m ->
                    StreamSupport.stream(m.path("macs").spliterator(), false)
                        .anyMatch(x -> x.asText().equalsIgnoreCase(mac)))
                .findFirst());
  }

  /// Waits until the machine is in that state; a failed state on the way ends the wait at once.
  JsonNode awaitState(String id, String state, Duration limit) {
    return await(
        "machine " + id + " in " + state,
        limit,
        () -> {
          var machine = machine(id);
          String now = machine.path("state").asText();
          if (now.equals(state)) {
            return Optional.of(machine);
          }
          if (now.contains("ailed") || now.equals("Broken")) {
            throw new AssertionError(
                "machine %s is %s instead of %s: %s\n%s"
                    .formatted(id, now, state, machine.path("message").asText(), timeline(id)));
          }
          return Optional.empty();
        });
  }

  /// Waits until the layer above says that the machine serves there.
  JsonNode awaitInService(String id, Duration limit) {
    return await(
        "machine " + id + " in service",
        limit,
        () -> {
          var handover = get("/api/machines/" + id + "/hand-over");
          var state = handover.path("state").asText();
          if (state.equals("failed")) {
            throw new AssertionError(handover + "\n" + timeline(id));
          }
          return state.equals("in service") ? Optional.of(handover) : Optional.empty();
        });
  }

  /// The timeline as text, for a message that has to explain itself.
  String timeline(String id) {
    var text = new StringBuilder();
    for (var entry : get("/api/machines/" + id + "/timeline?limit=500").path("entries")) {
      text.append(entry.path("at").asText())
          .append(' ')
          .append(entry.path("source").asText())
          .append(' ')
          .append(entry.path("text").asText())
          .append('\n');
    }
    return text.toString();
  }

  interface Look<T> {
    Optional<T> once();
  }

  /// Looks again and again, each quarter of a second; an appliance that is away is waited for.
  static <T> T await(String what, Duration limit, Look<T> look) {
    var end = Instant.now().plus(limit);
    String last = "not there yet";
    while (Instant.now().isBefore(end)) {
      try {
        var found = look.once();
        if (found.isPresent()) {
          return found.get();
        }
        last = "not there yet";
      } catch (UncheckedIOException e) {
        last = e.toString() + ": " + e.getCause();
      } catch (Refused e) {
        if (e.status < 500) {
          throw e;
        }
        last = e.toString();
      }
      LockSupport.parkNanos(Duration.ofMillis(250).toNanos());
    }
    throw new AssertionError("no " + what + " within " + limit + ": " + last);
  }
}
