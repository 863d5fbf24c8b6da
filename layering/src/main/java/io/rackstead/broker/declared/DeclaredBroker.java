package io.rackstead.broker.declared;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.Broker;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Carries out what a [BrokerFile] says, with the values of one target. Each request has the id of
/// the hand-over as its `Idempotency-Key`; none is repeated behind our back, and none follows a
/// redirect with our credentials.
public final class DeclaredBroker implements Broker {
  private static final int ANSWER_BYTES = 1 << 20;
  private static final MediaType JSON = MediaType.get("application/json");
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .build();

  private final BrokerFile file;
  private final ObjectNode config;
  private final Wire wire;
  private final InstantSource clock;

  /// @param given values for the file's keys, secrets among them; [BadBroker] says which is missing
  public DeclaredBroker(
      BrokerFile file, Map<String, String> given, Wire wire, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    config = JsonNodeFactory.instance.objectNode();
    given
        .keySet()
        .forEach(key -> {
          if (!file.keys().containsKey(key)) {
            throw new BadBroker(
                "%s has no '%s'; it has %s".formatted(file.name(), key, file.keys().keySet()));
          }
        });
    file.keys()
        .forEach((key, what) -> {
          var value = given.getOrDefault(key, what.preset());
          if (value.isEmpty() && what.required()) {
            throw new BadBroker(file.name() + " wants a value for '" + key + "'");
          }
          config.put(key, value);
        });
    this.wire = wire;
  }

  @Override
  public void test() {
    run(file.test(), values(new Handover("test", JsonNodeFactory.instance.objectNode())), Map.of());
  }

  @Override
  public Receipt handOver(Handover handover) {
    if (!file.find().isEmpty()) {
      try {
        return new Receipt(run(file.find(), values(handover), Map.of()));
      } catch (BrokerException e) {
        if (e.kind() != Kind.UNEXPECTED) {
          throw e;
        }
        // it is not there yet
      }
    }
    return new Receipt(run(file.handOver(), values(handover), Map.of()));
  }

  @Override
  public Proof prove(Handover handover, Receipt receipt) {
    var values = values(handover);
    JsonNode last = MissingNode.getInstance();
    for (var step : file.proof()) {
      var filled = with(values, receipt.kept());
      var answer = ask(step, filled);
      if (step.gone().contains(answer.status())) {
        return new Proof.Lost(step.name() + ": it is not there any more, " + answer.words());
      }
      for (var no : step.refuse().entrySet()) {
        if (answer.at(no.getKey()).equals(Template.plain(no.getValue(), filled))) {
          return new Proof.Lost(
              "%s: %s is %s".formatted(step.name(), no.getKey(), answer.at(no.getKey())));
        }
      }
      var wrong = answer.wrong(step, filled);
      if (!wrong.isEmpty()) {
        return new Proof.NotYet(wrong);
      }
      last = parsed(answer.text());
    }
    return new Proof.InService(last.isMissingNode() ? JsonNodeFactory.instance.objectNode() : last);
  }

  @Override
  public void takeBack(Handover handover, Receipt receipt) {
    run(file.takeBack(), values(handover), receipt.kept());
  }

  private ObjectNode values(Handover handover) {
    var values = JsonNodeFactory.instance.objectNode();
    values.set("machine", handover.machine());
    values.set("config", config);
    values.putObject("handover").put("id", handover.id());
    return values;
  }

  private static ObjectNode with(ObjectNode values, Map<String, String> kept) {
    var all = values.deepCopy();
    var node = all.putObject("kept");
    kept.forEach(node::put);
    return all;
  }

  private Map<String, String> run(List<Step> steps, ObjectNode values, Map<String, String> before) {
    var kept = new HashMap<>(before);
    for (var step : steps) {
      var filled = with(values, kept);
      var answer = ask(step, filled);
      if (step.gone().contains(answer.status())) {
        continue;
      }
      var wrong = answer.wrong(step, filled);
      if (!wrong.isEmpty()) {
        throw new BrokerException(answer.kind(), wrong);
      }
      step.extract()
          .forEach((name, pointer) -> {
            var value = answer.at(pointer);
            if (value.isEmpty()) {
              throw new BrokerException(
                  Kind.UNEXPECTED, step.name() + ": the answer has nothing at " + pointer);
            }
            kept.put(name, value);
          });
    }
    return kept;
  }

  /// @param text bounded
  private record Answer(int status, String text, JsonNode json) {
    String at(String pointer) {
      return json.at(pointer).asText("");
    }

    String words() {
      var line = text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", " ").strip();
      return "HTTP " + status + (line.isEmpty() ? "" : " " + cut(line));
    }

    private static String cut(String line) {
      return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }

    Kind kind() {
      return switch (status) {
        case 401, 403 -> Kind.UNAUTHORIZED;
        case 408, 425, 429, 500, 502, 503, 504 -> Kind.BUSY;
        default -> Kind.UNEXPECTED;
      };
    }

    /// What of the answer is not as expected; empty: nothing.
    String wrong(Step step, JsonNode values) {
      if (!step.statuses().contains(status)) {
        return step.name() + ": " + words();
      }
      for (var one : step.expect().entrySet()) {
        var wanted = Template.plain(one.getValue(), values);
        if (!at(one.getKey()).equals(wanted)) {
          return "%s: %s is '%s', not '%s'"
              .formatted(step.name(), one.getKey(), cut(at(one.getKey())), wanted);
        }
      }
      return "";
    }
  }

  private OkHttpClient client() {
    return wire.client()
        .newBuilder()
        .callTimeout(file.patience().request())
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .build();
  }

  private Answer ask(Step step, ObjectNode values) {
    Request request;
    try {
      request = request(step, values);
    } catch (IllegalArgumentException e) {
      throw new BrokerException(
          Kind.UNEXPECTED, step.name() + ": no request can be made: " + e.getMessage(), e);
    }
    try (Response response = client().newCall(request).execute()) {
      var text = response.peekBody(ANSWER_BYTES).string();
      return new Answer(response.code(), clean(text), parsed(text));
    } catch (IOException e) {
      throw new BrokerException(
          Kind.UNREACHABLE,
          "%s: no answer from %s: %s".formatted(step.name(), request.url().host(), e.getMessage()),
          e);
    }
  }

  /// Who was told a secret may say it again: not in our log.
  private String clean(String text) {
    var clean = text;
    for (var key : file.keys().entrySet()) {
      var value = config.path(key.getKey()).asText();
      if (key.getValue().secret() && value.length() > 3) {
        clean = clean.replace(value, "••••••");
      }
    }
    return clean;
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
    step.headers().forEach((name, text) -> request.header(name, Template.header(text, values)));
    var id = values.path("handover").path("id").asText();
    request.header("Idempotency-Key", id);
    signed(request, body, values);
    boolean bare = step.method().equals("GET") || body.isEmpty() && step.method().equals("DELETE");
    return request
        .method(
            step.method(),
            bare ? null : RequestBody.create(body.getBytes(StandardCharsets.UTF_8), JSON))
        .build();
  }

  private static String body(Step step, JsonNode values) {
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

  public BrokerFile file() {
    return file;
  }

  /// What would be sent for a machine, with nothing sent; secrets are dots.
  public List<Sketch> preview(Handover handover) {
    var values = values(handover).deepCopy();
    var shown = values.withObject("/config");
    file.keys()
        .forEach((key, what) -> {
          if (what.secret()) {
            shown.put(key, "••••••");
          }
        });
    var kept = new HashMap<String, String>();
    file.handOver()
        .forEach(step -> step.extract().keySet().forEach(name -> kept.put(name, "(" + name + ")")));
    var filled = with(values, kept);
    return java.util.stream.Stream.of(
            Map.entry("hand_over", file.handOver()),
            Map.entry("proof", file.proof()),
            Map.entry("take_back", file.takeBack()))
        .flatMap(section ->
            section.getValue().stream()
                .map(step ->
                    new Sketch(
                        section.getKey(),
                        step.name(),
                        step.method(),
                        Template.url(step.url(), filled),
                        body(step, filled))))
        .toList();
  }

  /// A request as it would be made.
  public record Sketch(String section, String step, String method, String url, String body) {}
}
