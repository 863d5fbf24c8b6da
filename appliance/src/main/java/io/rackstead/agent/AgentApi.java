package io.rackstead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Identity;
import io.rackstead.machine.MachineId;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/// What the agent calls, `/agent/…`. Every route but hello wants the token of the machine's newest
/// boot.
public final class AgentApi {
  private static final int MACS = 64;
  private static final Duration HELD = Duration.ofSeconds(10);

  private final AgentWork work;
  private final Enrolment enrolment;
  private final Sessions sessions;
  private final Function<InetAddress, String> server;
  private final Function<String, Optional<byte[]>> scripts;
  private final BooleanSupplier held;

  /// @param server our own URL as a client at an address reaches it
  /// @param scripts the operator's scripts by name
  /// @param held no step is handed out while it is so
  public AgentApi(
      AgentWork work,
      Enrolment enrolment,
      Sessions sessions,
      Function<InetAddress, String> server,
      Function<String, Optional<byte[]>> scripts,
      BooleanSupplier held) {
    this.work = work;
    this.enrolment = enrolment;
    this.sessions = sessions;
    this.server = server;
    this.scripts = scripts;
    this.held = held;
  }

  public List<Route> routes() {
    return List.of(
        Route.post("/agent/hello", Access.BEARER, this::hello),
        Route.get("/agent/work", Access.BEARER, request -> withMachine(request, this::next)),
        Route.post(
            "/agent/progress", Access.BEARER, request -> withMachine(request, this::progress)),
        Route.post("/agent/log", Access.BEARER, request -> withMachine(request, this::log)),
        Route.post("/agent/result", Access.BEARER, request -> withMachine(request, this::result)),
        Route.get(
            "/agent/files/{seq}/{n}", Access.BEARER, request -> withMachine(request, this::file)),
        Route.get(
            "/agent/scripts/{name}", Access.BEARER, request -> withMachine(request, this::script)));
  }

  private Reply hello(Request request) {
    var body = request.json();
    var macs =
        StreamSupport.stream(body.path("macs").spliterator(), false)
            .limit(MACS)
            .map(JsonNode::asText)
            .filter(text -> text.matches("([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"))
            .map(MacAddress::parse)
            .toList();
    if (macs.isEmpty()) {
      throw new Problem(400, "hello names no MAC address");
    }
    var seen = Identity.of(macs, body.path("uuid").asText(), body.path("serial").asText());
    var welcome =
        enrolment.hello(
            body.path("capability").asText(),
            seen,
            architecture(body.path("architecture").asText("amd64")),
            request.client().getHostAddress());
    return Reply.json(
        Map.of(
            "token", welcome.token(),
            "machine", welcome.machine().id(),
            "hostname", welcome.machine().hostname(),
            "epoch", welcome.machine().epoch()));
  }

  private static Architecture architecture(String text) {
    try {
      return Architecture.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Reply next(MachineId machine, Request request) throws InterruptedException {
    if (held.getAsBoolean()) {
      Thread.sleep(HELD);
      return Reply.none();
    }
    long after = number(request.query("after").orElse("0"));
    return work.next(
            machine, after, request.client().getHostAddress(), server.apply(request.client()))
        .map(Reply::json)
        .orElseGet(Reply::none);
  }

  private Reply progress(MachineId machine, Request request) {
    var body = request.json();
    work.progress(
        machine,
        body.path("seq").asLong(),
        body.path("done").asLong(),
        body.path("total").asLong(),
        body.path("rate").asLong());
    return Reply.none();
  }

  private Reply log(MachineId machine, Request request) {
    var lines = request.json().path("lines");
    work.log(
        machine,
        StreamSupport.stream(lines.spliterator(), false).limit(200).map(JsonNode::asText).toList());
    return Reply.none();
  }

  private Reply result(MachineId machine, Request request) {
    var body = request.json();
    var status = body.path("status").asText();
    if (!List.of("ok", "failed", "timeout").contains(status)) {
      throw new Problem(400, "a result's status is ok, failed or timeout, got " + status);
    }
    var facts = body.path("facts");
    work.result(
        machine,
        body.path("seq").asLong(),
        new Step.Result(
            status,
            body.path("exit").asInt(),
            body.path("seconds").asDouble(),
            body.path("output").asText(""),
            facts.isObject() ? facts : JsonNodeFactory.instance.objectNode()));
    return Reply.none();
  }

  private Reply file(MachineId machine, Request request) {
    return Reply.bytes(
        "application/octet-stream",
        work.seedFile(
            machine,
            number(request.part("seq")),
            (int) number(request.part("n")),
            server.apply(request.client())));
  }

  private Reply script(MachineId machine, Request request) {
    return Reply.bytes(
        "application/octet-stream",
        scripts
            .apply(request.part("name"))
            .orElseThrow(() -> new Problem(404, "no script " + request.part("name"))));
  }

  private interface Act {
    Reply of(MachineId machine, Request request) throws Exception;
  }

  private Reply withMachine(Request request, Act act) throws Exception {
    var token =
        request
            .header("Authorization")
            .filter(header -> header.startsWith("Bearer "))
            .map(header -> header.substring(7).strip())
            .orElseThrow(() -> new Problem(401, "no token: say hello first"));
    var machine = sessions.machine(token);
    if (machine.isEmpty()) {
      return over("a newer boot of this machine speaks now, or it was removed");
    }
    try {
      return act.of(machine.get(), request);
    } catch (AgentWork.Over e) {
      sessions.silence(machine.get());
      return over(String.valueOf(e.getMessage()));
    }
  }

  private static Reply over(String why) {
    return Reply.json(410, Map.of("error", why));
  }

  private static long number(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new Problem(400, "not a number: " + text);
    }
    return Long.parseLong(text);
  }
}
