package io.rackstead.broker.declared;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.Proof;
import io.rackstead.broker.declared.Recorded.Turn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.StringJoiner;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;

/// A broker tried against a recorded exchange: connection test, preparation, hand-over, proof and
/// take-back of the machine that was handed over then, each request held against the next one that
/// was recorded. Nothing is sent.
public final class Rehearsal {
  /// Any value will do: what is made up anew each time.
  private static final String ANY = "<any>";

  private static final int LOOKS = 100;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Deque<Turn> left;
  private final List<Asked> asked = new ArrayList<>();
  private String part = "";

  /// One request of the broker's.
  ///
  /// @param differs from what was recorded; empty: it does not
  public record Asked(String part, String request, int status, String differs) {}

  /// @param source where the exchange is from
  /// @param failed why it could not be carried out to its end; empty: it was
  /// @param unasked what was recorded and the broker did not ask
  public record Report(String source, List<Asked> asked, String failed, List<String> unasked) {
    public Report {
      asked = List.copyOf(asked);
      unasked = List.copyOf(unasked);
    }

    public boolean ok() {
      return failed.isEmpty()
          && unasked.isEmpty()
          && asked.stream().allMatch(one -> one.differs().isEmpty());
    }
  }

  private Rehearsal(Recorded recorded) {
    left = new ArrayDeque<>(recorded.turns());
  }

  /// [BadBroker] where the exchange or the broker cannot be read, or is none that asks by HTTP.
  public static Report of(BrokerFile file, String exchange) {
    if (file.by() != BrokerFile.By.STEPS) {
      throw new BadBroker(
          file.name() + " speaks a protocol of its own: only a broker of steps can be rehearsed");
    }
    var recorded = Recorded.parse(exchange);
    var rehearsal = new Rehearsal(recorded);
    var failed = rehearsal.run(file, recorded);
    return new Report(
        recorded.source(),
        rehearsal.asked,
        failed,
        rehearsal.left.stream().map(Turn::line).toList());
  }

  private String run(BrokerFile file, Recorded recorded) {
    try {
      var broker =
          new DeclaredBroker(file, recorded.config(), Wire.played(this::answer), recorded::at);
      var handover = recorded.handover();
      part = "test";
      broker.test();
      part = "prepare";
      var prepared = broker.prepare(handover);
      part = "hand_over";
      var receipt = broker.handOver(handover, prepared);
      part = "proof";
      var proof = broker.prove(handover, receipt);
      for (int look = 1; proof instanceof Proof.NotYet && look < LOOKS; look++) {
        proof = broker.prove(handover, receipt);
      }
      if (!(proof instanceof Proof.InService)) {
        return "proof: " + proof;
      }
      part = "take_back";
      broker.takeBack(handover, receipt);
      return "";
    } catch (BrokerException e) {
      return part + ": " + e.getMessage();
    }
  }

  private Response answer(Interceptor.Chain chain) throws IOException {
    var request = chain.request();
    var line = request.method() + " " + path(request);
    var next = left.poll();
    if (next == null) {
      asked.add(new Asked(part, line, 0, "nothing more was recorded"));
      throw new IOException("nothing more was recorded");
    }
    var differs = new StringJoiner("; ");
    if (!next.line().equals(line)) {
      differs.add("recorded is " + next.line());
    }
    next.headers()
        .forEach((name, value) -> {
          var sent = request.header(name);
          if (!value.equals(sent)) {
            differs.add("header %s is %s, recorded is %s".formatted(name, sent, value));
          }
        });
    if (!next.body().isMissingNode()) {
      differ("body", next.body(), sent(request), differs);
    }
    asked.add(new Asked(part, line, next.status(), differs.toString()));
    return new Response.Builder()
        .request(request)
        .protocol(Protocol.HTTP_1_1)
        .code(next.status())
        .message("recorded")
        .body(ResponseBody.create(next.answer(), MediaType.get("application/json")))
        .build();
  }

  private static String path(Request request) {
    var url = request.url();
    var query = url.encodedQuery();
    return url.encodedPath() + (query == null ? "" : "?" + query);
  }

  private static JsonNode sent(Request request) throws IOException {
    var body = request.body();
    if (body == null) {
      return MissingNode.getInstance();
    }
    var buffer = new Buffer();
    body.writeTo(buffer);
    try {
      return MAPPER.readTree(buffer.readUtf8());
    } catch (JsonProcessingException _) {
      // a body that is no JSON differs from one that is
      return MissingNode.getInstance();
    }
  }

  /// Says at each place where they part.
  private static void differ(String at, JsonNode recorded, JsonNode sent, StringJoiner into) {
    if (recorded.isTextual() && recorded.asText().equals(ANY) && !sent.isMissingNode()) {
      return;
    }
    if (recorded.isObject() && sent.isObject()) {
      recorded
          .properties()
          .forEach(one ->
              differ(at + "." + one.getKey(), one.getValue(), sent.path(one.getKey()), into));
      sent.properties().stream()
          .filter(one -> !recorded.has(one.getKey()))
          .forEach(
              one -> into.add("%s.%s is sent, and was not recorded".formatted(at, one.getKey())));
    } else if (recorded.isArray() && sent.isArray() && recorded.size() == sent.size()) {
      for (int i = 0; i < recorded.size(); i++) {
        differ(at + "[" + i + "]", recorded.path(i), sent.path(i), into);
      }
    } else if (!recorded.equals(sent)) {
      into.add(
          "%s is %s, recorded is %s"
              .formatted(at, sent.isMissingNode() ? "missing" : sent, recorded));
    }
  }
}
