package io.rackstead.assign;

import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Verbs;
import io.rackstead.policy.Preview;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The table of policies in our own API: read and saved as a whole, previewed over the fleet before
/// that, and applied to machines on demand.
public final class PolicyApi {
  private static final int MOST_MACHINES = 10_000;
  private static final int MOST_CHANGES = 1000;

  private final Policies policies;
  private final Verbs verbs;

  public PolicyApi(Policies policies, Verbs verbs) {
    this.policies = policies;
    this.verbs = verbs;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/policies", Access.VIEW, _ -> shown(policies.lines())),
        Route.put("/api/policies", Access.EDIT, this::save),
        Route.post("/api/policies/preview", Access.EDIT, this::preview),
        Route.post("/api/policies/apply", Access.OPERATE, this::apply),
        Route.get("/api/machines/{id}/policy", Access.VIEW, this::explain));
  }

  private static Reply shown(Lines lines) {
    return Reply.json(
        Map.of(
            "version", lines.version(),
            "policies", lines.lines(),
            "conflicts", lines.conflicts()));
  }

  private static List<Line> asked(Request request) {
    return Lines.read(request.json().path("policies"), request.principal().username());
  }

  private Reply save(Request request) {
    var version = request.json().path("version");
    if (!version.canConvertToLong() || !version.isIntegralNumber()) {
      throw new Problem(400, "version is the one that the edit was made from, 0 for none");
    }
    return shown(policies.save(version.asLong(), asked(request), Origin.of(request)));
  }

  private Reply preview(Request request) {
    Preview preview = policies.preview(asked(request));
    var answer = new LinkedHashMap<String, Object>();
    answer.put("judged", preview.judged());
    answer.put("free", preview.free());
    answer.put("changed", preview.changes().size());
    answer.put("begins", preview.changes().stream().filter(Preview.Change::begins).count());
    answer.put("changes", preview.changes().stream().limit(MOST_CHANGES).toList());
    return Reply.json(answer);
  }

  private Machine machine(Request request, String name) {
    return verbs
        .find(request.principal(), name)
        .orElseThrow(() -> new Problem(404, "no machine " + name));
  }

  private Reply apply(Request request) {
    var names = request.json().path("machines");
    if (!names.isArray() || names.isEmpty() || names.size() > MOST_MACHINES) {
      throw new Problem(400, "machines is a list of 1 to " + MOST_MACHINES + " ids or hostnames");
    }
    var which = new ArrayList<Machine>();
    for (var name : names) {
      var machine = machine(request, name.asText());
      Verbs.mustOperate(request, machine);
      which.add(machine);
    }
    policies.ask(which, Origin.of(request));
    return Reply.json(Map.of("machines", which.stream().map(machine -> told(machine)).toList()));
  }

  private Reply explain(Request request) {
    return Reply.json(told(machine(request, request.part("id"))));
  }

  private Map<String, Object> told(Machine machine) {
    var explained = policies.explain(machine);
    var verdict = explained.verdict();
    return Map.of(
        "id", machine.id().text(),
        "hostname", machine.hostname(),
        "verdict", verdict.kind().name().toLowerCase(Locale.ROOT),
        "line", policies.taken(machine).orElse(verdict.lineName()),
        "why", verdict.why(),
        "lines", explained.words());
  }
}
