package io.rackstead.maas;

import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.network.Ip;
import io.rackstead.network.IpAddress;
import io.rackstead.network.Occupancy;
import io.rackstead.network.Occupancy.Block;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What is free and taken in a subnet, in MAAS's shape.
final class OccupancyShape {
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private OccupancyShape() {}

  static String time(Instant at) {
    return TIME.format(at);
  }

  /// As many as fit: Go clients read these into 64 bits.
  private static BigInteger counted(BigInteger number) {
    return number.min(MOST);
  }

  private static BigInteger sum(List<Block> blocks) {
    return blocks.stream().map(Block::size).reduce(BigInteger.ZERO, BigInteger::add);
  }

  static Map<String, Object> statistics(Subnet subnet, Occupancy occupancy, boolean ranges) {
    var cidr = subnet.cidr();
    var first = cidr.first();
    var last = cidr.last();
    // what nobody can ever have does not count
    if (cidr.v4() && cidr.length() < 31) {
      first = first.add(BigInteger.ONE);
      last = last.subtract(BigInteger.ONE);
    } else if (!cidr.v4() && cidr.length() < 127) {
      first = first.add(BigInteger.ONE);
    }
    var total = last.subtract(first).add(BigInteger.ONE);
    var free = sum(occupancy.free());
    var usage =
        BigDecimal.ONE
            .subtract(new BigDecimal(free).divide(new BigDecimal(total), MathContext.DECIMAL64))
            .doubleValue();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("num_available", counted(free));
    shape.put(
        "largest_available",
        counted(
            occupancy.free().stream()
                .map(Block::size)
                .max(BigInteger::compareTo)
                .orElse(BigInteger.ZERO)));
    shape.put("num_unavailable", counted(total.subtract(free)));
    shape.put("total_addresses", counted(total));
    shape.put("usage", usage);
    long percent = Math.round(usage * 100);
    shape.put("usage_string", percent + "%");
    shape.put("available_string", (100 - percent) + "%");
    shape.put("first_address", Ip.text(Ip.of(first, cidr.bits())));
    shape.put("last_address", Ip.text(Ip.of(last, cidr.bits())));
    shape.put("ip_version", cidr.v4() ? 4 : 6);
    if (ranges) {
      var all = new ArrayList<Map<String, Object>>(taken(occupancy));
      occupancy.free().forEach(block -> all.add(block(block, List.of("unused"))));
      shape.put("ranges", all);
    }
    return shape;
  }

  static List<Map<String, Object>> taken(Occupancy occupancy) {
    return occupancy.taken().stream().map(b -> block(b, b.purposes())).toList();
  }

  static List<Map<String, Object>> free(Occupancy occupancy) {
    return occupancy.free().stream().map(b -> block(b, List.of())).toList();
  }

  private static Map<String, Object> block(Block block, List<String> purposes) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("start", Ip.text(block.start()));
    shape.put("end", Ip.text(block.end()));
    shape.put("num_addresses", counted(block.size()));
    if (!purposes.isEmpty()) {
      shape.put("purpose", purposes);
    }
    return shape;
  }

  static Map<String, Object> address(
      IpAddress address, Machines machines, Topology all, boolean user, boolean summary) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("ip", Ip.text(address.ip()));
    shape.put("alloc_type", address.kind().number());
    shape.put("created", time(address.createdAt()));
    shape.put("updated", time(address.createdAt()));
    if (user && !address.username().isEmpty()) {
      shape.put("user", address.username());
    }
    if (summary && !address.machineId().isEmpty()) {
      machines
          .find(new MachineId(address.machineId()))
          .ifPresent(machine -> {
            var node = new LinkedHashMap<String, Object>();
            node.put("system_id", machine.id().text());
            node.put("node_type", 0);
            node.put("fqdn", MachineShape.fqdn(machine, all));
            node.put("hostname", machine.hostname());
            node.put("is_container", false);
            node.put("via", "interface");
            shape.put("node_summary", node);
          });
    }
    return shape;
  }
}
