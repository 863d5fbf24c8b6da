package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/// One request as a template, and what its answer must be.
///
/// @param body JSON; missing: none
/// @param statuses that are right
/// @param gone statuses that say that there is nothing (any more): done, when it is taken back
/// @param expect what must stand where in the answer, by JSON pointer
/// @param refuse what must not: it says that the layer above will never have it
/// @param extract names, and where in the answer their values stand
record Step(
    String name,
    String method,
    String url,
    Map<String, String> headers,
    JsonNode body,
    List<Integer> statuses,
    List<Integer> gone,
    Map<String, String> expect,
    Map<String, String> refuse,
    Map<String, String> extract) {}
