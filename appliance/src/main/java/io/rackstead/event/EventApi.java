package io.rackstead.event;

import io.rackstead.agent.Progresses;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Verbs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A machine's timeline, and the live feed of all machines for the browser.
public final class EventApi {
  private final Machines machines;
  private final Verbs verbs;
  private final EventLog log;
  private final Progresses progresses;
  private final Timeline timeline;
  private final Function<Machine, Map<String, Object>> summary;

  public EventApi(
      Machines machines,
      Verbs verbs,
      EventLog log,
      Progresses progresses,
      Function<Machine, Map<String, Object>> summary) {
    this.machines = machines;
    this.verbs = verbs;
    this.log = log;
    this.progresses = progresses;
    this.timeline = new Timeline(log);
    this.summary = summary;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/machines/{id}/timeline", Access.VIEW, this::timeline),
        Route.get("/api/events", Access.VIEW, this::events));
  }

  private Reply timeline(Request request) {
    var machine =
        verbs
            .find(request.principal(), request.part("id"))
            .orElseThrow(() -> new Problem(404, "no machine " + request.part("id")));
    long after = number(request, "after", 0);
    int limit = (int) Math.clamp(number(request, "limit", 500), 1, 5000);
    var entries = timeline.entries(machine.id(), after, limit);
    var shown = new LinkedHashMap<String, Object>();
    shown.put("entries", entries.stream().map(Timeline::shown).toList());
    shown.put("next", Long.toString(entries.isEmpty() ? after : entries.getLast().id()));
    shown.put("phases", timeline.phases(machine.id()));
    return Reply.json(shown);
  }

  private static long number(Request request, String name, long otherwise) {
    var text = request.query(name).filter(value -> !value.isEmpty());
    try {
      return text.map(Long::parseLong).orElse(otherwise);
    } catch (NumberFormatException e) {
      throw new Problem(400, name + " is a number, got " + text.orElse(""), e);
    }
  }

  private Reply events(Request request) {
    var principal = request.principal();
    return new Reply.Stream(sink -> {
      var feed = new Feed();
      try (var _ = machines.listen(change -> feed.changed(change.id()));
          var _ = progresses.listen(feed::changed);
          var _ = log.listen(feed::happened)) {
        // only now may a client read the list: what changes after it will be told
        sink.comment("listening");
        while (true) {
          switch (feed.next()) {
            case Feed.Item.Nothing() -> {
              // quiet; the server's own heartbeat finds out whether somebody still listens
            }
            case Feed.Item.Changed(var id) -> {
              var machine = machines.find(id);
              if (machine.isEmpty()) {
                sink.event("gone", Json.text(Map.of("id", id)));
              } else if (principal.sees(
                  machine.get().labels().owner(), machine.get().labels().pool())) {
                sink.event("machine", Json.text(summary.apply(machine.get())));
              } else {
                // somebody else's by now, so for this client it is not there any more
                sink.event("gone", Json.text(Map.of("id", id)));
              }
            }
            case Feed.Item.Happened(var id, var entry) -> {
              if (machines.find(id).stream()
                  .anyMatch(machine ->
                      principal.sees(machine.labels().owner(), machine.labels().pool()))) {
                sink.event(
                    "entry", Json.text(Map.of("machine", id, "entry", Timeline.shown(entry))));
              }
            }
            case Feed.Item.Over() -> {
              return;
            }
          }
        }
      }
    });
  }
}
