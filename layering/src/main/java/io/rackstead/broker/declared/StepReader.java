package io.rackstead.broker.declared;

import static io.rackstead.broker.declared.Reading.known;
import static io.rackstead.broker.declared.Reading.leaves;
import static io.rackstead.broker.declared.Reading.number;
import static io.rackstead.broker.declared.Reading.pointers;
import static io.rackstead.broker.declared.Reading.shortened;
import static io.rackstead.broker.declared.Reading.statuses;
import static io.rackstead.broker.declared.Reading.text;
import static io.rackstead.broker.declared.Reading.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Reads the steps of a section.
final class StepReader {
  static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_]{0,39}");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");
  private static final Pattern LIST = Pattern.compile("machine\\.[a-z][a-z0-9_]*");
  private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final int STEPS = 20;

  private final Map<String, String> always;

  /// @param always headers of each request
  StepReader(Map<String, String> always) {
    this.always = Map.copyOf(always);
  }

  /// What is extracted becomes known for what follows.
  List<Step> steps(String section, JsonNode root, Known known) {
    var asked = root.path(section);
    if (asked.isMissingNode() || asked.isNull()) {
      return List.of();
    }
    if (!asked.isArray() || asked.size() > STEPS) {
      throw new BadBroker(section + " is a list of at most " + STEPS + " steps");
    }
    var steps = new ArrayList<Step>();
    for (var one : asked) {
      steps.add(step(section + "[" + steps.size() + "]", one, known));
    }
    return List.copyOf(steps);
  }

  private Step step(String where, JsonNode one, Known known) {
    known(
        where, one, "name", "when", "each", "method", "url", "headers", "body", "status", "gone",
        "expect", "refuse", "extract", "reason", "wait_s");
    var method = text(one, "method", "GET");
    var url = text(one, "url", "");
    if (!METHODS.contains(method)) {
      throw new BadBroker(where + ".method is one of " + String.join(", ", new TreeSet<>(METHODS)));
    }
    if (url.isEmpty()) {
      throw new BadBroker(where + ".url is missing");
    }
    var headers = new LinkedHashMap<>(always);
    headers.putAll(headers(where, one));
    var when = texts(where + ".when", one.path("when"));
    var each = text(one, "each", "");
    if (!each.isEmpty() && !LIST.matcher(each).matches()) {
      throw new BadBroker(where + ".each names a list of the machine, as machine.macs");
    }
    var expect = pointers(where + ".expect", one.path("expect"));
    var refuse = pointers(where + ".refuse", one.path("refuse"));
    var extract = texts(where + ".extract", one.path("extract"));
    known.check(where + ".when", when.toString());
    known.check(where, url + headers + expect.values() + refuse.values(), !each.isEmpty());
    known.check(where + ".body", leaves(one.path("body")), !each.isEmpty());
    extract(where, extract, when, each, known);
    int wait = number(one, "wait_s", 0, 0, 600);
    if (wait > 0 && !method.equals("GET")) {
      throw new BadBroker(where + ".wait_s is for a GET: what changes something is asked once");
    }
    return new Step(
        text(one, "name", where),
        when,
        each,
        method,
        url,
        headers,
        one.path("body"),
        statuses(where, one.path("status"), List.of(200, 201, 202, 204)),
        statuses(where, one.path("gone"), List.of()),
        expect,
        refuse,
        extract,
        reason(where, one),
        Duration.ofSeconds(wait));
  }

  static Map<String, String> headers(String where, JsonNode one) {
    var headers = texts(where + ".headers", one.path("headers"));
    headers
        .keySet()
        .forEach(header -> {
          if (!HEADER.matcher(header).matches()) {
            throw new BadBroker(
                where + ".headers has '" + shortened(header) + "', no header's name");
          }
        });
    return headers;
  }

  private static String reason(String where, JsonNode one) {
    var reason = text(one, "reason", "");
    if (!reason.isEmpty() && !reason.startsWith("/")) {
      throw new BadBroker(where + ".reason is a /json/pointer, got " + shortened(reason));
    }
    return reason;
  }

  private static void extract(
      String where,
      Map<String, String> extract,
      Map<String, String> when,
      String each,
      Known known) {
    extract.forEach((name, pointer) -> {
      if (!KEY.matcher(name).matches() || !pointer.startsWith("/")) {
        throw new BadBroker(where + ".extract says name: /json/pointer, got " + shortened(name));
      }
      if ((!when.isEmpty() || !each.isEmpty()) && !known.kept().contains(name)) {
        throw new BadBroker(
            where + " extracts " + name + ", and may be left out: extract it before as well");
      }
      known.keeps(name);
    });
  }
}
