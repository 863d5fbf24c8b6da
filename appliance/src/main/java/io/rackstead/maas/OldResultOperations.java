package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.agent.Purpose;
import io.rackstead.agent.Results;
import io.rackstead.agent.Results.Result;
import io.rackstead.agent.Results.Run;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Results as clients read them before there were sets of them: one flat list for commissioning and
/// tests, one for installations.
final class OldResultOperations {
  private static final List<Purpose> LOOKED_AT = List.of(Purpose.COMMISSION, Purpose.TEST);
  private static final List<Purpose> INSTALLED = List.of(Purpose.INSTALL);
  private final MachineOperations machines;
  private final Results results;

  OldResultOperations(Parts parts, MachineOperations machines) {
    this.machines = machines;
    this.results = new Results(parts.database(), parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get(
            "CommissioningResults",
            "commissioning-results/",
            "",
            Access.VIEW,
            call -> list(call, LOOKED_AT)),
        get(
            "InstallationResults",
            "installation-results/",
            "",
            Access.VIEW,
            call -> list(call, INSTALLED)));
  }

  /// What the last run of each kind came to, of the machines that are named or of all that one
  /// sees; steps without a result are none yet.
  private Reply list(Call call, List<Purpose> purposes) {
    var ids = call.texts("system_id");
    var names = call.texts("name");
    var of =
        machines.visible(call).stream()
            .filter(machine -> ids.isEmpty() || ids.contains(machine.id().text()))
            .toList();
    return Dispatch.list(() ->
        of.stream()
            .flatMap(machine -> last(results.of(machine.id()), purposes).stream())
            .flatMap(run -> run.results().stream().map(result -> shape(run, result)))
            .filter(shape -> shape.containsKey("data"))
            .filter(shape -> names.isEmpty() || names.contains(String.valueOf(shape.get("name")))));
  }

  private static List<Run> last(List<Run> newestFirst, List<Purpose> purposes) {
    var last = new ArrayList<Run>();
    for (var purpose : purposes) {
      newestFirst.stream().filter(run -> run.purpose() == purpose).findFirst().ifPresent(last::add);
    }
    return last;
  }

  private static Map<String, Object> shape(Run run, Result result) {
    var step = result.step();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("name", step.name());
    shape.put("node", Map.of("system_id", run.machine().text()));
    shape.put("result_type", run.purpose() == Purpose.INSTALL ? 1 : 0);
    shape.put("script_result", step.exit());
    shape.put("created", time(step.startedAt().orElse(Instant.EPOCH)));
    step.endedAt()
        .ifPresent(ended -> {
          shape.put("updated", time(ended));
          shape.put(
              "data",
              Base64.getEncoder().encodeToString(step.output().getBytes(StandardCharsets.UTF_8)));
        });
    return shape;
  }

  private static String time(Instant at) {
    return OccupancyShape.TIME.format(at);
  }
}
