package io.rackstead.broker;

import com.fasterxml.jackson.databind.JsonNode;

/// What the layer above itself says of a machine that it was handed.
public sealed interface Proof {
  /// @param evidence its own words
  record InService(JsonNode evidence) implements Proof {}

  record NotYet(String why) implements Proof {}

  /// It says that it does not have it, or has another one.
  record Lost(String why) implements Proof {}
}
