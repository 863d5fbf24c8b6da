package io.rackstead.boot;

import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Capability;
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
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import java.time.InstantSource;
import java.util.List;

/// Where the installed system reports: cloud-init's reporting webhook, at an address that only its
/// own seed names. The end of the final stage is what makes a machine Deployed.
public final class MetadataApi {
  private static final String FINAL_STAGE = "modules-final";

  private final Machines machines;
  private final EventLog events;
  private final Capabilities capabilities;
  private final InstantSource clock;

  public MetadataApi(
      Machines machines, EventLog events, Capabilities capabilities, InstantSource clock) {
    this.machines = machines;
    this.events = events;
    this.capabilities = capabilities;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(Route.post("/MAAS/metadata/status/{capability}", Access.BEARER, this::report));
  }

  private Reply report(Request request) {
    var capability =
        capabilities
            .find(request.part("capability"))
            .filter(found -> found.kind() == Capability.Kind.REPORT)
            .orElseThrow(() -> new Problem(404, "no such report"));
    var machine =
        capability
            .machine()
            .flatMap(machines::find)
            .filter(found -> found.epoch() == capability.epoch())
            .orElseThrow(() -> new Problem(410, "this report is of an older deployment"));
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
    if (name.equals(FINAL_STAGE) && type.equals("finish") && machine.state() == State.DEPLOYING) {
      finished(machine, result);
    } else if (machine.state() == State.DEPLOYING && !type.isEmpty()) {
      machines.apply(
          machine.id(),
          new Event.Progressed("first boot: " + name),
          new Actor("system", machine.hostname()));
    }
    return Reply.text(200, "OK");
  }

  private void finished(Machine machine, String result) {
    var actor = new Actor("system", machine.hostname());
    machines.apply(
        machine.id(),
        result.equals("FAIL")
            ? new Event.Failed("cloud-init's final stage failed on the installed system")
            : new Event.Booted(),
        actor);
  }
}
