package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Verbs;
import io.rackstead.tag.Lshw;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Machines by the name that MAAS has for whatever boots, and what they are told of as a whole.
final class NodeOperations {
  private static final String ALL = "nodes/";
  private static final String ONE = "nodes/{system_id}/";
  private static final String MACHINE = "machines/{system_id}/";

  private final Parts parts;
  private final MachineOperations machines;

  NodeOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Nodes", ALL, "", Access.VIEW, this::list),
        get("Node", ONE, "", Access.VIEW, call -> machines.shown(machines.machine(call))),
        delete("Node", ONE, Access.OPERATE, machines::remove),
        get("Node", ONE, "power_parameters", Access.ADMIN, machines::powerParameters),
        get("Node", ONE, "details", Access.VIEW, this::details),
        get("Machine", MACHINE, "details", Access.VIEW, this::details),
        post("Machines", "machines/", "set_zone", Access.OPERATE, this::setZone));
  }

  private Reply list(Call call) {
    var ids = call.texts("id");
    return machines.shown(
        machines.visible(call).stream()
            .filter(machine -> ids.isEmpty() || ids.contains(machine.id().text()))
            .toList());
  }

  /// A BSON document (bsonspec.org 1.1) of byte strings; a part that nobody has reported is not
  /// there.
  private Reply details(Call call) {
    var machine = machines.machine(call);
    var lshw = machine.hardware().map(_ -> Lshw.of(machine).xml().getBytes(StandardCharsets.UTF_8));
    return Reply.bytes("application/bson", bson("lshw", lshw));
  }

  static byte[] bson(String name, Optional<byte[]> content) {
    var key = name.getBytes(StandardCharsets.US_ASCII);
    int size = 5 + content.map(bytes -> 1 + key.length + 1 + 4 + 1 + bytes.length).orElse(0);
    var out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(size);
    content.ifPresent(bytes ->
        // binary, generic subtype
        out.put((byte) 5).put(key).put((byte) 0).putInt(bytes.length).put((byte) 0).put(bytes));
    return out.put((byte) 0).array();
  }

  private Reply setZone(Call call) {
    var zone = call.wanted("zone");
    if (parts.things().zones().find(zone).isEmpty()) {
      throw FormErrors.of("zone", "'%s' is not a valid zone.".formatted(zone));
    }
    var chosen =
        call.texts("nodes").stream()
            .map(id ->
                machines
                    .find(call, id)
                    .orElseThrow(
                        () -> FormErrors.of("nodes", "there is no machine %s.".formatted(id))))
            .toList();
    if (chosen.isEmpty()) {
      throw FormErrors.of("nodes", "This field is required.");
    }
    chosen.forEach(machine -> Verbs.mustOperate(call.request(), machine));
    for (var machine : chosen) {
      var _ =
          parts
              .verbs()
              .edit(
                  call.request(),
                  machine,
                  machine.labels().withPlace(zone, machine.labels().pool()));
    }
    return Reply.none();
  }
}
