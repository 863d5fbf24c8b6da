package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What a `broker.yaml` says, checked: each key is known, each value that a template asks for is
/// there by the time it is asked for.
///
/// @param keys what an operator configures
/// @param find asked before the hand-over: when it answers as expected, it was made already
public record BrokerFile(
    String name,
    String description,
    Map<String, Key> keys,
    Auth auth,
    Patience patience,
    int concurrency,
    List<Step> test,
    List<Step> find,
    List<Step> handOver,
    List<Step> proof,
    List<Step> takeBack) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_]{0,39}");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");
  private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final int STEPS = 20;

  /// @param secret kept in the vault, and never shown
  public record Key(boolean secret, boolean required, String preset, String description) {}

  /// How requests say who we are; the values are templates.
  record Auth(Kind kind, String user, String secret) {
    enum Kind {
      NONE,
      BEARER,
      BASIC,
      /// `X-Rackstead-Signature: t=…,v1=HMAC-SHA256(secret, t.body)`
      SIGNED
    }
  }

  /// @param request for one answer
  /// @param proof until it must be in service
  public record Patience(Duration request, Duration every, Duration proof, Duration takeBack) {}

  /// Reads a file that an operator has put there.
  public static BrokerFile read(Path file) throws IOException {
    if (Files.size(file) > Yaml.BYTES) {
      throw new BadBroker(file.getFileName() + " has more than " + (Yaml.BYTES >> 10) + " KiB");
    }
    return parse(Files.readString(file, StandardCharsets.UTF_8));
  }

  /// Throws [BadBroker] that says where and why.
  public static BrokerFile parse(String text) {
    var root = Yaml.read(text);
    known(
        "broker.yaml",
        root,
        "name",
        "description",
        "config",
        "auth",
        "patience",
        "concurrency",
        "test",
        "find",
        "hand_over",
        "proof",
        "take_back");
    var name = text(root, "name", "");
    if (!NAME.matcher(name).matches()) {
      throw new BadBroker("name has lower-case letters, digits and -, got '" + name + "'");
    }
    var keys = keys(root.path("config"));
    var extracted = new HashSet<String>();
    var test = steps("test", root, keys.keySet(), extracted);
    var find = steps("find", root, keys.keySet(), extracted);
    var before = Set.copyOf(extracted);
    extracted.clear();
    var handOver = steps("hand_over", root, keys.keySet(), extracted);
    if (!find.isEmpty() && !extracted.equals(before)) {
      throw new BadBroker(
          "find extracts %s, hand_over %s: both have to bring the same"
              .formatted(new TreeSet<>(before), new TreeSet<>(extracted)));
    }
    return new BrokerFile(
        name,
        text(root, "description", ""),
        keys,
        auth(root.path("auth"), keys.keySet()),
        patience(root.path("patience")),
        number(root, "concurrency", 8, 1, 64),
        test,
        find,
        handOver,
        steps("proof", root, keys.keySet(), extracted),
        steps("take_back", root, keys.keySet(), extracted));
  }

  private static void known(String where, JsonNode node, String... keys) {
    if (node.isMissingNode()) {
      return;
    }
    if (!node.isObject()) {
      throw new BadBroker(where + " is a mapping");
    }
    var names = List.of(keys);
    for (var entry : node.properties()) {
      if (!names.contains(entry.getKey())) {
        throw new BadBroker(
            "%s has a key '%s'; there are %s"
                .formatted(where, shortened(entry.getKey()), String.join(", ", names)));
      }
    }
  }

  private static String shortened(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  private static String text(JsonNode node, String key, String otherwise) {
    var value = node.path(key);
    if (value.isContainerNode()) {
      throw new BadBroker(key + " is a text");
    }
    return value.isMissingNode() || value.isNull() ? otherwise : value.asText();
  }

  private static int number(JsonNode node, String key, int otherwise, int least, int most) {
    var value = node.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
      throw new BadBroker("%s is a number from %d to %d".formatted(key, least, most));
    }
    return value.asInt();
  }

  private static Map<String, Key> keys(JsonNode config) {
    known("config", config.isMissingNode() ? config : JsonNodeFactory.instance.objectNode());
    var keys = new LinkedHashMap<String, Key>();
    for (var entry : config.properties()) {
      var key = entry.getKey();
      if (!KEY.matcher(key).matches()) {
        throw new BadBroker("a config key has lower-case letters, digits and _, got '" + key + "'");
      }
      known("config." + key, entry.getValue(), "secret", "required", "default", "description");
      var secret = entry.getValue().path("secret").asBoolean(false);
      var preset = text(entry.getValue(), "default", "");
      if (secret && !preset.isEmpty()) {
        throw new BadBroker("config." + key + " is secret and has a default: everybody knows it");
      }
      keys.put(
          key,
          new Key(
              secret,
              entry.getValue().path("required").asBoolean(false),
              preset,
              text(entry.getValue(), "description", "")));
    }
    return keys;
  }

  private static Auth auth(JsonNode auth, Set<String> keys) {
    known("auth", auth, "kind", "user", "secret");
    var kind = text(auth, "kind", "none").toUpperCase(Locale.ROOT);
    Auth.Kind which;
    try {
      which = Auth.Kind.valueOf(kind);
    } catch (IllegalArgumentException e) {
      throw new BadBroker("auth.kind is none, bearer, basic or signed", e);
    }
    var made = new Auth(which, text(auth, "user", ""), text(auth, "secret", ""));
    asked("auth", made.user() + made.secret(), keys, Set.of());
    if (which != Auth.Kind.NONE && made.secret().isEmpty()) {
      throw new BadBroker("auth.secret is wanted for " + text(auth, "kind", ""));
    }
    return made;
  }

  private static Patience patience(JsonNode patience) {
    known("patience", patience, "request_s", "every_s", "proof_s", "take_back_s");
    return new Patience(
        Duration.ofSeconds(number(patience, "request_s", 15, 1, 120)),
        Duration.ofSeconds(number(patience, "every_s", 5, 1, 600)),
        Duration.ofSeconds(number(patience, "proof_s", 600, 1, 86_400)),
        Duration.ofSeconds(number(patience, "take_back_s", 600, 1, 86_400)));
  }

  private static List<Step> steps(
      String section, JsonNode root, Set<String> keys, Set<String> extracted) {
    var asked = root.path(section);
    if (asked.isMissingNode() || asked.isNull()) {
      return List.of();
    }
    if (!asked.isArray() || asked.size() > STEPS) {
      throw new BadBroker(section + " is a list of at most " + STEPS + " steps");
    }
    var steps = new ArrayList<Step>();
    for (var one : asked) {
      steps.add(step(section + "[" + steps.size() + "]", one, keys, extracted));
    }
    return List.copyOf(steps);
  }

  private static Step step(String where, JsonNode one, Set<String> keys, Set<String> extracted) {
    known(
        where, one, "name", "method", "url", "headers", "body", "status", "gone", "expect",
        "refuse", "extract");
    var method = text(one, "method", "GET");
    var url = text(one, "url", "");
    if (!METHODS.contains(method)) {
      throw new BadBroker(where + ".method is one of " + String.join(", ", new TreeSet<>(METHODS)));
    }
    if (url.isEmpty()) {
      throw new BadBroker(where + ".url is missing");
    }
    var headers = texts(where + ".headers", one.path("headers"));
    headers
        .keySet()
        .forEach(header -> {
          if (!HEADER.matcher(header).matches()) {
            throw new BadBroker(
                where + ".headers has '" + shortened(header) + "', no header's name");
          }
        });
    var expect = pointers(where + ".expect", one.path("expect"));
    var refuse = pointers(where + ".refuse", one.path("refuse"));
    var extract = texts(where + ".extract", one.path("extract"));
    asked(where, url + headers + expect.values() + refuse.values(), keys, extracted);
    asked(where + ".body", leaves(one.path("body")), keys, extracted);
    extract.forEach((name, pointer) -> {
      if (!KEY.matcher(name).matches() || !pointer.startsWith("/")) {
        throw new BadBroker(where + ".extract says name: /json/pointer, got " + shortened(name));
      }
      extracted.add(name);
    });
    return new Step(
        text(one, "name", where),
        method,
        url,
        headers,
        one.path("body"),
        statuses(where, one.path("status"), List.of(200, 201, 202, 204)),
        statuses(where, one.path("gone"), List.of()),
        expect,
        refuse,
        extract);
  }

  private static String leaves(JsonNode body) {
    var all = new StringBuilder();
    if (body.isContainerNode()) {
      body.forEach(inner -> all.append(leaves(inner)).append(' '));
    } else if (body.isTextual()) {
      all.append(body.asText());
    }
    return all.toString();
  }

  /// Each value that is asked for is known by then: a thing cannot need itself.
  private static void asked(String where, String text, Set<String> keys, Set<String> extracted) {
    try {
      for (var name : Template.names(text)) {
        var parts = name.split("\\.", 2);
        var inner = parts.length > 1 ? parts[1] : "";
        boolean there =
            switch (parts[0]) {
              case "config" -> keys.contains(inner);
              case "kept" -> extracted.contains(inner);
              case "machine" -> true;
              case "handover" -> inner.equals("id");
              default -> false;
            };
        if (!there) {
          throw new BadBroker(where + " asks for {{" + name + "}}, which is not known there");
        }
      }
    } catch (BadBroker e) {
      throw String.valueOf(e.getMessage()).startsWith(where)
          ? e
          : new BadBroker(where + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, String> pointers(String where, JsonNode node) {
    var texts = texts(where, node);
    texts
        .keySet()
        .forEach(pointer -> {
          if (!pointer.startsWith("/")) {
            throw new BadBroker(where + " says /json/pointer: value, got " + shortened(pointer));
          }
        });
    return texts;
  }

  private static Map<String, String> texts(String where, JsonNode node) {
    var texts = new LinkedHashMap<String, String>();
    if (!node.isMissingNode() && !node.isObject()) {
      throw new BadBroker(where + " is a mapping");
    }
    for (var entry : node.properties()) {
      if (entry.getValue().isContainerNode()) {
        throw new BadBroker(where + "." + shortened(entry.getKey()) + " is a text");
      }
      texts.put(entry.getKey(), entry.getValue().asText());
    }
    return texts;
  }

  private static List<Integer> statuses(String where, JsonNode node, List<Integer> otherwise) {
    if (node.isMissingNode()) {
      return otherwise;
    }
    var list = new ArrayList<Integer>();
    for (var one : node.isArray() ? node : JsonNodeFactory.instance.arrayNode().add(node)) {
      if (!one.canConvertToInt() || one.asInt() < 100 || one.asInt() > 599) {
        throw new BadBroker(where + ": a status is a number from 100 to 599");
      }
      list.add(one.asInt());
    }
    return list;
  }
}
