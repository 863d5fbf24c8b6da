package io.rackstead.handover;

import io.rackstead.access.Origin;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.declared.BadBroker;
import io.rackstead.broker.declared.Rehearsal;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Verbs;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Brokers, targets, hand-overs and the Ansible inventory in our own API.
public final class HandoverApi {
  private final Handovers handovers;
  private final Targets targets;
  private final Machines machines;
  private final Verbs verbs;
  private final Function<Machine, List<String>> addresses;

  public HandoverApi(
      Handovers handovers,
      Targets targets,
      Machines machines,
      Verbs verbs,
      Function<Machine, List<String>> addresses) {
    this.handovers = handovers;
    this.targets = targets;
    this.machines = machines;
    this.verbs = verbs;
    this.addresses = addresses;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/brokers", Access.VIEW, _ -> brokers()),
        Route.post("/api/brokers/{name}/rehearse", Access.ADMIN, this::rehearse),
        Route.get("/api/targets", Access.VIEW, _ -> list()),
        Route.put("/api/targets/{name}", Access.ADMIN, this::put),
        Route.delete("/api/targets/{name}", Access.ADMIN, this::remove),
        Route.post("/api/targets/{name}/test", Access.EDIT, this::test),
        Route.post("/api/targets/{name}/preview", Access.EDIT, this::preview),
        Route.get("/api/machines/{id}/hand-over", Access.VIEW, this::read),
        Route.post("/api/machines/{id}/hand-over", Access.OPERATE, this::begin),
        Route.post("/api/machines/{id}/hand-over/forget", Access.EDIT, this::forget),
        Route.get("/api/inventory/ansible", Access.VIEW, this::inventory));
  }

  private Reply brokers() {
    return Reply.json(
        Map.of("brokers", targets.brokers().names().stream().map(this::broker).toList()));
  }

  private Map<String, Object> broker(String name) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("name", name);
    try {
      var file = targets.file(name);
      shown.put("description", file.description());
      shown.put("config", file.keys());
    } catch (Problem e) {
      shown.put("problem", e.detail());
    }
    return shown;
  }

  /// Tries a broker against the exchange that is sent, or against the one beside its file; nothing
  /// is sent to anybody.
  private Reply rehearse(Request request) {
    var name = request.part("name");
    var file = targets.file(name);
    var sent =
        request.body().length == 0
            ? Optional.<String>empty()
            : Optional.of(request.json().toString());
    try {
      var exchange =
          sent.or(() -> targets.brokers().exchange(name))
              .orElseThrow(() ->
                  new Problem(
                      404,
                      "no exchange lies beside the broker %s: put one into its folder as exchange.json, or send it"
                          .formatted(name)));
      var report = Rehearsal.of(file, exchange);
      var shown = new LinkedHashMap<String, Object>();
      shown.put("ok", report.ok());
      shown.put("source", report.source());
      shown.put("failed", report.failed());
      shown.put("requests", report.asked());
      shown.put("not_asked", report.unasked());
      return Reply.json(shown);
    } catch (BadBroker e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Reply list() {
    return Reply.json(Map.of("targets", targets.list().stream().map(HandoverApi::shown).toList()));
  }

  private static Map<String, Object> shown(Target target) {
    return Map.of("name", target.name(), "broker", target.broker(), "config", target.config());
  }

  private Reply put(Request request) {
    var asked = request.json();
    return Reply.json(
        shown(
            targets.put(
                request.part("name"),
                asked.path("broker").asText(""),
                asked.path("config"),
                Origin.of(request))));
  }

  private Target target(Request request) {
    var name = request.part("name");
    return targets.find(name).orElseThrow(() -> new Problem(404, "no target " + name));
  }

  private Reply remove(Request request) {
    var target = target(request);
    if (handovers.uses(target.name())) {
      throw new Problem(409, "machines are with " + target.name() + ": release them first");
    }
    targets.delete(target, Origin.of(request));
    return Reply.none();
  }

  private Reply test(Request request) {
    var target = target(request);
    try {
      targets.broker(target).test();
      return Reply.json(Map.of("ok", true, "why", ""));
    } catch (BrokerException | BadBroker e) {
      return Reply.json(Map.of("ok", false, "why", String.valueOf(e.getMessage())));
    }
  }

  private Reply preview(Request request) {
    var asked = request.json();
    var machine = machine(request, asked.path("machine").asText(""));
    try {
      var handover = handovers.handover(machine, "ho-preview", asked.path("role").asText(""));
      return Reply.json(targets.broker(target(request)).preview(handover));
    } catch (BadBroker e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Machine machine(Request request, String name) {
    return verbs
        .find(request.principal(), name)
        .orElseThrow(() -> new Problem(404, "no machine " + name));
  }

  private Reply read(Request request) {
    var machine = machine(request, request.part("id"));
    return Reply.json(
        handovers
            .of(machine.id())
            .map(HandoverApi::shown)
            .orElseGet(() -> Map.of("state", "none")));
  }

  private static Map<String, Object> shown(Row row) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", row.handoverId());
    shown.put("target", row.target());
    shown.put("role", row.said().role());
    shown.put("state", row.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    shown.put("tries", row.tries());
    shown.put("why", row.said().why());
    shown.put("evidence", row.said().evidence());
    return shown;
  }

  private Reply begin(Request request) {
    var machine = machine(request, request.part("id"));
    Verbs.mustOwn(request, machine);
    var asked = request.json();
    return Reply.json(
        shown(
            handovers.begin(
                machine,
                asked.path("target").asText(""),
                asked.path("role").asText(""),
                Origin.of(request))));
  }

  private Reply forget(Request request) {
    var machine = machine(request, request.part("id"));
    Verbs.mustOperate(request, machine);
    handovers.forget(machine, Origin.of(request));
    return Reply.none();
  }

  private Reply inventory(Request request) {
    var roles = new HashMap<String, String>();
    handovers.inService().forEach(row -> roles.put(row.machine().text(), row.said().role()));
    return Reply.json(
        Inventory.of(
            machines.list().stream()
                .filter(machine ->
                    request.principal().sees(machine.labels().owner(), machine.labels().pool()))
                .toList(),
            roles,
            addresses));
  }
}
