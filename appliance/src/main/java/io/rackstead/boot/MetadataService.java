package io.rackstead.boot;

import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.http.Form;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What cloud-init's MAAS data source and curtin read of their own machine, each with the machine's
/// own token; nobody can ask for another's.
final class MetadataService {
  private static final List<String> VERSIONS = List.of("2012-03-01", "latest");
  private static final String BASE = "/MAAS/metadata/";
  private static final Set<String> SIGNALS =
      Set.of(
          "OK",
          "FAILED",
          "WORKING",
          "COMMISSIONING",
          "TESTING",
          "TIMEDOUT",
          "INSTALLING",
          "APPLYING_NETCONF",
          "RELEASING",
          "DEPLOYING");

  private final Nodes nodes;
  private final Machines machines;
  private final EventLog events;
  private final InstantSource clock;

  MetadataService(Nodes nodes, Machines machines, EventLog events, InstantSource clock) {
    this.nodes = nodes;
    this.machines = machines;
    this.events = events;
    this.clock = clock;
  }

  List<Route> routes() {
    var routes = new ArrayList<Route>();
    // what is installed asks under the first, the installer curtin under the second
    for (var base : List.of(BASE, BASE + "curtin/")) {
      routes.add(Route.get(base, Access.BEARER, _ -> lines(VERSIONS)));
      routes.add(Route.get(base + "{version}/", Access.BEARER, this::index));
      routes.add(Route.post(base + "{version}/", Access.BEARER, this::operation));
      routes.add(Route.get(base + "{version}/meta-data/", Access.BEARER, this::items));
      routes.add(Route.get(base + "{version}/meta-data/{item}", Access.BEARER, this::item));
      routes.add(Route.get(base + "{version}/user-data", Access.BEARER, this::userData));
    }
    return routes;
  }

  private Machine asker(Request request) {
    if (!VERSIONS.contains(request.part("version"))) {
      throw new Problem(404, "Unknown version: " + request.part("version"));
    }
    return nodes.signed(request);
  }

  private static Reply lines(List<String> lines) {
    return Reply.text(200, String.join("\n", lines));
  }

  private Reply index(Request request) {
    asker(request);
    return lines(List.of("meta-data", "user-data"));
  }

  private Reply items(Request request) {
    var items = new ArrayList<>(List.of("instance-id", "local-hostname"));
    if (!keys(asker(request)).isEmpty()) {
      items.add("public-keys");
    }
    items.add("vendor-data");
    return lines(items);
  }

  private static List<String> keys(Machine machine) {
    return machine.deployment().map(Deployment::sshKeys).orElse(List.of());
  }

  private Reply item(Request request) {
    var machine = asker(request);
    return switch (request.part("item")) {
      case "instance-id" -> Reply.text(200, machine.id().text());
      case "local-hostname" -> Reply.text(200, machine.hostname());
      case "public-keys" ->
          Optional.of(keys(machine))
              .filter(keys -> !keys.isEmpty())
              .map(MetadataService::lines)
              .orElseThrow(() -> new Problem(404, "the owner has no SSH keys"));
      case "vendor-data" -> Reply.text(200, "cloud-init: |\n  #cloud-config\n  {}\n");
      default -> throw new Problem(404, "there is no meta-data " + request.part("item"));
    };
  }

  private Reply userData(Request request) {
    var given = asker(request).deployment().map(Deployment::userData).orElse("");
    if (given.isEmpty()) {
      throw new Problem(404, "no user data was given");
    }
    return Reply.bytes("application/octet-stream", given.getBytes(StandardCharsets.UTF_8));
  }

  private Reply operation(Request request) {
    var machine = asker(request);
    var form = Form.of(request);
    var op = request.query("op").or(() -> form.text("op")).orElse("");
    switch (op) {
      case "signal" -> signal(machine, form);
      // from where it boots follows from its state, whatever is said here
      case "netboot_off", "netboot_on" -> trace(machine, op);
      default -> throw new Problem(400, "Unrecognised signature: method=POST op=" + op);
    }
    return Reply.text(200, "OK");
  }

  private void signal(Machine machine, Form form) {
    var status = form.text("status").orElseThrow(() -> new Problem(400, "No provided status!"));
    if (!SIGNALS.contains(status)) {
      throw new Problem(400, "Unknown status code: " + status);
    }
    if (machine.state() != State.DEPLOYING && machine.state() != State.DEPLOYED) {
      throw new Problem(
          409,
          "Machine wasn't commissioning/installing (status is " + machine.state().title() + ")");
    }
    var error = form.text("error").orElse("");
    trace(machine, "signal " + status + (error.isEmpty() ? "" : ": " + error));
    if (machine.state() == State.DEPLOYING && status.equals("FAILED")) {
      machines.apply(
          machine.id(),
          new Event.Failed("the installed system signals a failure: " + error),
          new Actor("system", machine.hostname()));
    }
  }

  private void trace(Machine machine, String text) {
    events.trace(
        Entry.of(
            clock.instant(), machine.id(), "cloud-init", "system:" + machine.hostname(), text));
  }
}
