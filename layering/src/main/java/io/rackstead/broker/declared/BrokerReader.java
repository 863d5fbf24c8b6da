package io.rackstead.broker.declared;

import static io.rackstead.broker.declared.Reading.known;
import static io.rackstead.broker.declared.Reading.leaves;
import static io.rackstead.broker.declared.Reading.number;
import static io.rackstead.broker.declared.Reading.shortened;
import static io.rackstead.broker.declared.Reading.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.broker.declared.BrokerFile.Auth;
import io.rackstead.broker.declared.BrokerFile.By;
import io.rackstead.broker.declared.BrokerFile.Key;
import io.rackstead.broker.declared.BrokerFile.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Reads and checks a whole `broker.yaml`.
final class BrokerReader {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]*+)++");
  private static final int FILES = 30;
  private static final int WORDS = 60;
  private final JsonNode root;

  BrokerReader(JsonNode root) {
    this.root = root;
  }

  BrokerFile read() {
    known(
        "broker.yaml",
        root,
        "name",
        "description",
        "engine",
        "config",
        "auth",
        "headers",
        "tls",
        "patience",
        "concurrency",
        "generate",
        "test",
        "prepare",
        "node",
        "find",
        "hand_over",
        "proof",
        "take_back");
    var name = text(root, "name", "");
    if (!NAME.matcher(name).matches()) {
      throw new BadBroker("name has lower-case letters, digits and -, got '" + name + "'");
    }
    var keys = keys(root.path("config"));
    var known = new Known(keys.keySet());
    var auth = auth(root.path("auth"), known);
    var tls = tls(root.path("tls"), known);
    var reader = new StepReader(StepReader.headers("headers", root));
    known.check("headers", Reading.texts("headers", root.path("headers")).values().toString());
    var test = reader.steps("test", root, known.copy());
    var by = by(keys);
    switch (by) {
      case STEPS -> {}
      case KUBERNETES -> List.of("token", "token_id", "ca_hash", "endpoint").forEach(known::keeps);
      case LIBVIRT -> List.of("public_key", "kernel_arguments").forEach(known::keeps);
    }
    var generated = generated(root.path("generate"));
    generated.keySet().forEach(known::keeps);
    var prepare = reader.steps("prepare", root, known);
    var node = node(root.path("node"), known);
    if (node.nothing() && !(prepare.isEmpty() && generated.isEmpty())) {
      throw new BadBroker("what is generated or prepared is for a node, and there is no node part");
    }
    var found = known.copy();
    var find = reader.steps("find", root, found);
    var handOver = reader.steps("hand_over", root, known);
    if (!find.isEmpty() && !known.kept().equals(found.kept())) {
      throw new BadBroker(
          "find extracts %s, hand_over %s: both have to bring the same"
              .formatted(new TreeSet<>(found.kept()), new TreeSet<>(known.kept())));
    }
    return new BrokerFile(
        name,
        text(root, "description", ""),
        by,
        keys,
        auth,
        tls,
        patience(root.path("patience")),
        number(root, "concurrency", 8, 1, 64),
        generated,
        test,
        prepare,
        node,
        find,
        handOver,
        reader.steps("proof", root, known),
        reader.steps("take_back", root, known));
  }

  private By by(Map<String, Key> keys) {
    var engine = text(root, "engine", "");
    if (engine.isEmpty()) {
      return By.STEPS;
    }
    var by =
        switch (engine) {
          case "kubernetes" -> By.KUBERNETES;
          case "libvirt" -> By.LIBVIRT;
          default ->
              throw new BadBroker(
                  "engine is kubernetes or libvirt, or left out, got '" + shortened(engine) + "'");
        };
    for (var section : List.of("test", "prepare", "find", "hand_over", "proof", "take_back")) {
      if (root.has(section)) {
        throw new BadBroker("the engine does what " + section + " would: leave it out");
      }
    }
    boolean believed =
        keys.containsKey("token") || !text(root.path("tls"), "certificate", "").isEmpty();
    if (by == By.KUBERNETES && !(believed && keys.keySet().containsAll(List.of("url", "ca")))) {
      throw new BadBroker(
          "the engine kubernetes wants url, ca and token in config (or tls.certificate for token)");
    }
    if (by == By.LIBVIRT && !keys.keySet().containsAll(List.of("user", "pool", "pool_folder"))) {
      throw new BadBroker("the engine libvirt wants user, pool and pool_folder in config");
    }
    return by;
  }

  private static void mapping(String where, JsonNode node) {
    if (!node.isMissingNode() && !node.isObject()) {
      throw new BadBroker(where + " is a mapping");
    }
  }

  private static Map<String, Key> keys(JsonNode config) {
    mapping("config", config);
    var keys = new LinkedHashMap<String, Key>();
    for (var entry : config.properties()) {
      var key = entry.getKey();
      if (!StepReader.KEY.matcher(key).matches()) {
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

  private static Trust tls(JsonNode tls, Known known) {
    known("tls", tls, "ca", "certificate", "key");
    var trust = new Trust(text(tls, "ca", ""), text(tls, "certificate", ""), text(tls, "key", ""));
    known.check("tls", trust.ca() + trust.certificate() + trust.key());
    if (trust.certificate().isEmpty() != trust.key().isEmpty()) {
      throw new BadBroker("tls.certificate and tls.key belong together: say both or none");
    }
    return trust;
  }

  private static Auth auth(JsonNode auth, Known known) {
    known("auth", auth, "kind", "user", "secret");
    var kind = text(auth, "kind", "none").toUpperCase(Locale.ROOT);
    Auth.Kind which;
    try {
      which = Auth.Kind.valueOf(kind);
    } catch (IllegalArgumentException e) {
      throw new BadBroker("auth.kind is none, bearer, basic or signed", e);
    }
    var made = new Auth(which, text(auth, "user", ""), text(auth, "secret", ""));
    known.check("auth", made.user() + made.secret());
    if (which != Auth.Kind.NONE && made.secret().isEmpty()) {
      throw new BadBroker("auth.secret is wanted for " + text(auth, "kind", ""));
    }
    return made;
  }

  private static Patience patience(JsonNode patience) {
    known("patience", patience, "request_s", "every_s", "proof_s", "take_back_s", "prepared_s");
    return new Patience(
        Duration.ofSeconds(number(patience, "request_s", 15, 1, 120)),
        Duration.ofSeconds(number(patience, "every_s", 5, 1, 600)),
        Duration.ofSeconds(number(patience, "proof_s", 600, 1, 86_400)),
        Duration.ofSeconds(number(patience, "take_back_s", 600, 1, 86_400)),
        Duration.ofSeconds(number(patience, "prepared_s", 3600, 60, 86_400)));
  }

  private static Map<String, Generated> generated(JsonNode generate) {
    var made = new LinkedHashMap<String, Generated>();
    mapping("generate", generate);
    for (var entry : generate.properties()) {
      var where = "generate." + shortened(entry.getKey());
      if (!StepReader.KEY.matcher(entry.getKey()).matches()) {
        throw new BadBroker(where + ": a name has lower-case letters, digits and _");
      }
      known(where, entry.getValue(), "token", "in_s");
      boolean token = entry.getValue().has("token");
      if (token == entry.getValue().has("in_s")) {
        throw new BadBroker(where + " says token: LENGTH or in_s: SECONDS");
      }
      made.put(
          entry.getKey(),
          token
              ? new Generated(Generated.Kind.TOKEN, number(entry.getValue(), "token", 16, 6, 64))
              : new Generated(
                  Generated.Kind.TIME, number(entry.getValue(), "in_s", 3600, 60, 86_400)));
    }
    return made;
  }

  private static NodePart node(JsonNode node, Known known) {
    known("node", node, "files", "commands");
    var files = new ArrayList<NodePart.File>();
    for (var one : list("node.files", node.path("files"), FILES)) {
      var where = "node.files[" + files.size() + "]";
      known(where, one, "path", "mode", "content");
      var path = text(one, "path", "");
      if (!PATH.matcher(path).matches() || path.length() > 200) {
        throw new BadBroker(where + ".path is absolute, without . or .., got " + shortened(path));
      }
      var mode = text(one, "mode", "0600");
      if (!mode.matches("0?[0-7]{3}")) {
        throw new BadBroker(
            where + ".mode is octal in quotes, as \"0600\", got " + shortened(mode));
      }
      var content = one.path("content");
      known.check(where + ".content", leaves(content));
      if (content.isTextual()) {
        harmless(where, content.asText());
      } else if (!content.isContainerNode()) {
        throw new BadBroker(where + ".content is a text, or a tree that is written as JSON");
      }
      files.add(new NodePart.File(path, mode, content));
    }
    var commands = new ArrayList<List<String>>();
    for (var one : list("node.commands", node.path("commands"), FILES)) {
      var where = "node.commands[" + commands.size() + "]";
      var words = new ArrayList<String>();
      for (var word : list(where, one, WORDS)) {
        if (word.isContainerNode()) {
          throw new BadBroker(where + " is a list of words: no shell reads it");
        }
        words.add(word.asText());
      }
      if (words.isEmpty() || words.getFirst().contains("{{")) {
        throw new BadBroker(where + " begins with the program's name");
      }
      known.check(where, String.join(" ", words));
      commands.add(List.copyOf(words));
    }
    return new NodePart(files, commands);
  }

  private static void harmless(String where, String content) {
    for (var name : Template.names(content)) {
      if (name.startsWith("bmc.")
          || (name.startsWith("machine.") && !NodePart.HARMLESS.contains(name))) {
        throw new BadBroker(
            "%s.content is a text and asks for {{%s}}: what others wrote could end it; write the content as a tree"
                .formatted(where, name));
      }
    }
  }

  private static JsonNode list(String where, JsonNode node, int most) {
    if (node.isMissingNode()) {
      return JsonNodeFactory.instance.arrayNode();
    }
    if (!node.isArray() || node.size() > most) {
      throw new BadBroker(where + " is a list of at most " + most);
    }
    return node;
  }
}
