package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.network.Rejected;
import io.rackstead.node.Cloning;
import io.rackstead.node.Settling;
import io.rackstead.node.Setup;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Configures machines as another one is. All of them are looked at before the first is changed.
final class CloneOperations {
  private static final Set<State> TAKES = EnumSet.of(State.READY, State.FAILED_TESTING);

  private final Parts parts;
  private final MachineOperations machines;
  private final NodeEdits edits;

  CloneOperations(Parts parts, MachineOperations machines, NodeEdits edits) {
    this.parts = parts;
    this.machines = machines;
    this.edits = edits;
  }

  List<MaasOperation> operations() {
    return List.of(post("Machines", "machines/", "clone", Access.OPERATE, this::copy));
  }

  private Reply copy(Call call) {
    var source =
        machines
            .find(call, Fields.required(call, "source"))
            .orElseThrow(() -> FormErrors.of("source", "there is no such machine."));
    boolean storage = call.truth("storage").orElse(false);
    boolean interfaces = call.truth("interfaces").orElse(false);
    if (!storage && !interfaces) {
      throw FormErrors.of("__all__", "Either storage or interfaces must be true.");
    }
    var ids = call.list("destinations");
    if (ids.isEmpty()) {
      throw FormErrors.of("destinations", "This field is required.");
    }
    var after = new LinkedHashMap<Machine, Setup>();
    for (int i = 0; i < ids.size(); i++) {
      var destination = destination(call, source, ids.get(i), i);
      try {
        after.put(destination, of(source, destination, storage, interfaces));
      } catch (Rejected e) {
        throw FormErrors.of(e.field(), wrong(i, destination.hostname() + ": " + e.why()));
      }
    }
    var what =
        "cloned %s of %s"
            .formatted(
                storage && interfaces
                    ? "storage and interfaces"
                    : storage ? "storage" : "interfaces",
                source.hostname());
    after.forEach((destination, setup) ->
        parts
            .verbs()
            .apply(
                call.request(), destination, new Event.Configure(destination.node(), setup, what)));
    return Reply.none();
  }

  private Machine destination(Call call, Machine source, String id, int index) {
    var machine =
        machines
            .find(call, id)
            .orElseThrow(
                () -> FormErrors.of("destinations", wrong(index, "there is no machine " + id)));
    if (machine.id().equals(source.id())) {
      throw FormErrors.of(
          "destinations", "Source machine " + id + " cannot be a destination machine.");
    }
    Verbs.mustOperate(call.request(), machine);
    Verbs.mustBeUnlocked(machine);
    if (!TAKES.contains(machine.state())) {
      throw FormErrors.of(
          "destinations",
          wrong(
              index,
              "%s is %s, and that takes Ready or Failed testing"
                  .formatted(machine.hostname(), machine.state().title())));
    }
    return machine;
  }

  private static String wrong(int index, String why) {
    return "Machine %d in the array did not validate: %s".formatted(index, why);
  }

  private Setup of(Machine source, Machine destination, boolean storage, boolean interfaces) {
    var setup = destination.node();
    if (interfaces) {
      setup = Cloning.wired(source.node(), setup, edits.numbers());
    }
    if (!storage) {
      return setup;
    }
    return source.node().storage().waits() || source.node().storage().layout().equals("default")
        ? Settling.emptied(setup, destination.hardware(), edits.numbers())
        : setup.with(Cloning.laid(source.node().storage(), setup.storage(), edits.numbers()));
  }
}
