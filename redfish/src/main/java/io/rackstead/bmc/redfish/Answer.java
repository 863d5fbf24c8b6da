package io.rackstead.bmc.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a BMC answered.
///
/// @param headers the ones that Redfish gives a meaning, names in lower case
/// @param body [com.fasterxml.jackson.databind.node.MissingNode] where there was none
/// @param unreadable why the body is no JSON; empty where it is, or where there was none
record Answer(int status, Map<String, String> headers, JsonNode body, String unreadable) {
  boolean ok() {
    return status >= 200 && status < 300;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /// RFC 9110 §10.2.3; a date is no help, for a BMC's clock is seldom right.
  Optional<Duration> retryAfter() {
    return header("Retry-After")
        .map(Answer::seconds)
        .filter(OptionalLong::isPresent)
        .map(seconds -> Duration.ofSeconds(seconds.getAsLong()));
  }

  private static OptionalLong seconds(String text) {
    return text.strip().matches("[0-9]{1,6}")
        ? OptionalLong.of(Long.parseLong(text.strip()))
        : OptionalLong.empty();
  }
}
