package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.http.StatusApi;
import io.rackstead.image.ImageStore;
import io.rackstead.network.HostAddresses;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Region and rack controller are one process here, and this is it.
final class ControllerOperations {
  /// No machine has this number: theirs have six letters and digits.
  static final String ID = "rackstead";

  /// Where MAAS has another name for it.
  private static final Map<String, String> NAMES = Map.of("api", "regiond", "dhcp", "dhcpd");

  private static final List<String> RACK = List.of("rackcontrollers/", "RackController");
  private static final List<String> REGION = List.of("regioncontrollers/", "RegionController");

  private static final List<Map<String, Object>> BMC_FIELDS =
      List.of(
          field("power_address", "IP address", true, false),
          field("power_user", "Power user", false, false),
          field("power_pass", "Power password", false, true));

  /// Without a password our key opens: it is told by the VM host's `parameters`.
  private static final List<Map<String, Object>> VIRSH_FIELDS =
      List.of(
          field("power_address", "Address", true, false),
          field("power_pass", "Password (optional)", false, true),
          field("power_id", "Virsh VM ID", true, false));

  private static final String RACKS = RACK.getFirst();
  private static final String ONE_RACK = RACKS + "{system_id}/";

  private final Supplier<List<StatusApi.Service>> services;
  private final ImageStore images;

  ControllerOperations(Supplier<List<StatusApi.Service>> services, ImageStore images) {
    this.services = services;
    this.images = images;
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
            call -> read(call, REGION)),
        get("RackControllers", RACKS, "describe_power_types", Access.VIEW, _ -> powerTypes()),
        get(
            "RackControllers",
            RACKS,
            "is_registered",
            Access.VIEW,
            call -> Dispatch.json(ours(call.wanted("mac_address")))),
        get("RackControllers", RACKS, "power_parameters", Access.ADMIN, _ -> nothing()),
        post("RackControllers", RACKS, "set_zone", Access.ADMIN, _ -> refused()),
        post("RackControllers", RACKS, "import_boot_images", Access.EDIT, _ -> noImport()),
        put("RackController", ONE_RACK, Access.ADMIN, this::refused),
        delete("RackController", ONE_RACK, Access.ADMIN, this::refused),
        get("RackController", ONE_RACK, "list_boot_images", Access.VIEW, this::images),
        get("RackController", ONE_RACK, "query_power_state", Access.VIEW, this::on),
        get("RackController", ONE_RACK, "power_parameters", Access.ADMIN, this::noPower),
        get("RackController", ONE_RACK, "details", Access.VIEW, this::details),
        post("RackController", ONE_RACK, "power_on", Access.ADMIN, this::refused),
        post("RackController", ONE_RACK, "power_off", Access.ADMIN, this::refused),
        post("RackController", ONE_RACK, "abort", Access.ADMIN, this::refused),
        post("RackController", ONE_RACK, "test", Access.ADMIN, this::refused),
        post("RackController", ONE_RACK, "override_failed_testing", Access.ADMIN, this::refused));
  }

  private static Reply nothing() {
    return Dispatch.json(Map.of());
  }

  private static Reply noImport() {
    return Reply.text(
        202, "Nothing is imported: images are built on the appliance (images build), or uploaded.");
  }

  private static Reply refused() {
    throw new Problem(
        409,
        "region and rack controller are the process that answers this: it is in no zone, and is"
            + " switched, tested and removed where it runs");
  }

  private Reply refused(Call call) {
    mustBeOurs(call);
    return refused();
  }

  private static void mustBeOurs(Call call) {
    if (!call.part("system_id").equals(ID)) {
      throw Fields.none(RACK.getLast());
    }
  }

  private Reply on(Call call) {
    mustBeOurs(call);
    return Dispatch.json(Map.of("state", "on"));
  }

  private Reply noPower(Call call) {
    mustBeOurs(call);
    return nothing();
  }

  private Reply details(Call call) {
    mustBeOurs(call);
    return Reply.bytes("application/bson", NodeOperations.bson("lshw", Optional.empty()));
  }

  private Reply images(Call call) {
    mustBeOurs(call);
    var all =
        images.images().stream()
            .map(image ->
                Map.of(
                    "name",
                    image.id().toString(),
                    "architecture",
                    image.arch().debianName(),
                    "subarches",
                    List.of("generic")))
            .toList();
    return Dispatch.json(Map.of("connected", true, "images", all, "status", "synced"));
  }

  /// Whether one of this host's own adapters has that address.
  private static boolean ours(String text) {
    var mac = Fields.mac("mac_address", text).toString();
    try (var interfaces = NetworkInterface.networkInterfaces()) {
      return interfaces.anyMatch(one -> mac.equals(address(one)));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String address(NetworkInterface one) {
    try {
      var bytes = one.getHardwareAddress();
      return bytes == null ? "" : HexFormat.ofDelimiter(":").formatHex(bytes);
    } catch (SocketException e) {
      return "";
    }
  }

  /// How machines may be switched, as forms are made from it.
  private static Reply powerTypes() {
    return Dispatch.json(
        List.of(
            powerType("manual", "Manual", List.of()),
            powerType("ipmi", "IPMI", BMC_FIELDS),
            powerType(
                "redfish",
                "Redfish",
                Stream.concat(
                        BMC_FIELDS.stream(), Stream.of(field("node_id", "Node ID", false, false)))
                    .toList()),
            powerType("virsh", "Virsh (virtual systems)", VIRSH_FIELDS)));
  }

  private static Map<String, Object> powerType(
      String name, String description, List<Map<String, Object>> fields) {
    var type = new LinkedHashMap<String, Object>();
    type.put("driver_type", "power");
    type.put("name", name);
    type.put("description", description);
    type.put("fields", fields);
    type.put("queryable", !name.equals("manual"));
    type.put("chassis", false);
    type.put("can_probe", false);
    type.put("missing_packages", List.of());
    return type;
  }

  private static Map<String, Object> field(
      String name, String label, boolean required, boolean secret) {
    var field = new LinkedHashMap<String, Object>();
    field.put("name", name);
    field.put("label", label);
    field.put("required", required);
    field.put("field_type", secret ? "password" : "string");
    field.put("choices", List.of());
    field.put("default", "");
    field.put("scope", "bmc");
    field.put("secret", secret);
    return field;
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
    return HostAddresses.now().stream()
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .map(InetAddress::getHostAddress)
        .sorted()
        .toList();
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
