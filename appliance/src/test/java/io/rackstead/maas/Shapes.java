package io.rackstead.maas;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The fields that some client of MAAS reads strictly: a missing or wrongly typed one is a failed
/// client. `s` text, `i` integer, `f` number with a fraction, `b` truth, `m` map, `t` map of texts,
/// a name is another shape, `[x]` a list, `?x` may be null, `name~` may be absent.
final class Shapes {
  private static final String TABLE =
      """
      machine: system_id s, hostname s, fqdn s, owner ?s, owner_data t, workload_annotations t,
        locked b, tag_names [s], osystem s, distro_series s, architecture ?s, min_hwe_kernel ?s,
        hwe_kernel ?s, memory i, cpu_count i, cpu_speed i, storage f, hardware_info ?t,
        ip_addresses [s], power_state s, power_type s, status i, status_name s, status_message ?s,
        zone zone, pool ?pool, domain domain, boot_interface ?interface, interface_set [interface],
        boot_disk ?blockdevice, blockdevice_set [blockdevice],
        physicalblockdevice_set [blockdevice], virtualblockdevice_set [blockdevice], netboot b,
        node_type i, node_type_name s, description s, constraints_by_type m, resource_uri s
      interface: system_id s, id i, name s, type s, mac_address ?s, enabled b, tags ?[s],
        vlan ?vlan, links [link], parents [s], children [s], effective_mtu i, resource_uri s
      link: id i, mode s, subnet~ subnet, ip_address~ s
      blockdevice: system_id s, id i, name s, type s, path s, uuid ?s, model ?s, id_path ?s, size i,
        block_size i, available_size i, used_size i, used_for s, tags [s], filesystem ?filesystem,
        partitions [partition], resource_uri s
      partition: id i, device_id i, uuid ?s, path s, size i, bootable b, used_for s, tags [s],
        filesystem ?filesystem, resource_uri s
      volumegroup: system_id s, id i, uuid s, name s, size i, human_size s, available_size i,
        used_size i, logical_volumes [blockdevice], resource_uri s
      raid: system_id s, id i, uuid s, name s, level s, size i, human_size s,
        virtual_device blockdevice, resource_uri s
      cacheset: system_id s, id i, name s, resource_uri s
      bcache: system_id s, id i, uuid s, name s, cache_set cacheset, size i, human_size s,
        virtual_device blockdevice, cache_mode s, resource_uri s
      filesystem: fstype s, uuid s, label ?s, mount_point ?s, mount_options ?s
      vlan: id i, vid i, name ?s, fabric s, fabric_id i, mtu i, dhcp_on b, primary_rack ?s,
        secondary_rack ?s, space s, resource_uri s
      fabric: id i, name s, class_type ?s, vlans [vlan], resource_uri s
      subnet: id i, name s, description s, cidr s, vlan vlan, space s, gateway_ip ?s,
        dns_servers ?[s], rdns_mode i, allow_dns b, allow_proxy b, managed b, resource_uri s
      space: id i, name s, subnets [subnet], description s, resource_uri s
      iprange: id i, type s, start_ip s, end_ip s, comment s, user ?user, subnet subnet,
        resource_uri s
      reservedip: id i, ip s, subnet subnet, resource_uri s
      staticroute: id i, source subnet, destination subnet, gateway_ip s, metric i, resource_uri s
      ipaddress: alloc_type i, alloc_type_name s, created s, ip s, resource_uri s
      domain: id i, name s, authoritative b, ttl ?i, resource_record_count i, resource_uri s
      dnsresource: id i, fqdn s, address_ttl ?i, resource_uri s
      dnsresourcerecord: id i, fqdn s, rrtype s, rrdata s, ttl ?i, resource_uri s
      zone: id i, name s, description s, resource_uri s
      pool: id i, name s, description s, resource_uri s
      tag: name s, definition s, comment s, kernel_opts s, resource_uri s
      user: username s, email s, is_superuser b, resource_uri s
      sshkey: id i, key s, keysource ?s, resource_uri s
      device: system_id s, hostname s, fqdn s, owner ?s, parent ?s, tag_names [s], ip_addresses [s],
        interface_set [interface], zone zone, node_type i, resource_uri s
      rackcontroller: system_id s, hostname s, fqdn s, node_type i, version s, resource_uri s
      pod: id i, name s, type s, tags [s], zone zone, pool pool, resource_uri s
      bootresource: id i, type s, name s, architecture s, resource_uri s
      bootsource: id i, url s, keyring_filename s, keyring_data s, resource_uri s
      selection: id i, os s, release s, arches [s], subarches [s], labels [s], resource_uri s
      packagerepository: id i, name s, url s, enabled b, resource_uri s
      script: id i, name s, type i, hardware_type i, tags [s], resource_uri s
      file: filename s, anon_resource_uri s
      notification: id i, message s, category s, resource_uri s
      """;

  /// The shape that a handler's objects have; handlers that are not here answer things without one.
  private static final Map<String, String> BY_HANDLER =
      Map.ofEntries(
          Map.entry("Machine", "machine"),
          Map.entry("Interface", "interface"),
          Map.entry("BlockDevice", "blockdevice"),
          Map.entry("Partition", "partition"),
          Map.entry("VolumeGroup", "volumegroup"),
          Map.entry("Raid", "raid"),
          Map.entry("BcacheCacheSet", "cacheset"),
          Map.entry("Bcache", "bcache"),
          Map.entry("Vlan", "vlan"),
          Map.entry("Fabric", "fabric"),
          Map.entry("Subnet", "subnet"),
          Map.entry("Space", "space"),
          Map.entry("IPRange", "iprange"),
          Map.entry("ReservedIp", "reservedip"),
          Map.entry("StaticRoute", "staticroute"),
          Map.entry("IPAddresse", "ipaddress"),
          Map.entry("Domain", "domain"),
          Map.entry("DNSResource", "dnsresource"),
          Map.entry("DNSResourceRecord", "dnsresourcerecord"),
          Map.entry("Zone", "zone"),
          Map.entry("ResourcePool", "pool"),
          Map.entry("Tag", "tag"),
          Map.entry("User", "user"),
          Map.entry("SSHKey", "sshkey"),
          Map.entry("Device", "device"),
          Map.entry("RackController", "rackcontroller"),
          Map.entry("Pod", "pod"),
          Map.entry("VmHost", "pod"),
          Map.entry("BootResource", "bootresource"),
          Map.entry("BootSource", "bootsource"),
          Map.entry("BootSourceSelection", "selection"),
          Map.entry("PackageRepository", "packagerepository"),
          Map.entry("PackageRepositorie", "packagerepository"),
          Map.entry("Script", "script"),
          Map.entry("File", "file"),
          Map.entry("Notification", "notification"));

  private static final Map<String, Map<String, String>> SHAPES = shapes();

  private Shapes() {}

  private static Map<String, Map<String, String>> shapes() {
    var shapes = new HashMap<String, Map<String, String>>();
    for (var line : TABLE.replace("\n  ", " ").split("\n", -1)) {
      if (!line.isBlank()) {
        int colon = line.indexOf(':');
        var fields = new HashMap<String, String>();
        for (var field : line.substring(colon + 1).split(",", -1)) {
          var words = field.strip().split(" ", -1);
          fields.put(words[0], words[1]);
        }
        shapes.put(line.substring(0, colon).strip(), fields);
      }
    }
    return shapes;
  }

  /// What is wrong with the answer of a create, read, update or list; nothing for a handler that
  /// has no shape.
  static List<String> complaints(String handler, JsonNode answer) {
    var name = handler.replaceFirst("^Anon", "").replaceFirst("Handler$", "");
    var shape = BY_HANDLER.get(name.endsWith("s") ? name.substring(0, name.length() - 1) : name);
    var complaints = new ArrayList<String>();
    if (shape == null) {
      return complaints;
    }
    if (answer.isArray()) {
      answer.forEach(item -> object(shape, item, name, complaints));
    } else {
      object(shape, answer, name, complaints);
    }
    return complaints;
  }

  private static void object(String shape, JsonNode node, String at, List<String> complaints) {
    if (!node.isObject()) {
      complaints.add(at + " is no " + shape + ": " + node);
      return;
    }
    SHAPES
        .getOrDefault(shape, Map.of())
        .forEach((field, type) -> {
          var name = field.replace("~", "");
          if (node.has(name)) {
            value(type, node.get(name), at + "." + name, complaints);
          } else if (!field.endsWith("~")) {
            complaints.add(at + " has no " + name);
          }
        });
  }

  private static void value(String type, JsonNode node, String at, List<String> complaints) {
    if (type.startsWith("?")) {
      if (!node.isNull()) {
        value(type.substring(1), node, at, complaints);
      }
    } else if (type.startsWith("[")) {
      if (!node.isArray()) {
        complaints.add(at + " is no list: " + node);
      }
      node.forEach(item -> value(type.substring(1, type.length() - 1), item, at, complaints));
    } else if (SHAPES.containsKey(type)) {
      object(type, node, at, complaints);
    } else if (!plain(type, node)) {
      complaints.add(at + " is not of type " + type + ": " + node);
    }
  }

  private static boolean plain(String type, JsonNode node) {
    return switch (type) {
      case "s" -> node.isTextual();
      case "i" -> node.isIntegralNumber();
      case "f" -> node.isNumber();
      case "b" -> node.isBoolean();
      case "m" -> node.isObject();
      case "t" -> node.isObject() && node.valueStream().allMatch(JsonNode::isTextual);
      default -> throw new IllegalArgumentException("no type " + type);
    };
  }
}
