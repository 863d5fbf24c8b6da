package io.rackstead.maas;

import io.rackstead.machine.Machine;
import io.rackstead.vmhost.VmHost;
import io.rackstead.vmhost.VmHosts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Machines by the VM host that they were composed on: `pod` is its name or number, `pod_type` how
/// it is spoken to, and `not_` before either turns it round. What was composed nowhere is on no
/// pod.
final class PodFilter {
  private static final String TYPE = "virsh";

  private PodFilter() {}

  static Predicate<Machine> of(VmHosts hosts, Map<String, List<String>> wanted) {
    return on(hosts, wanted, "pod", PodFilter::called)
        .and(on(hosts, wanted, "pod_type", (_, type) -> type.equals(TYPE)));
  }

  private interface Fits {
    boolean test(VmHost host, String value);
  }

  private static Predicate<Machine> on(
      VmHosts hosts, Map<String, List<String>> wanted, String name, Fits fits) {
    return wish(hosts, wanted, name, fits)
        .orElse(_ -> true)
        .and(wish(hosts, wanted, "not_" + name, fits).map(Predicate::negate).orElse(_ -> true));
  }

  private static Optional<Predicate<Machine>> wish(
      VmHosts hosts, Map<String, List<String>> wanted, String name, Fits fits) {
    var values =
        wanted.getOrDefault(name, List.of()).stream().filter(value -> !value.isEmpty()).toList();
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(machine ->
            hosts
                .hostOf(machine.id())
                .filter(host -> values.stream().anyMatch(value -> fits.test(host, value)))
                .isPresent());
  }

  private static boolean called(VmHost host, String value) {
    return host.name().equals(value) || Long.toString(host.id()).equals(value);
  }
}
