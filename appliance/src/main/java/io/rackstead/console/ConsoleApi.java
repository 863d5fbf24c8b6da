package io.rackstead.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.bmc.BmcException;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.http.SocketRoute;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Verbs;
import io.rackstead.store.Database;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Serial consoles: live over a WebSocket, and what earlier boots wrote. A console shows what a
/// server says to whoever stands before it, so it is for those who may change the machine.
///
/// The socket: binary messages are what the server writes and what is typed. Text messages from us
/// are JSON, `{"state", "why", "writer", "yours", "viewers"}`, or `{"error"}`; to us `{"take":
/// true}` (the keyboard), `{"give": true}`, `{"break": true}`, `{"take_over": true}` (the console,
/// from whoever holds it at the BMC).
public final class ConsoleApi {
  private static final int HITS = 200;
  private static final int MOST_TYPED = 16 << 10;

  private final Consoles consoles;
  private final Verbs verbs;
  private final Database database;
  private final InstantSource clock;

  public ConsoleApi(Consoles consoles, Verbs verbs, Database database, InstantSource clock) {
    this.consoles = consoles;
    this.verbs = verbs;
    this.database = database;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/machines/{id}/console", Access.OPERATE, this::state),
        Route.get("/api/machines/{id}/console/boots/{boot}", Access.OPERATE, this::boot),
        Route.get("/api/machines/{id}/console/search", Access.OPERATE, this::search));
  }

  public List<SocketRoute> sockets() {
    return List.of(new SocketRoute("/api/machines/{id}/console/live", Access.OPERATE, this::live));
  }

  private Machine machine(Request request) {
    var id = request.part("id");
    var machine =
        verbs.find(request.principal(), id).orElseThrow(() -> new Problem(404, "no machine " + id));
    Verbs.mustOwn(request, machine);
    return machine;
  }

  private Reply state(Request request) throws IOException {
    var machine = machine(request);
    var console = consoles.of(machine.id());
    var shown = new LinkedHashMap<>(console.shown());
    shown.put(
        "boots",
        console.read(Tape::list).stream()
            .map(boot -> Map.of("boot", boot.name(), "began", boot.began(), "bytes", boot.bytes()))
            .toList());
    return Reply.json(shown);
  }

  private Reply boot(Request request) throws IOException {
    var machine = machine(request);
    var name = request.part("boot");
    var bytes =
        consoles
            .of(machine.id())
            .read(tape -> tape.read(name))
            .orElseThrow(() ->
                new Problem(
                    404, "nothing is kept of a boot " + name + " of " + machine.hostname()));
    boolean raw = request.query("raw").isPresent();
    return raw
        ? Reply.bytes("application/octet-stream", bytes)
        : Reply.text(200, Plain.text(bytes));
  }

  private Reply search(Request request) throws IOException {
    var machine = machine(request);
    var text =
        request
            .query("text")
            .filter(one -> !one.isBlank() && one.length() <= 200)
            .orElseThrow(() -> new Problem(400, "text is what is looked for: 1 to 200 characters"));
    return Reply.json(
        Map.of("hits", consoles.of(machine.id()).read(tape -> tape.search(text, HITS))));
  }

  private SocketRoute.Ears live(Request request) {
    return new Seat(machine(request), request.principal().username(), Origin.of(request));
  }

  /// One who looks, and may type.
  private final class Seat implements SocketRoute.Ears {
    private final Machine machine;
    private final String username;
    private final Origin origin;
    private Optional<Viewer> viewer = Optional.empty();

    Seat(Machine machine, String username, Origin origin) {
      this.machine = machine;
      this.username = username;
      this.origin = origin;
    }

    private Console console() {
      return consoles.of(machine.id());
    }

    @Override
    public void opened(SocketRoute.Line line) {
      var me = new Viewer(username, line);
      viewer = Optional.of(me);
      console().join(me);
    }

    @Override
    public void text(String text) {
      viewer.ifPresent(me -> {
        try {
          obey(me, Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (Problem e) {
          me.line().send(Json.text(Map.of("error", e.detail())));
        } catch (BmcException e) {
          me.line().send(Json.text(Map.of("error", String.valueOf(e.getMessage()))));
        }
      });
    }

    private void obey(Viewer me, JsonNode asked) {
      if (asked.path("take").asBoolean()) {
        audited("took the keyboard of the console of");
        console().take(me);
      } else if (asked.path("give").asBoolean()) {
        console().give(me);
      } else if (asked.path("take_over").asBoolean()) {
        audited("ended another's use of the console of");
        console().takeOver();
      } else if (asked.path("break").asBoolean()) {
        mustType(me);
        console().sendBreak();
      } else {
        throw new Problem(400, "one of take, give, break and take_over is understood");
      }
    }

    private void mustType(Viewer me) {
      if (!console().types(me)) {
        throw new Problem(409, "take the keyboard first");
      }
    }

    private void audited(String what) {
      database.change(tx -> {
        Audit.write(
            tx,
            clock.instant(),
            origin,
            "%s %s (%s)".formatted(what, machine.hostname(), machine.id()));
      });
    }

    @Override
    public void bytes(byte[] keys) {
      viewer.ifPresent(me -> {
        try {
          mustType(me);
          if (keys.length > MOST_TYPED) {
            throw new Problem(413, "at most 16 KiB are typed at once");
          }
          console().type(keys);
        } catch (Problem e) {
          me.line().send(Json.text(Map.of("error", e.detail())));
        } catch (BmcException e) {
          me.line().send(Json.text(Map.of("error", String.valueOf(e.getMessage()))));
        }
      });
    }

    @Override
    public void closed() {
      viewer.ifPresent(me -> console().leave(me));
    }
  }
}
