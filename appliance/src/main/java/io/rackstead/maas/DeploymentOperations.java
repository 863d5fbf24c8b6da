package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.agent.Capabilities;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.plan.CurtinConfig;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a machine is installed with, and the key by which its installed system speaks to us.
final class DeploymentOperations {
  private static final String ONE = "machines/{system_id}/";
  private static final Set<State> INSTALLED =
      EnumSet.of(State.DEPLOYING, State.DEPLOYED, State.FAILED_DEPLOYMENT);

  private final Parts parts;
  private final MachineOperations machines;
  private final Capabilities capabilities;

  DeploymentOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
    this.capabilities = parts.surroundings().capabilities();
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Machine", ONE, "get_curtin_config", Access.VIEW, this::curtin),
        get("Machine", ONE, "get_token", Access.OPERATE, this::token));
  }

  /// Curtin is not run here: this says in curtin's words what our agent does in its place.
  private Reply curtin(Call call) {
    var machine = machines.machine(call);
    Verbs.mustOwn(call.request(), machine);
    if (!INSTALLED.contains(machine.state())) {
      throw new Problem(
          400,
          "Machine %s is in the '%s' state: there is a curtin configuration of what is deployed only."
              .formatted(machine.hostname(), machine.state().title()));
    }
    return Reply.bytes("text/plain; charset=utf-8", CurtinConfig.of(machine));
  }

  /// The token of the machine's metadata service; null while it has none. A secret that is read
  /// leaves a row in the audit.
  private Reply token(Call call) {
    var machine = machines.machine(call);
    Verbs.mustOwn(call.request(), machine);
    var report = capabilities.report(machine.id(), machine.epoch());
    report.ifPresent(_ ->
        parts
            .database()
            .change(tx ->
                Audit.write(
                    tx,
                    parts.clock().instant(),
                    Origin.of(call.request()),
                    "read the metadata token of "
                        + machine.hostname()
                        + " ("
                        + machine.id()
                        + ")")));
    return Dispatch.json(
        report
            .map(found -> {
              var shape = new LinkedHashMap<String, Object>();
              shape.put("token_key", Long.toString(found.epoch()));
              shape.put("token_secret", found.text());
              shape.put("consumer_key", machine.id().text());
              return (Object) shape;
            })
            .orElse(Optional.empty()));
  }
}
