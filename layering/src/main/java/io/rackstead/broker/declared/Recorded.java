package io.rackstead.broker.declared;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rackstead.broker.Handover;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An exchange with a layer above as it was recorded, or written down after its published API.
///
/// @param source `recorded`, or after what it was written
/// @param at when: signatures have their time in them
/// @param config the target's values then
record Recorded(
    String source, Instant at, Map<String, String> config, Handover handover, List<Turn> turns) {
  private static final int MOST_TURNS = 500;
  private static final int MOST_TEXT = 4 << 20;
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
          .build();

  /// One request, and what was answered.
  ///
  /// @param path with its query
  /// @param headers those that are compared
  /// @param body missing: not compared; `<any>` in it stands for any value
  record Turn(
      String method,
      String path,
      Map<String, String> headers,
      JsonNode body,
      int status,
      String answer) {
    String line() {
      return method + " " + path;
    }
  }

  Recorded {
    config = Map.copyOf(config);
    turns = List.copyOf(turns);
  }

  /// [BadBroker] says what is wrong with it.
  static Recorded parse(String text) {
    if (text.length() > MOST_TEXT) {
      throw new BadBroker("an exchange has at most %d characters".formatted(MOST_TEXT));
    }
    try {
      var all = MAPPER.readTree(text);
      var turns = new ArrayList<Turn>();
      for (var one : all.path("exchange")) {
        turns.add(turn(one, turns.size() + 1));
      }
      if (turns.isEmpty() || turns.size() > MOST_TURNS) {
        throw new BadBroker(
            "exchange is a list of 1 to %d requests with their answers".formatted(MOST_TURNS));
      }
      if (!all.path("handover").isObject()) {
        throw new BadBroker("handover is the machine as the layer above is told of it");
      }
      return new Recorded(
          all.path("source").asText("unknown"),
          Instant.parse(all.path("at").asText("2026-01-01T00:00:00Z")),
          texts(all.path("config")),
          handover(all.path("handover")),
          turns);
    } catch (JsonProcessingException | DateTimeParseException e) {
      throw new BadBroker("the exchange cannot be read: " + e.getMessage(), e);
    }
  }

  /// What is left out is empty.
  private static Handover handover(JsonNode said) throws JsonProcessingException {
    var whole = MAPPER.createObjectNode().put("id", "ho-rehearsal-1");
    whole.putObject("machine").put("hostname", "rehearsal");
    whole.set("bmc", MAPPER.valueToTree(Handover.Bmc.NONE));
    said.properties().forEach(one -> whole.set(one.getKey(), one.getValue()));
    return MAPPER.treeToValue(whole, Handover.class);
  }

  private static Turn turn(JsonNode one, int number) {
    var path = one.path("path").asText("");
    int status = one.path("status").asInt(0);
    if (!path.startsWith("/") || status < 100 || status > 599) {
      throw new BadBroker(
          "exchange, request %d: it wants a method, a path that begins with /, and the status of its answer"
              .formatted(number));
    }
    var answer = one.path("answer");
    return new Turn(
        one.path("method").asText("GET"),
        path,
        texts(one.path("headers")),
        one.path("body"),
        status,
        answer.isMissingNode() ? "" : answer.isTextual() ? answer.asText() : answer.toString());
  }

  private static Map<String, String> texts(JsonNode from) {
    var texts = new HashMap<String, String>();
    from.properties().forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
    return texts;
  }
}
