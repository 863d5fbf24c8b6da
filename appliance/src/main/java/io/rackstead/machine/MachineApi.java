package io.rackstead.machine;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.SshKeys;
import io.rackstead.agent.Progresses;
import io.rackstead.agent.Progresses.Progress;
import io.rackstead.agent.Step;
import io.rackstead.agent.StepStore;
import io.rackstead.bmc.PowerAction;
import io.rackstead.commission.KubeVirt;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import io.rackstead.store.Database;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Machines in our own API: the list, one machine with its hardware and results, and the verbs.
public final class MachineApi {
  private final Machines machines;
  private final Verbs verbs;
  private final Database database;
  private final ImageStore images;
  private final SshKeys sshKeys;
  private final Renderings<Around> summaries;
  private final StepStore steps = new StepStore();

  private record Around(Optional<Progress> progress, List<String> addresses) {}

  /// @param addresses the addresses that a machine has now
  public MachineApi(
      Machines machines,
      Verbs verbs,
      Database database,
      ImageStore images,
      SshKeys sshKeys,
      Progresses progresses,
      Function<Machine, List<String>> addresses) {
    this.machines = machines;
    this.verbs = verbs;
    this.database = database;
    this.images = images;
    this.sshKeys = sshKeys;
    this.summaries =
        new Renderings<>(
            machines,
            machine -> new Around(progresses.of(machine.id()), addresses.apply(machine)),
            (machine, around) -> Summary.of(machine, around.progress(), around.addresses()));
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/machines", Access.VIEW, this::list),
        Route.get("/api/machines/{id}", Access.VIEW, this::read),
        Route.post("/api/machines/{id}/actions/{verb}", Access.OPERATE, this::act));
  }

  public Map<String, Object> summary(Machine machine) {
    return summaries.shape(machine);
  }

  private Reply list(Request request) {
    var principal = request.principal();
    var seen =
        machines.list().stream()
            .filter(machine -> principal.sees(machine.labels().owner(), machine.labels().pool()))
            .toList();
    return new Reply.Flow(
        200,
        "application/json",
        out -> {
          out.write("{\"machines\":".getBytes(StandardCharsets.US_ASCII));
          Json.array(out, seen, summaries::bytes);
          out.write('}');
        },
        Map.of());
  }

  private Reply read(Request request) {
    var machine = machine(request);
    var shown = new LinkedHashMap<>(summary(machine));
    shown.put("hardware", machine.hardware().map(hardware -> hardware.report()));
    shown.put("kubevirt", machine.hardware().map(KubeVirt::of));
    shown.put("results", results(machine.id()));
    return Reply.json(shown);
  }

  private Machine machine(Request request) {
    return verbs
        .find(request.principal(), request.part("id"))
        .orElseThrow(() -> new Problem(404, "no machine " + request.part("id")));
  }

  private Reply act(Request request) {
    var machine = machine(request);
    var asked = request.json();
    var verb = request.part("verb");
    if (verb.equals("delete")) {
      Verbs.mustOperate(request, machine);
      if (!Actions.removable(machine)) {
        throw new Problem(
            409, machine.hostname() + " is " + machine.state().title() + ": release it first");
      }
      verbs.delete(request, machine);
      return Reply.none();
    }
    return Reply.json(summary(act(request, machine, verb, asked)));
  }

  private Machine act(Request request, Machine machine, String verb, JsonNode asked) {
    return switch (verb) {
      case "commission" -> operated(request, machine, new Event.Commission());
      case "test" -> operated(request, machine, new Event.Test());
      case "mark-fixed" -> operated(request, machine, new Event.MarkFixed());
      case "clear-quarantine" -> operated(request, machine, new Event.ClearQuarantine());
      case "allocate" -> verbs.allocate(request, machine);
      case "deploy" -> verbs.deploy(request, machine, order(request, machine, asked));
      case "release" -> owned(request, machine, new Event.Release(erase(asked)));
      case "abort" -> owned(request, machine, new Event.Abort());
      case "rescue" -> owned(request, machine, new Event.EnterRescue());
      case "exit-rescue" -> owned(request, machine, new Event.ExitRescue());
      case "mark-broken" ->
          owned(
              request,
              machine,
              new Event.MarkBroken(cut(asked.path("comment").asText("marked broken"))));
      case "lock" -> verbs.lock(request, machine);
      case "unlock" -> verbs.unlock(request, machine);
      case "power-on" -> pressed(request, machine, PowerAction.ON);
      case "power-off" -> pressed(request, machine, PowerAction.FORCE_OFF);
      case "power-cycle" -> pressed(request, machine, PowerAction.POWER_CYCLE);
      case "trust-bmc" ->
          verbs.trustBmc(
              request,
              machine,
              asked.path("fingerprint").asText(""),
              asked.path("ssh_port").asInt(0));
      default -> throw new Problem(404, "no verb " + verb);
    };
  }

  private Machine operated(Request request, Machine machine, Event event) {
    Verbs.mustOperate(request, machine);
    return verbs.apply(request, machine, event);
  }

  private Machine owned(Request request, Machine machine, Event event) {
    Verbs.mustOwn(request, machine);
    return verbs.apply(request, machine, event);
  }

  private Machine pressed(Request request, Machine machine, PowerAction action) {
    Verbs.mustOwn(request, machine);
    return verbs.press(request, machine, action);
  }

  private static EraseMode erase(JsonNode asked) {
    var mode = asked.path("erase").asText("none");
    try {
      return EraseMode.valueOf(mode.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "erase is none, quick, full or secure, got " + mode, e);
    }
  }

  private DeployOrder order(Request request, Machine machine, JsonNode asked) {
    var name = asked.path("image").asText("");
    var keys = new ArrayList<String>();
    asked.path("ssh_keys").forEach(key -> keys.add(key.asText()));
    if (!asked.has("ssh_keys")) {
      database
          .read(tx -> sshKeys.of(tx, request.principal().username()))
          .forEach(key -> keys.add(key.text()));
    }
    return new DeployOrder(
        image(name, machine),
        keys,
        DeployOrder.userData(asked.path("user_data").asText("").getBytes(StandardCharsets.UTF_8)),
        asked.path("hostname").asText(""),
        asked.path("disk").asText("").strip(),
        asked.path("consent_to_wipe").asBoolean(false));
  }

  private Image image(String name, Machine machine) {
    ImageId id;
    try {
      id = ImageId.parse(name);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
    return images
        .image(id, machine.arch())
        .orElseThrow(() ->
            new Problem(
                400,
                "no image %s for %s; there are %s (appliance/run images build makes one)"
                    .formatted(
                        id,
                        machine.arch().debianName(),
                        images.images().stream().map(image -> image.id().toString()).toList())));
  }

  private List<Map<String, Object>> results(MachineId id) {
    var all = database.read(tx -> steps.steps(tx, id));
    var runs = new LinkedHashMap<String, Integer>();
    var results = new ArrayList<Map<String, Object>>();
    for (var step : all) {
      var type = type(step);
      if (type.isPresent()) {
        var run = step.purpose() + "/" + step.epoch();
        int number = runs.computeIfAbsent(run, _ -> runs.size() + 1);
        results.add(result(step, number, type.get()));
      }
    }
    return results;
  }

  private static Optional<String> type(Step step) {
    return switch (step.purpose()) {
      case COMMISSION -> Optional.of("commissioning");
      case TEST -> Optional.of("testing");
      case ENLIST, INSTALL, ERASE, RESCUE -> Optional.empty();
    };
  }

  private static Map<String, Object> result(Step step, int run, String type) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", step.machine() + "-" + step.seq());
    shown.put("run", run);
    shown.put("name", step.name());
    shown.put("type", type);
    shown.put("status", status(step));
    shown.put("exit", step.open() ? Optional.empty() : Optional.of(step.exit()));
    shown.put("seconds", step.open() ? Optional.empty() : Optional.of(step.seconds()));
    shown.put("output", step.output());
    shown.put("started", step.startedAt());
    return shown;
  }

  private static String status(Step step) {
    if (step.open()) {
      return step.startedAt().isPresent() ? "running" : "pending";
    }
    return step.ok() ? "passed" : step.status().equals("timeout") ? "timeout" : "failed";
  }

  private static String cut(String comment) {
    return comment.length() > 1000 ? comment.substring(0, 1000) : comment;
  }
}
