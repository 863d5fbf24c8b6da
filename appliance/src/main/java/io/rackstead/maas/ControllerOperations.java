package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.http.StatusApi;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Region and rack controller are one process here, and this is it.
final class ControllerOperations {
  /// No machine has this number: theirs have six letters and digits.
  private static final String ID = "rackstead";

  /// Where MAAS has another name for it.
  private static final Map<String, String> NAMES = Map.of("api", "regiond", "dhcp", "dhcpd");

  private static final List<String> RACK = List.of("rackcontrollers/", "RackController");
  private static final List<String> REGION = List.of("regioncontrollers/", "RegionController");

  private final Supplier<List<StatusApi.Service>> services;

  ControllerOperations(Supplier<List<StatusApi.Service>> services) {
    this.services = services;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("RackControllers", RACK.getFirst(), "", Access.VIEW, call -> list(call, RACK)),
        get(
            "RackController",
            RACK.getFirst() + "{system_id}/",
            "",
            Access.VIEW,
            call -> read(call, RACK)),
        get("RegionControllers", REGION.getFirst(), "", Access.VIEW, call -> list(call, REGION)),
        get(
            "RegionController",
            REGION.getFirst() + "{system_id}/",
            "",
            Access.VIEW,
            call -> read(call, REGION)));
  }

  private Reply list(Call call, List<String> kind) {
    var ids = call.texts("id").stream().filter(id -> !id.isEmpty()).toList();
    boolean asked = ids.isEmpty() || ids.contains(ID);
    return Dispatch.json(asked ? List.of(shape(kind)) : List.of());
  }

  private Reply read(Call call, List<String> kind) {
    if (!call.part("system_id").equals(ID)) {
      throw new Problem(404, "No %s matches the given query.".formatted(kind.getLast()));
    }
    return Dispatch.json(shape(kind));
  }

  private Map<String, Object> shape(List<String> kind) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", ID);
    shape.put("hostname", ID);
    shape.put("fqdn", ID + "." + PlaceShape.DOMAIN);
    shape.put("description", "region and rack controller in one process");
    shape.put("domain", PlaceShape.domain());
    shape.put("cpu_count", Runtime.getRuntime().availableProcessors());
    shape.put("power_type", "manual");
    shape.put("power_state", "on");
    shape.put("ip_addresses", addresses());
    shape.put("interface_set", List.of());
    shape.put("tag_names", List.of());
    shape.put("zone", PlaceShape.zone("default"));
    shape.put("status_action", "");
    shape.put("node_type", 4);
    shape.put("node_type_name", "Region and rack controller");
    shape.put("service_set", services.get().stream().map(ControllerOperations::shape).toList());
    shape.put("version", MaasApi.VERSION);
    shape.put("hardware_info", Map.of());
    shape.put("resource_uri", Dispatch.ROOT + kind.getFirst() + ID + "/");
    return shape;
  }

  private static List<String> addresses() {
    try (var all = NetworkInterface.networkInterfaces()) {
      return all.flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          .sorted()
          .toList();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> shape(StatusApi.Service service) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("name", NAMES.getOrDefault(service.name(), service.name()));
    shape.put(
        "status",
        switch (service.state()) {
          case SERVING -> "running";
          case OFF -> "off";
          case FAILED -> "dead";
        });
    shape.put("status_info", service.detail());
    return shape;
  }
}
