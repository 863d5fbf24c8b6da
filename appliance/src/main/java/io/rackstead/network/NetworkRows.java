package io.rackstead.network;

import io.rackstead.network.IpRange.Kind;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Tx;
import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The networks as rows. A record with [#NEW] for its id is inserted, another updated.
final class NetworkRows {
  static final long NEW = -1;

  private NetworkRows() {}

  static Topology all(Tx tx) {
    return new Topology(
        tx.list(
            "select id, name, class_type, description from fabric order by id",
            row ->
                new Fabric(row.getLong(1), row.getString(2), row.getString(3), row.getString(4))),
        tx.list(
            "select id, name, description from space order by id",
            row -> new Space(row.getLong(1), row.getString(2), row.getString(3))),
        tx.list("select * from vlan order by id", NetworkRows::vlan),
        tx.list("select * from subnet order by id", NetworkRows::subnet),
        tx.list("select * from ip_range order by id", NetworkRows::range),
        tx.list(
            "select id, subnet_id, ip, mac, comment from reserved_ip order by id",
            row ->
                new ReservedIp(
                    row.getLong(1),
                    row.getLong(2),
                    Ip.parse(row.getString(3)),
                    MacAddress.parse(row.getString(4)),
                    row.getString(5))),
        tx.list(
            "select id, source_id, destination_id, gateway_ip, metric from static_route order by"
                + " id",
            row ->
                new StaticRoute(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    Ip.parse(row.getString(4)),
                    row.getInt(5))),
        tx.list("select * from domain order by id", NetworkRows::domain));
  }

  private static Domain domain(ResultSet row) throws SQLException {
    int ttl = row.getInt("ttl");
    boolean none = row.wasNull();
    return new Domain(
        row.getLong("id"),
        row.getString("name"),
        row.getBoolean("authoritative"),
        none ? Optional.empty() : Optional.of(ttl),
        row.getBoolean("is_default"),
        words(row.getString("forward_dns")).map(Ip::parse).toList());
  }

  private static Vlan vlan(ResultSet row) throws SQLException {
    return new Vlan(
        row.getLong("id"),
        row.getLong("fabric_id"),
        row.getInt("vid"),
        row.getString("name"),
        row.getString("description"),
        row.getInt("mtu"),
        row.getBoolean("dhcp_on"),
        reference(row, "space_id"),
        reference(row, "relay_vlan_id"),
        row.getString("network_interface"),
        Mode.valueOf(row.getString("dhcp_mode")));
  }

  private static Optional<Long> reference(ResultSet row, String column) throws SQLException {
    long id = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(id);
  }

  private static Subnet subnet(ResultSet row) throws SQLException {
    return new Subnet(
        row.getLong("id"),
        row.getLong("vlan_id"),
        row.getString("name"),
        row.getString("description"),
        Prefix.parse(row.getString("cidr")),
        words(row.getString("gateway_ip")).map(Ip::parse).findFirst(),
        words(row.getString("dns_servers")).map(Ip::parse).toList(),
        row.getInt("rdns_mode"),
        row.getBoolean("allow_dns"),
        row.getBoolean("allow_proxy"),
        row.getBoolean("active_discovery"),
        row.getBoolean("managed"),
        words(row.getString("disabled_boot_architectures")).toList(),
        row.getString("dhcp_domain"));
  }

  private static Stream<String> words(String text) {
    return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty());
  }

  private static IpRange range(ResultSet row) throws SQLException {
    return new IpRange(
        row.getLong("id"),
        row.getLong("subnet_id"),
        Kind.valueOf(row.getString("kind")),
        Ip.parse(row.getString("start_ip")),
        Ip.parse(row.getString("end_ip")),
        row.getString("comment"),
        row.getString("username"));
  }

  /// Answers the id, old or new.
  private static long save(Tx tx, String table, long id, String columns, Object... values) {
    var names = List.of(columns.split(" ", -1));
    if (id == NEW) {
      return tx.insert(
          "insert into %s (%s) values (%s)"
              .formatted(
                  table,
                  String.join(", ", names),
                  names.stream().map(_ -> "?").collect(Collectors.joining(", "))),
          values);
    }
    var bound = Stream.concat(Stream.of(values), Stream.of(id)).toArray();
    tx.change(
        "update %s set %s where id = ?"
            .formatted(
                table, names.stream().map(n -> n + " = ?").collect(Collectors.joining(", "))),
        bound);
    return id;
  }

  static long save(Tx tx, Fabric fabric) {
    return save(
        tx,
        "fabric",
        fabric.id(),
        "name class_type description",
        fabric.name(),
        fabric.classType(),
        fabric.description());
  }

  static long save(Tx tx, Space space) {
    return save(tx, "space", space.id(), "name description", space.name(), space.description());
  }

  static long save(Tx tx, Vlan vlan) {
    return save(
        tx,
        "vlan",
        vlan.id(),
        "fabric_id vid name description mtu dhcp_on space_id relay_vlan_id network_interface"
            + " dhcp_mode",
        vlan.fabricId(),
        vlan.vid(),
        vlan.name(),
        vlan.description(),
        vlan.mtu(),
        vlan.dhcpOn(),
        vlan.spaceId(),
        vlan.relayVlan(),
        vlan.networkInterface(),
        vlan.mode().name());
  }

  static long save(Tx tx, Subnet subnet) {
    return save(
        tx,
        "subnet",
        subnet.id(),
        "vlan_id name description cidr gateway_ip dns_servers rdns_mode allow_dns allow_proxy"
            + " active_discovery managed disabled_boot_architectures dhcp_domain",
        subnet.vlanId(),
        subnet.name(),
        subnet.description(),
        subnet.cidr().toString(),
        subnet.gateway().map(Ip::text).orElse(""),
        texts(subnet.dnsServers()),
        subnet.rdnsMode(),
        subnet.allowDns(),
        subnet.allowProxy(),
        subnet.activeDiscovery(),
        subnet.managed(),
        String.join(" ", subnet.disabledBootArchitectures()),
        subnet.dhcpDomain());
  }

  private static String texts(List<InetAddress> addresses) {
    return addresses.stream().map(Ip::text).collect(Collectors.joining(" "));
  }

  static long save(Tx tx, IpRange range) {
    return save(
        tx,
        "ip_range",
        range.id(),
        "subnet_id kind start_ip end_ip comment username",
        range.subnetId(),
        range.kind().name(),
        Ip.text(range.start()),
        Ip.text(range.end()),
        range.comment(),
        range.username());
  }

  static long save(Tx tx, ReservedIp reserved) {
    return save(
        tx,
        "reserved_ip",
        reserved.id(),
        "subnet_id ip mac comment",
        reserved.subnetId(),
        Ip.text(reserved.ip()),
        reserved.mac().toString(),
        reserved.comment());
  }

  static long save(Tx tx, StaticRoute route) {
    return save(
        tx,
        "static_route",
        route.id(),
        "source_id destination_id gateway_ip metric",
        route.sourceId(),
        route.destinationId(),
        Ip.text(route.gateway()),
        route.metric());
  }

  static long save(Tx tx, Domain domain) {
    return save(
        tx,
        "domain",
        domain.id(),
        "name authoritative ttl is_default forward_dns",
        domain.name(),
        domain.authoritative(),
        domain.ttl(),
        domain.isDefault(),
        texts(domain.forward()));
  }
}
