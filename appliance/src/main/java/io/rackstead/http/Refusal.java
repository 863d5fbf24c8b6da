package io.rackstead.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// How a problem is told: on the MAAS paths as a text, elsewhere as RFC 9457 problem details.
final class Refusal {
  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad request"),
          Map.entry(401, "Sign-in needed"),
          Map.entry(403, "Not allowed"),
          Map.entry(404, "Not found"),
          Map.entry(405, "Method not allowed"),
          Map.entry(409, "Conflict"),
          Map.entry(410, "Gone"),
          Map.entry(413, "Too large"),
          Map.entry(415, "Unsupported media type"),
          Map.entry(423, "Locked"),
          Map.entry(429, "Too many tries"),
          Map.entry(500, "Internal error"),
          Map.entry(503, "Not available now"));

  private Refusal() {}

  static Reply.Whole of(String path, Problem problem) {
    var headers = new LinkedHashMap<String, String>();
    boolean maas = path.startsWith("/MAAS/");
    if (problem.status() == 401) {
      // RFC 9110 §11.6.1 wants a challenge; a browser must not pop up a window for it
      headers.put("WWW-Authenticate", "OAuth realm=\"OAuth\"");
    }
    if (maas) {
      return new Reply.Whole(
          problem.status(),
          "text/plain; charset=utf-8",
          problem.detail().getBytes(StandardCharsets.UTF_8),
          headers);
    }
    var details = new LinkedHashMap<String, Object>();
    details.put("type", "about:blank");
    details.put("title", TITLES.getOrDefault(problem.status(), "Error"));
    details.put("status", problem.status());
    details.put("detail", problem.detail());
    if (path.startsWith("/agent/")) {
      details.put("error", problem.detail());
    }
    return new Reply.Whole(
        problem.status(), "application/problem+json", Json.bytes(details), headers);
  }
}
