package io.rackstead.network;

import io.rackstead.http.Problem;
import io.rackstead.network.IpAddress.Holder;
import io.rackstead.network.IpAddress.Kind;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Tx;
import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Who has which address of a subnet. Calls belong into the transaction of whatever they are for;
/// writers take turns, so no two of them get one address. DHCP gives a card the address that it has
/// here.
public final class Addresses {
  private static final String SELECT = "select * from ip_address ";

  private final NetworkBook book;
  private final InstantSource clock;

  Addresses(NetworkBook book, InstantSource clock) {
    this.book = book;
    this.clock = clock;
  }

  /// Takes an address: the one that is asked for, that which is reserved for the card, or the first
  /// that is free. With 503 when there is none left, 400 or 404 when the asked one cannot be.
  public IpAddress allocate(
      Tx tx,
      long subnetId,
      Optional<MacAddress> mac,
      Kind kind,
      Optional<InetAddress> requested,
      Holder holder) {
    var all = NetworkRows.all(tx);
    var subnet =
        all.subnet(subnetId)
            .orElseThrow(() -> new Problem(404, "No Subnet matches the given query."));
    var reserved =
        mac.flatMap(
            m -> all.reservedOf(subnet).stream().filter(r -> r.mac().equals(m)).findFirst());
    var there = of(tx, subnetId);
    requested.ifPresent(ip -> NetworkRules.inside(subnet, "ip_address", ip));
    var known = reserved.map(ReservedIp::ip).filter(ip -> requested.stream().allMatch(ip::equals));
    InetAddress ip;
    if (known.isPresent() && there.stream().noneMatch(a -> a.ip().equals(known.get()))) {
      ip = known.get();
    } else {
      var occupancy = Occupancy.of(all, subnet, there, seen(tx, subnet));
      ip =
          requested
              .map(wanted -> wanted(subnet, occupancy, wanted))
              .or(occupancy::firstFree)
              .orElseThrow(() ->
                  new Problem(
                      503,
                      "No more IPs available in subnet: %s; shrink its dynamic ranges or release some."
                          .formatted(subnet.cidr())));
    }
    long id =
        tx.insert(
            "insert into ip_address (subnet_id, ip, alloc_type, mac, machine_id, username, hostname,"
                + " created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
            subnetId,
            Ip.text(ip),
            kind.number(),
            mac.map(MacAddress::toString).orElse(""),
            holder.machineId(),
            holder.username(),
            holder.hostname(),
            clock.instant());
    book.changed(tx);
    return tx.one(SELECT + "where id = ?", Addresses::read, id).orElseThrow();
  }

  private static InetAddress wanted(Subnet subnet, Occupancy occupancy, InetAddress wanted) {
    occupancy
        .objection(wanted)
        // outside the ranges of an unmanaged subnet, or somebody seen there, is still theirs to ask
        .filter(why -> !why.equals("unmanaged") && !why.equals("neighbour"))
        .ifPresent(why -> {
          throw new Problem(
              why.equals("assigned-ip") || why.equals("user-reserved") ? 404 : 400,
              "The IP address %s of %s cannot be taken: %s."
                  .formatted(Ip.text(wanted), subnet.cidr(), why));
        });
    return wanted;
  }

  /// Addresses that answered on the wire lately and are in nobody's name.
  private static List<InetAddress> seen(Tx tx, Subnet subnet) {
    return tx.list("select distinct ip from neighbour", row -> Ip.parse(row.getString(1))).stream()
        .filter(subnet.cidr()::contains)
        .toList();
  }

  /// Gives an address back; false when nobody had it.
  public boolean release(Tx tx, InetAddress ip) {
    book.changed(tx);
    return tx.change("delete from ip_address where ip = ?", Ip.text(ip)) > 0;
  }

  /// Gives back all that a machine has of this kind; answers how many.
  public int releaseOf(Tx tx, String machineId, Kind kind) {
    book.changed(tx);
    return tx.change(
        "delete from ip_address where machine_id = ? and alloc_type = ?", machineId, kind.number());
  }

  public Optional<IpAddress> find(Tx tx, InetAddress ip) {
    return tx.one(SELECT + "where ip = ?", Addresses::read, Ip.text(ip));
  }

  public List<IpAddress> of(Tx tx, long subnetId) {
    return tx.list(SELECT + "where subnet_id = ? order by id", Addresses::read, subnetId);
  }

  public List<IpAddress> ofMachine(Tx tx, String machineId) {
    return tx.list(SELECT + "where machine_id = ? order by id", Addresses::read, machineId);
  }

  public List<IpAddress> all(Tx tx) {
    return tx.list(SELECT + "order by id", Addresses::read);
  }

  private static IpAddress read(ResultSet row) throws SQLException {
    var mac = row.getString("mac");
    return new IpAddress(
        row.getLong("id"),
        row.getLong("subnet_id"),
        Ip.parse(row.getString("ip")),
        Kind.of(row.getInt("alloc_type")),
        mac.isEmpty() ? Optional.empty() : Optional.of(MacAddress.parse(mac)),
        row.getString("machine_id"),
        row.getString("username"),
        row.getString("hostname"),
        row.getTimestamp("created_at").toInstant());
  }
}
