package io.rackstead.maas;

import io.rackstead.access.Secret;
import io.rackstead.agent.AgentWork;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.libvirt.LibvirtUri;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// MAAS's power types and parameters, to our BMC addresses and back.
///
/// @param password empty: as it is
record PowerParameters(Optional<BmcAddress> bmc, String user, Optional<Secret> password) {
  private static final String PREFIX = "power_parameters_";

  static String type(Machine machine) {
    return machine.power().type();
  }

  /// What a create or update says of power; empty when it says nothing.
  static Optional<PowerParameters> of(Call call, Machine machine) {
    var sent = sent(call);
    var type = call.text("power_type").filter(text -> !text.isEmpty());
    if (type.isEmpty() && sent.isEmpty()) {
      return Optional.empty();
    }
    return switch (type.orElse(type(machine))) {
      case "manual" -> Optional.of(new PowerParameters(Optional.empty(), "", Optional.empty()));
      case "ipmi" -> Optional.of(dialled("ipmi", sent, machine));
      case "redfish" -> Optional.of(dialled("redfish+https", sent, machine));
      case "virsh" -> Optional.of(virtual(sent, machine));
      default ->
          throw FormErrors.of(
              "power_type",
              "Select a valid choice. "
                  + type.orElse("")
                  + " is not one of the available choices: ipmi, redfish, virsh, manual.");
    };
  }

  private static PowerParameters dialled(String scheme, Map<String, String> sent, Machine machine) {
    boolean redfish = scheme.startsWith("redfish");
    var known =
        machine
            .power()
            .bmc()
            .filter(
                bmc -> redfish ? bmc.scheme().startsWith("redfish") : bmc.scheme().equals(scheme));
    var address = sent.getOrDefault("power_address", "").strip();
    if (address.isEmpty() && known.isEmpty()) {
      throw FormErrors.of("power_parameters_power_address", "This field is required.");
    }
    try {
      var bmc =
          address.isEmpty()
              ? known
              : Optional.of(
                  BmcAddress.parse(
                      address.contains("://")
                          ? url(address)
                          : scheme + "://" + bracketed(address)));
      return new PowerParameters(
          redfish ? bmc.map(one -> chosen(one, sent)) : bmc,
          sent.getOrDefault("power_user", machine.power().user()),
          Optional.ofNullable(sent.get("power_pass")).map(Secret::of));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("power_parameters_power_address", String.valueOf(e.getMessage()));
    }
  }

  /// A server on a host of libvirt's: which one, and who logs in there.
  private static PowerParameters virtual(Map<String, String> sent, Machine machine) {
    var known = machine.power().bmc().filter(bmc -> bmc.scheme().startsWith("qemu"));
    var address = sent.getOrDefault("power_address", "").strip();
    if (address.isEmpty() && known.isEmpty()) {
      throw FormErrors.of("power_parameters_power_address", "This field is required.");
    }
    var id = sent.getOrDefault("power_id", known.map(BmcAddress::system).orElse("")).strip();
    if (id.isEmpty()) {
      throw FormErrors.of("power_parameters_power_id", "This field is required.");
    }
    try {
      var uri =
          address.isEmpty()
              ? new LibvirtUri(known.orElseThrow().withoutSystem(), machine.power().user())
              : LibvirtUri.parse(address);
      return new PowerParameters(
          Optional.of(BmcAddress.parse(uri.host() + "/" + id)),
          sent.getOrDefault("power_user", uri.user()),
          Optional.ofNullable(sent.get("power_pass")).map(Secret::of));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("power_parameters_power_address", String.valueOf(e.getMessage()));
    }
  }

  /// Which of the systems behind the address it is; nothing said leaves it as it is.
  private static BmcAddress chosen(BmcAddress bmc, Map<String, String> sent) {
    var node = sent.get("node_id");
    return node == null
        ? bmc
        : BmcAddress.parse(bmc.withoutSystem() + "/" + node.strip().replaceAll("^/+", ""));
  }

  /// Redfish's address may come as a URL.
  private static String url(String address) {
    return address.startsWith("http") ? "redfish+" + address : address;
  }

  private static String bracketed(String address) {
    boolean v6 = address.chars().filter(c -> c == ':').count() > 1 && !address.startsWith("[");
    return v6 ? "[" + address + "]" : address;
  }

  static Map<String, String> sent(Call call) {
    var sent = new LinkedHashMap<String, String>();
    call.text("power_parameters")
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> {
          var node = Json.parse(text.getBytes(StandardCharsets.UTF_8));
          if (!node.isObject()) {
            throw new Problem(400, "power_parameters is a JSON object");
          }
          node.properties().forEach(e -> sent.put(e.getKey(), e.getValue().asText()));
        });
    call.all()
        .forEach((name, values) -> {
          if (name.startsWith(PREFIX) && !name.equals(PREFIX + "skip_check")) {
            sent.put(name.substring(PREFIX.length()), values.getFirst());
          }
        });
    return sent;
  }

  Event.SetPower event() {
    return new Event.SetPower(bmc, user);
  }

  static String owner(Machine machine) {
    return AgentWork.bmcPassword(machine.id());
  }

  /// All text: some clients can read nothing else here.
  static Map<String, String> shape(Machine machine, Optional<Secret> password) {
    var shape = new LinkedHashMap<String, String>();
    machine
        .power()
        .bmc()
        .ifPresent(bmc -> {
          if (bmc.scheme().startsWith("qemu")) {
            shape.put(
                "power_address",
                new LibvirtUri(bmc.withoutSystem(), machine.power().user()).toString());
            shape.put("power_id", bmc.system());
          } else {
            shape.put("power_address", address(bmc.withoutSystem()));
            shape.put("power_user", machine.power().user());
          }
          shape.put("power_pass", password.map(Secret::reveal).orElse(""));
          if (bmc.scheme().startsWith("redfish")) {
            shape.put("node_id", bmc.system());
          }
          if (bmc.scheme().equals("ipmi")) {
            shape.put("power_driver", "LAN_2_0");
            shape.put("power_boot_type", "auto");
            shape.put("cipher_suite_id", "");
            shape.put("privilege_level", "ADMIN");
            shape.put("k_g", "");
            shape.put("mac_address", "");
          }
        });
    shape.putAll(BootMethod.shape(machine));
    return shape;
  }

  /// As it can be sent back; where it is not what the type stands for, with what it speaks.
  private static String address(BmcAddress bmc) {
    return bmc.scheme().equals("redfish+http")
        ? bmc.toString().substring("redfish+".length())
        : bmc.toString().substring((bmc.scheme() + "://").length());
  }
}
