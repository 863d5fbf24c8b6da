package io.rackstead.commission;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Json;
import java.nio.charset.StandardCharsets;

/// The agent's report as it came, bounded in size. Kept as its text: as a tree it would take five
/// times the memory, and only few ask for it.
public record Report(String text) {
  public static Report of(JsonNode tree) {
    return new Report(tree.toString());
  }

  public JsonNode tree() {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
