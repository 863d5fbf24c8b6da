package io.rackstead.commission;

import io.rackstead.access.Origin;
import io.rackstead.agent.Sha256;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.store.Database;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// The operator's own scripts: run on each machine that is commissioned or tested, as root in the
/// ephemeral system. The exit status is the verdict, and so is the time limit.
public final class ScriptApi {
  private final Database database;
  private final Scripts scripts;

  public ScriptApi(Database database, InstantSource clock) {
    this.database = database;
    this.scripts = new Scripts(database, clock);
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/scripts", Access.VIEW, _ -> list()),
        Route.post("/api/scripts", Access.ADMIN, this::put),
        new Route(Route.Method.DELETE, "/api/scripts/{name}", Access.ADMIN, this::remove));
  }

  private Reply list() {
    var scripts =
        database.read(tx ->
            tx.list(
                "select name, type, timeout_s, sha256 from script order by name",
                row ->
                    Map.of(
                        "name", row.getString(1),
                        "type", row.getString(2),
                        "timeout_s", row.getInt(3),
                        "sha256", row.getString(4))));
    return Reply.json(Map.of("scripts", scripts));
  }

  private Reply put(Request request) {
    var body = request.json();
    var name = body.path("name").asText();
    var before = scripts.find(name).map(Script::meta).orElse(Script.Meta.NONE);
    var content = body.path("content").asText().getBytes(StandardCharsets.UTF_8);
    scripts.put(
        name,
        new Script(
            0,
            name,
            body.path("type").asText(),
            body.path("timeout_s").asInt(600),
            before,
            content),
        "",
        Origin.of(request));
    return Reply.json(201, Map.of("name", name, "sha256", Sha256.hex(content)));
  }

  private Reply remove(Request request) {
    var name = request.part("name");
    if (!scripts.delete(name, Origin.of(request))) {
      throw new Problem(404, "no script " + name);
    }
    return Reply.none();
  }
}
