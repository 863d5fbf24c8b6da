package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.commission.Script;
import io.rackstead.commission.Script.Meta;
import io.rackstead.commission.Script.Revision;
import io.rackstead.commission.Scripts;
import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The operator's scripts as MAAS has them. They are those of our own API, and run where those do.
final class ScriptOperations {
  private static final String ALL = "scripts/";
  private static final String ONE = "scripts/{name}/";
  private static final List<String> TYPES = List.of("commissioning", "", "testing");
  private static final List<String> HARDWARE =
      List.of("Node", "CPU", "Memory", "Storage", "Network", "GPU");
  private static final List<String> NOT_OBEYED =
      List.of(
          "parameters",
          "packages",
          "may_reboot",
          "for_hardware",
          "parallel",
          "destructive",
          "recommission",
          "apply_configured_networking");
  private static final int USUAL_SECONDS = 600;
  private final Scripts scripts;

  ScriptOperations(Parts parts) {
    this.scripts = new Scripts(parts.database(), parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Scripts", ALL, "", Access.VIEW, this::list),
        post("Scripts", ALL, "", Access.ADMIN, this::create),
        get("Script", ONE, "", Access.VIEW, call -> shown(call, script(call))),
        put("Script", ONE, Access.ADMIN, this::update),
        delete("Script", ONE, Access.ADMIN, this::remove),
        get("Script", ONE, "download", Access.VIEW, this::download),
        post("Script", ONE, "revert", Access.ADMIN, this::revert),
        post("Script", ONE, "add_tag", Access.ADMIN, call -> tagged(call, true)),
        post("Script", ONE, "remove_tag", Access.ADMIN, call -> tagged(call, false)));
  }

  private Reply list(Call call) {
    var type = Fields.filled(call, "type").map(text -> type("type", text));
    var hardware = Fields.filled(call, "hardware_type").map(ScriptOperations::hardware);
    var filters = call.list("filters");
    return Dispatch.json(
        scripts.list().stream()
            .filter(script -> type.isEmpty() || type.get().equals(script.type()))
            .filter(script -> hardware.isEmpty() || hardware.get() == script.meta().hardwareType())
            .filter(script ->
                filters.isEmpty()
                    || filters.contains(script.name())
                    || script.meta().tags().stream().anyMatch(filters::contains))
            .map(script -> shape(call, script))
            .toList());
  }

  private Script script(Call call) {
    return scripts
        .find(call.part("name"))
        .or(() ->
            scripts.list().stream()
                .filter(script -> Long.toString(script.id()).equals(call.part("name")))
                .findFirst())
        .orElseThrow(() -> new Problem(404, "No Script matches the given query."));
  }

  /// One number or name out of those that MAAS has; what is never run here is refused.
  private static String type(String field, String text) {
    var name =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "0", "commission", "commissioning" -> "commissioning";
          case "2", "test", "testing" -> "testing";
          default -> "";
        };
    if (name.isEmpty()) {
      throw FormErrors.of(
          field, "Script type must be commissioning (0) or testing (2): nothing else runs here.");
    }
    return name;
  }

  private static int hardware(String text) {
    for (int i = 0; i < HARDWARE.size(); i++) {
      if (text.equals("" + i) || text.equalsIgnoreCase(HARDWARE.get(i))) {
        return i;
      }
    }
    throw FormErrors.of(
        "hardware_type",
        "Hardware type must be node (0), cpu (1), memory (2), storage (3), network (4) or gpu (5)");
  }

  /// Seconds, or `H:M:S`; none means as long as any may.
  private static int seconds(String text) {
    if (!text.matches("[0-9]{1,6}(:[0-9]{1,2}){0,2}")) {
      throw FormErrors.of("timeout", "Enter a valid duration.");
    }
    int seconds = 0;
    for (var part : text.split(":", -1)) {
      seconds = seconds * 60 + Integer.parseInt(part);
    }
    if (seconds > Scripts.DAY) {
      throw FormErrors.of("timeout", "A script may run for at most a day.");
    }
    return seconds == 0 ? Scripts.DAY : seconds;
  }

  private Reply create(Call call) {
    var name = Fields.filled(call, "name").orElseThrow(() -> missing("name"));
    if (scripts.find(name).isPresent()) {
      throw FormErrors.of("name", "Script with this Name already exists.");
    }
    var content =
        call.content("script")
            .filter(bytes -> bytes.length > 0)
            .orElseThrow(() -> missing("script"));
    // testing, as in MAAS, where nothing is said
    var fresh = new Script(0, name, "testing", USUAL_SECONDS, Meta.NONE, content);
    return shown(call, stored(name, changed(call, fresh), call));
  }

  private static FormErrors missing(String field) {
    return FormErrors.of(field, "This field is required.");
  }

  private Reply update(Call call) {
    var before = script(call);
    return shown(call, stored(before.name(), changed(call, before), call));
  }

  private static Script changed(Call call, Script before) {
    for (var field : NOT_OBEYED) {
      if (Fields.filled(call, field)
          .filter(text -> !text.matches("(?i)false|0|disabled|\\{}|\\[]"))
          .isPresent()) {
        throw FormErrors.of(field, "A script's " + field + " are not obeyed here.");
      }
    }
    var meta = before.meta();
    return new Script(
        before.id(),
        Fields.filled(call, "name").orElse(before.name()),
        Fields.filled(call, "type")
            .map(text -> type("type", text))
            .or(() -> Fields.filled(call, "script_type").map(text -> type("script_type", text)))
            .orElse(before.type()),
        Fields.filled(call, "timeout")
            .map(ScriptOperations::seconds)
            .orElse(before.timeoutSeconds()),
        new Meta(
            line(call, "title", meta.title()),
            line(call, "description", meta.description()),
            call.text("tags").isPresent() ? tags(call.list("tags")) : meta.tags(),
            Fields.filled(call, "hardware_type")
                .map(ScriptOperations::hardware)
                .orElse(meta.hardwareType()),
            line(call, "comment", meta.comment())),
        call.content("script").filter(bytes -> bytes.length > 0).orElse(before.content()));
  }

  private static String line(Call call, String field, String before) {
    var text = call.text(field).orElse(before);
    if (text.length() > 1000) {
      throw FormErrors.of(field, "Ensure this value has at most 1000 characters.");
    }
    return text;
  }

  private static List<String> tags(List<String> tags) {
    for (var tag : tags) {
      if (tag.length() > 100 || tag.contains(",")) {
        throw FormErrors.of("tags", "Invalid tag: '" + tag + "'");
      }
    }
    return tags.stream().distinct().limit(100).toList();
  }

  private Script stored(String before, Script script, Call call) {
    return refused(() ->
        scripts.put(before, script, call.text("comment").orElse(""), Origin.of(call.request())));
  }

  private static Script refused(Supplier<Script> change) {
    try {
      return change.get();
    } catch (Problem problem) {
      if (problem.status() != 400) {
        throw problem;
      }
      boolean ofName = problem.detail().contains("name") || problem.detail().contains("Name");
      throw FormErrors.of(ofName ? "name" : "script", problem.detail());
    }
  }

  private Reply remove(Call call) {
    scripts.delete(script(call).name(), Origin.of(call.request()));
    return Reply.none();
  }

  /// A revision by its number, or counted back from the newest, which is 0.
  private Revision revision(Script script, String field, String text) {
    if (!text.matches("-?[0-9]{1,9}")) {
      throw FormErrors.of(field, "Please enter an integer value");
    }
    long number = Long.parseLong(text);
    var history = scripts.history(script.name());
    if (number <= 0 && -number < history.size()) {
      return history.get((int) -number);
    }
    return history.stream()
        .filter(revision -> revision.id() == number)
        .findFirst()
        .orElseThrow(() -> new Problem(404, text + " not found in history."));
  }

  private Reply download(Call call) {
    var script = script(call);
    var content =
        Fields.filled(call, "revision")
            .map(text -> revision(script, "revision", text).content())
            .orElse(script.content());
    return Reply.bytes("text/plain; charset=utf-8", content);
  }

  private Reply revert(Call call) {
    var script = script(call);
    var to = revision(script, "to", call.wanted("to"));
    return shown(call, scripts.revert(script, to, Origin.of(call.request())));
  }

  private Reply tagged(Call call, boolean with) {
    var script = script(call);
    var tag = call.wanted("tag");
    UnaryOperator<List<String>> change =
        before -> {
          var after = new ArrayList<>(before);
          after.remove(tag);
          if (with) {
            after.add(tag);
          }
          return tags(after);
        };
    var meta = script.meta();
    return shown(
        call,
        stored(
            script.name(),
            script.withMeta(
                new Meta(
                    meta.title(),
                    meta.description(),
                    change.apply(meta.tags()),
                    meta.hardwareType(),
                    meta.comment())),
            call));
  }

  private Reply shown(Call call, Script script) {
    return Dispatch.json(shape(call, script));
  }

  private Map<String, Object> shape(Call call, Script script) {
    var meta = script.meta();
    boolean withContent = call.truth("include_script").orElse(false);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", script.id());
    shape.put("name", script.name());
    shape.put("title", meta.title());
    shape.put("description", meta.description());
    shape.put("tags", meta.tags());
    int type = TYPES.indexOf(script.type());
    shape.put("type", type);
    shape.put("type_name", type == 0 ? "Commissioning script" : "Testing script");
    shape.put("hardware_type", meta.hardwareType());
    shape.put("hardware_type_name", HARDWARE.get(meta.hardwareType()));
    shape.put("parallel", 0);
    shape.put("parallel_name", "Disabled");
    shape.put("results", Map.of());
    shape.put("parameters", Map.of());
    shape.put("packages", Map.of());
    var time = Duration.ofSeconds(script.timeoutSeconds());
    shape.put(
        "timeout",
        "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart()));
    shape.put("destructive", false);
    shape.put("for_hardware", List.of());
    shape.put("may_reboot", false);
    shape.put("recommission", false);
    shape.put("default", false);
    shape.put("apply_configured_networking", false);
    shape.put(
        "history",
        scripts.history(script.name()).stream()
            .map(revision -> shape(revision, withContent))
            .toList());
    shape.put("resource_uri", Dispatch.ROOT + ALL + Encoding.encode(script.name()));
    return shape;
  }

  private static Map<String, Object> shape(Revision revision, boolean withContent) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", revision.id());
    shape.put("comment", Optional.of(revision.comment()).filter(text -> !text.isEmpty()));
    shape.put("created", ResultOperations.TIME.format(revision.at()));
    if (withContent) {
      shape.put("data", Base64.getEncoder().encodeToString(revision.content()));
    }
    return shape;
  }
}
