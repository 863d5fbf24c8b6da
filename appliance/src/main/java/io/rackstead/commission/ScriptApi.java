package io.rackstead.commission;

import io.rackstead.access.Audit;
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
import java.util.regex.Pattern;

/// The operator's own scripts: run on each machine that is commissioned or tested, as root in the
/// ephemeral system. The exit status is the verdict, and so is the time limit.
public final class ScriptApi {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final int SIZE = 1 << 20;
  private static final int DAY = 86_400;

  private final Database database;
  private final InstantSource clock;

  public ScriptApi(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
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
    var type = body.path("type").asText();
    int timeout = body.path("timeout_s").asInt(600);
    var content = body.path("content").asText().getBytes(StandardCharsets.UTF_8);
    if (!NAME.matcher(name).matches()) {
      throw new Problem(
          400, "a script's name has letters, digits, dots, - and _, got '" + name + "'");
    }
    if (!type.equals("commissioning") && !type.equals("testing")) {
      throw new Problem(400, "a script's type is commissioning or testing, got '" + type + "'");
    }
    if (timeout < 1 || timeout > DAY) {
      throw new Problem(400, "timeout_s is 1 to " + DAY + ", got " + timeout);
    }
    if (content.length == 0
        || content.length > SIZE
        || !body.path("content").asText().startsWith("#!")) {
      throw new Problem(
          400, "content is a script of at most 1 MiB that begins with #! and its interpreter");
    }
    database.change(tx -> {
      tx.change("delete from script where name = ?", name);
      tx.change(
          "insert into script (name, type, timeout_s, sha256, content) values (?, ?, ?, ?, ?)",
          name,
          type,
          timeout,
          Sha256.hex(content),
          content);
      Audit.write(
          tx, clock.instant(), Origin.of(request), "script " + name + " (" + type + ") stored");
    });
    return Reply.json(201, Map.of("name", name, "sha256", Sha256.hex(content)));
  }

  private Reply remove(Request request) {
    var name = request.part("name");
    boolean gone =
        database.inTransaction(tx -> {
          boolean was = tx.change("delete from script where name = ?", name) == 1;
          if (was) {
            Audit.write(tx, clock.instant(), Origin.of(request), "script " + name + " removed");
          }
          return was;
        });
    if (!gone) {
      throw new Problem(404, "no script " + name);
    }
    return Reply.none();
  }
}
