package io.rackstead.maas;

import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Renderings;
import io.rackstead.network.Topology;
import io.rackstead.place.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a machine's shape is made of beside the machine itself: whatever else is to stand in it
/// belongs into this record, or it would be sent as it once was.
record MachineRendering(
    Topology networks,
    List<String> addresses,
    Optional<Place> zone,
    Optional<Place> pool,
    Map<String, Object> domain,
    Optional<Pod> pod) {
  /// The VM host that it was composed on.
  private record Pod(long id, String name) {}

  static Renderings<?> of(Parts parts) {
    return new Renderings<>(
        parts.machines(),
        machine -> around(parts, machine),
        (machine, around) -> around.shape(machine));
  }

  private static MachineRendering around(Parts parts, Machine machine) {
    var labels = machine.labels();
    var networks = parts.networks().now();
    return new MachineRendering(
        networks,
        parts.addresses().apply(machine),
        parts.things().zones().find(labels.zone()),
        parts.things().pools().find(labels.pool()),
        NameShape.domain(networks.domainOf(labels.domain()), parts.names().now()),
        parts
            .surroundings()
            .vmHosts()
            .hostOf(machine.id())
            .map(host -> new Pod(host.id(), host.name())));
  }

  private Map<String, Object> shape(Machine machine) {
    var shape = MachineShape.of(machine, addresses, new InterfaceShape(() -> networks));
    zone.ifPresent(place -> shape.put("zone", PlaceOperations.zone(place)));
    pool.ifPresent(place -> shape.put("pool", PlaceOperations.pool(place)));
    shape.put("domain", domain);
    pod.ifPresent(host ->
        shape.put(
            "pod",
            Map.of(
                "id",
                host.id(),
                "name",
                host.name(),
                "resource_uri",
                Dispatch.ROOT + "pods/" + host.id() + "/")));
    return shape;
  }
}
