package io.rackstead.broker.declared;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Makes the requests of one target.
final class Asking {
  private static final int ANSWER_BYTES = 1 << 20;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .build();

  private final BrokerFile file;
  private final InstantSource clock;
  private final OkHttpClient client;

  /// @param values with the target's configuration
  Asking(BrokerFile file, Wire wire, ObjectNode values, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    client = wire.client(trust(file, values), file.patience().request());
  }

  static Trust trust(BrokerFile file, ObjectNode values) {
    return new Trust(
        Template.plain(file.tls().ca(), values),
        Template.plain(file.tls().certificate(), values),
        Template.plain(file.tls().key(), values));
  }

  Answer ask(Step step, ObjectNode values) {
    Request request;
    try {
      request = request(step, values);
    } catch (IllegalArgumentException e) {
      throw new BrokerException(
          Kind.UNEXPECTED,
          step.name()
              + ": no request can be made: "
              + clean(String.valueOf(e.getMessage()), values));
    }
    try (Response response = client.newCall(request).execute()) {
      var text = clean(response.peekBody(ANSWER_BYTES).string(), values);
      return new Answer(response.code(), text, parsed(text));
    } catch (IOException e) {
      throw new BrokerException(
          Kind.UNREACHABLE,
          "%s: no answer from %s: %s".formatted(step.name(), request.url().host(), e.getMessage()),
          e);
    }
  }

  /// Who was told a secret may say it again: not in our log.
  private String clean(String text, JsonNode values) {
    var clean = text;
    for (var key : file.keys().entrySet()) {
      if (key.getValue().secret()) {
        clean = without(clean, values.path("config").path(key.getKey()).asText());
      }
    }
    for (var name : file.generated().keySet()) {
      clean = without(clean, values.path("kept").path(name).asText());
    }
    return without(clean, values.path("bmc").path("password").asText());
  }

  private static String without(String text, String secret) {
    return secret.length() > 3 ? text.replace(secret, "••••••") : text;
  }

  private static JsonNode parsed(String text) {
    try {
      var node = MAPPER.readTree(text);
      return node == null ? MissingNode.getInstance() : node;
    } catch (JsonProcessingException _) {
      // not every right answer is JSON; what is expected of it will be missing
      return MissingNode.getInstance();
    }
  }

  private Request request(Step step, ObjectNode values) {
    var body = body(step, values);
    var request = new Request.Builder().url(Template.url(step.url(), values));
    var type = "application/json";
    for (var header : step.headers().entrySet()) {
      var value = Template.header(header.getValue(), values);
      if (header.getKey().equalsIgnoreCase("Content-Type")) {
        type = value;
      } else {
        request.header(header.getKey(), value);
      }
    }
    request.header("Idempotency-Key", values.path("handover").path("id").asText());
    signed(request, body, values);
    boolean bare = step.method().equals("GET") || body.isEmpty() && step.method().equals("DELETE");
    return request
        .method(
            step.method(),
            bare
                ? null
                : RequestBody.create(body.getBytes(StandardCharsets.UTF_8), MediaType.get(type)))
        .build();
  }

  static String body(Step step, JsonNode values) {
    return step.body().isMissingNode() ? "" : Template.tree(step.body(), values).toString();
  }

  private void signed(Request.Builder request, String body, JsonNode values) {
    var auth = file.auth();
    var secret = Template.plain(auth.secret(), values);
    switch (auth.kind()) {
      case NONE -> {}
      case BEARER -> request.header("Authorization", "Bearer " + secret);
      case BASIC ->
          request.header(
              "Authorization",
              okhttp3.Credentials.basic(
                  Template.plain(auth.user(), values), secret, StandardCharsets.UTF_8));
      case SIGNED ->
          request.header("X-Rackstead-Signature", Signature.of(secret, clock.instant(), body));
    }
  }
}
