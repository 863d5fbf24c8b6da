package io.rackstead.boot;

import io.rackstead.agent.Capabilities;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.plan.Ignition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Where the installed system reports: cloud-init's reporting webhook, at an address that only its
/// own seed names. The end of the final stage is what makes a machine Deployed.
public final class MetadataApi {
  private static final String FINAL_STAGE = "modules-final";

  private final Machines machines;
  private final EventLog events;
  private final Nodes nodes;
  private final InstantSource clock;

  /// What failed first in a machine's final stage, until that stage has ended.
  private final Map<MachineId, String> failed = new ConcurrentHashMap<>();

  public MetadataApi(
      Machines machines, EventLog events, Capabilities capabilities, InstantSource clock) {
    this.machines = machines;
    this.events = events;
    this.nodes = new Nodes(machines, capabilities, clock);
    this.clock = clock;
  }

  public List<Route> routes() {
    var routes = new ArrayList<>(new MetadataService(nodes, machines, events, clock).routes());
    routes.add(Route.post("/MAAS/metadata/status/{capability}", Access.BEARER, this::report));
    return routes;
  }

  private Reply report(Request request) {
    var whose = request.part("capability");
    if (request.header("Authorization").isEmpty()) {
      return report(nodes.bearing(whose), request);
    }
    // as MAAS has it: the machine's id in the path, signed with its token
    var machine = nodes.signed(request);
    if (!machine.id().text().equals(whose)) {
      throw new Problem(403, "Not authenticated as a known node.");
    }
    var body = request.json();
    for (var key : List.of("event_type", "origin", "name", "description")) {
      if (!body.path(key).isTextual()) {
        throw new Problem(400, "Missing parameter in status message: " + key);
      }
    }
    report(machine, request);
    return Reply.none();
  }

  private Reply report(Machine machine, Request request) {
    var body = request.json();
    var name = body.path("name").asText("");
    var type = body.path("event_type").asText("");
    var result = body.path("result").asText("");
    events.trace(
        Entry.of(
            clock.instant(),
            machine.id(),
            "cloud-init",
            "system:" + machine.hostname(),
            "%s %s%s: %s"
                .formatted(
                    type,
                    name,
                    result.isEmpty() ? "" : " " + result,
                    body.path("description").asText(""))));
    if (result.startsWith("FAIL") && name.startsWith(FINAL_STAGE + "/")) {
      failed.putIfAbsent(machine.id(), name.substring(FINAL_STAGE.length() + 1));
    }
    if (name.equals(FINAL_STAGE) && type.equals("finish") && machine.state() == State.DEPLOYING) {
      finished(machine, result, body.path("origin").asText(""));
    } else if (machine.state() == State.DEPLOYING && !type.isEmpty()) {
      machines.apply(
          machine.id(),
          new Event.Progressed("first boot: " + name),
          new Actor("system", machine.hostname()));
    }
    return Reply.text(200, "OK");
  }

  private void finished(Machine machine, String result, String origin) {
    var actor = new Actor("system", machine.hostname());
    var part = failed.remove(machine.id());
    machines.apply(
        machine.id(),
        result.startsWith("FAIL")
            ? new Event.Failed(
                origin.equals(Ignition.ORIGIN)
                    ? "the first start failed on the installed system: there, journalctl -u"
                        + " rackstead-once says why"
                    : "cloud-init's final stage failed on the installed system%s: there, /var/log/cloud-init-output.log says why"
                        .formatted(part == null ? "" : " in " + part))
            : new Event.Booted(),
        actor);
  }
}
