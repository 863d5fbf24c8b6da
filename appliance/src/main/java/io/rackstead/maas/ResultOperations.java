package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.agent.Purpose;
import io.rackstead.agent.Results;
import io.rackstead.agent.Results.Result;
import io.rackstead.agent.Results.Run;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Verbs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Script results: what the steps of commissioning, installation, tests and erasure came to.
final class ResultOperations {
  private static final String ALL = "nodes/{system_id}/results/";
  private static final String ONE = "nodes/{system_id}/results/{id}/";
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss '-0000'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final List<String> TYPES =
      List.of("commissioning", "installation", "testing", "release");
  private static final List<String> STATUS =
      List.of("Pending", "Running", "Passed", "Failed", "Timed out", "Aborted");
  private final Parts parts;
  private final MachineOperations machines;
  private final Results results;

  ResultOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
    this.results = new Results(parts.database(), parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("NodeScriptResults", ALL, "", Access.VIEW, this::list),
        get("NodeScriptResult", ONE, "", Access.VIEW, this::read),
        put("NodeScriptResult", ONE, Access.OPERATE, this::update),
        delete("NodeScriptResult", ONE, Access.ADMIN, this::remove),
        get("NodeScriptResult", ONE, "download", Access.VIEW, this::download));
  }

  /// What runs for rescue or to be known is no result to anybody.
  private static Optional<Integer> type(Purpose purpose) {
    return switch (purpose) {
      case COMMISSION -> Optional.of(0);
      case INSTALL -> Optional.of(1);
      case TEST -> Optional.of(2);
      case ERASE -> Optional.of(3);
      case ENLIST, RESCUE -> Optional.empty();
    };
  }

  private List<Run> runs(Call call) {
    return results.of(machines.machine(call).id()).stream()
        .filter(run -> type(run.purpose()).isPresent())
        .toList();
  }

  private Run run(Call call) {
    var id = call.part("id");
    return runs(call).stream()
        .filter(run ->
            Long.toString(run.id()).equals(id)
                || id.equals("current-" + TYPES.get(type(run.purpose()).orElse(0))))
        .findFirst()
        .orElseThrow(() -> new Problem(404, "No ScriptSet matches the given query."));
  }

  private static boolean wanted(Call call, Result result) {
    var names = call.list("filters");
    return names.isEmpty()
        || names.contains(result.step().name())
        || names.contains(Long.toString(result.id()));
  }

  private Reply list(Call call) {
    var asked = call.text("type").filter(text -> !text.isEmpty());
    return Dispatch.json(
        runs(call).stream()
            .filter(run ->
                asked.isEmpty()
                    || asked.get().equals(type(run.purpose()).map(String::valueOf).orElse(""))
                    || asked.get().equals(TYPES.get(type(run.purpose()).orElse(0))))
            .map(run -> shape(call, run))
            .toList());
  }

  private Reply read(Call call) {
    return Dispatch.json(shape(call, run(call)));
  }

  private Reply update(Call call) {
    Verbs.mustOperate(call.request());
    var run = run(call);
    call.truth("suppressed")
        .ifPresent(truth -> results.suppress(run, truth, Origin.of(call.request())));
    return read(call);
  }

  /// Forgets what a run came to; one that still runs is what the machine is led by.
  private Reply remove(Call call) {
    var machine = machines.machine(call);
    var run = run(call);
    if (machine.state().busy()) {
      throw new Problem(
          409,
          "Cannot delete results of %s while it is %s: wait for its end, or abort it"
              .formatted(machine.hostname(), machine.state().title()));
    }
    results.remove(run, Origin.of(call.request()));
    return Reply.none();
  }

  /// One result as it is, several one after another with their names.
  private Reply download(Call call) {
    var all = run(call).results().stream().filter(result -> wanted(call, result)).toList();
    if (all.size() == 1) {
      return Reply.bytes("text/plain; charset=utf-8", bytes(all.getFirst().step().output()));
    }
    var text = new StringBuilder();
    for (var result : all) {
      var name = result.step().name();
      text.append("-".repeat(name.length()))
          .append("\n%s\n".formatted(name))
          .append("-".repeat(name.length()))
          .append('\n')
          .append(result.step().output())
          .append('\n');
    }
    return Reply.bytes("text/plain; charset=utf-8", bytes(text.toString()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int status(Result result) {
    var step = result.step();
    if (step.open()) {
      return step.startedAt().isPresent() ? 1 : 0;
    }
    return switch (step.status()) {
      case "ok" -> 2;
      case "timeout" -> 4;
      default -> 3;
    };
  }

  /// Failed if one is; else running while one is open and one was begun.
  private static int status(Run run) {
    var all = run.results().stream().filter(r -> !r.suppressed()).map(r -> status(r)).toList();
    if (all.contains(3) || all.contains(4)) {
      return all.contains(3) ? 3 : 4;
    }
    boolean open = all.contains(0) || all.contains(1);
    return open ? all.contains(1) || all.contains(2) ? 1 : 0 : 2;
  }

  private static Optional<Instant> began(List<Result> all) {
    return all.stream().flatMap(r -> r.step().startedAt().stream()).min(Instant::compareTo);
  }

  private static Optional<Instant> ended(List<Result> all) {
    return all.stream().anyMatch(r -> r.step().open())
        ? Optional.empty()
        : all.stream().flatMap(r -> r.step().endedAt().stream()).max(Instant::compareTo);
  }

  private static Map<String, Object> shape(Call call, Run run) {
    var shape = new LinkedHashMap<String, Object>();
    int type = type(run.purpose()).orElse(0);
    shape.put("id", run.id());
    shape.put("system_id", run.machine().text());
    shape.put("type", type);
    shape.put(
        "type_name",
        TYPES.get(type).substring(0, 1).toUpperCase(Locale.ROOT) + TYPES.get(type).substring(1));
    shape.put("last_ping", Optional.empty());
    common(shape, status(run), run.results());
    shape.put("suppressed", run.results().stream().allMatch(Result::suppressed));
    boolean withOutput = call.truth("include_output").orElse(false);
    var shown = new ArrayList<Map<String, Object>>();
    for (var result : run.results()) {
      if (wanted(call, result)) {
        shown.add(shape(result, withOutput));
      }
    }
    shape.put("results", shown);
    shape.put(
        "resource_uri", Dispatch.ROOT + "nodes/" + run.machine() + "/results/" + run.id() + "/");
    return shape;
  }

  private static void common(Map<String, Object> shape, int status, List<Result> of) {
    var began = began(of);
    var ended = ended(of);
    shape.put("status", status);
    shape.put("status_name", STATUS.get(status));
    shape.put("started", began.map(TIME::format).orElse(""));
    shape.put("ended", ended.map(TIME::format).orElse(""));
    shape.put(
        "runtime",
        began
            .flatMap(from -> ended.map(to -> Duration.between(from, to)))
            .map(d -> "%d:%02d:%02d".formatted(d.toHours(), d.toMinutesPart(), d.toSecondsPart()))
            .orElse(""));
  }

  private static Map<String, Object> shape(Result result, boolean withOutput) {
    var step = result.step();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", result.id());
    shape.put("name", step.name());
    shape.put("created", step.startedAt().map(TIME::format).orElse(""));
    shape.put("updated", step.endedAt().or(step::startedAt).map(TIME::format).orElse(""));
    common(shape, status(result), List.of(result));
    shape.put("exit_status", step.endedAt().map(_ -> step.exit()));
    shape.put("estimated_runtime", "");
    shape.put("starttime", step.startedAt().map(at -> at.toEpochMilli() / 1000.0).orElse(0.0));
    shape.put("endtime", step.endedAt().map(at -> at.toEpochMilli() / 1000.0).orElse(0.0));
    shape.put("parameters", Map.of());
    shape.put("script_id", Optional.empty());
    shape.put("script_revision_id", Optional.empty());
    shape.put("suppressed", result.suppressed());
    if (withOutput) {
      var text = Base64.getEncoder().encodeToString(bytes(step.output()));
      shape.put("output", text);
      shape.put("stdout", text);
      shape.put("stderr", "");
      shape.put("result", Base64.getEncoder().encodeToString(bytes(step.facts().toString())));
    }
    return shape;
  }
}
