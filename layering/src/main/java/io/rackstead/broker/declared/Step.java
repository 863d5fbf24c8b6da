package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// One request as a template, and what its answer must be.
///
/// @param when texts and what they must be once they are filled; otherwise the step is left out
/// @param each a list in the machine's document: the step is made once for each, as `{{each}}`
/// @param body JSON; missing: none
/// @param statuses that are right
/// @param gone statuses that say that there is nothing (any more): done, when it is taken back
/// @param expect what must stand where in the answer, by JSON pointer
/// @param refuse what must not: it says that the layer above will never have it
/// @param extract names, and where in the answer their values stand
/// @param reason where in the answer it says why it is not so; empty: nowhere
/// @param patience it is asked again each second for so long until the answer is as expected
record Step(
    String name,
    Map<String, String> when,
    String each,
    String method,
    String url,
    Map<String, String> headers,
    JsonNode body,
    List<Integer> statuses,
    List<Integer> gone,
    Map<String, String> expect,
    Map<String, String> refuse,
    Map<String, String> extract,
    String reason,
    Duration patience) {}
