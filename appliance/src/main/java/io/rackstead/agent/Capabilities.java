package io.rackstead.agent;

import io.rackstead.machine.MachineId;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Mints boot capabilities, remembers them over a restart, and answers from memory which one is
/// good.
public final class Capabilities {
  private static final String INSERT =
      """
      insert into capability
        (text, machine_id, mac, epoch, purpose, address, expires_at)
      values (?, ?, ?, ?, ?, ?, ?)\
      """;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Map<String, Capability> good = new ConcurrentHashMap<>();

  public Capabilities(Database database, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
    database
        .read(tx ->
            tx.list(
                "select * from capability where expires_at > ?",
                Capabilities::capability,
                clock.instant()))
        .forEach(capability -> good.put(capability.text(), capability));
  }

  /// A new one, in memory only: the answer that carries it may still be thrown away.
  public Capability mint(
      Optional<MachineId> machine,
      MacAddress mac,
      long epoch,
      Capability.Kind kind,
      String address,
      Duration life) {
    var bytes = new byte[16];
    random.nextBytes(bytes);
    return new Capability(
        HexFormat.of().formatHex(bytes),
        machine,
        mac,
        epoch,
        kind,
        address,
        clock.instant().plus(life),
        Optional.empty());
  }

  /// Makes it good, from now on and over a restart.
  public void keep(Capability capability) {
    database.change(tx -> keep(tx, capability));
  }

  public void keep(Tx tx, Capability capability) {
    tx.change(
        INSERT,
        capability.text(),
        capability.machine(),
        capability.mac(),
        capability.epoch(),
        capability.kind(),
        capability.address(),
        capability.expiresAt());
    good.put(capability.text(), capability);
  }

  public Optional<Capability> find(String text) {
    return Optional.ofNullable(good.get(text)).filter(c -> c.goodAt(clock.instant()));
  }

  /// How the system that was installed in this epoch reports; empty before it is planned.
  public Optional<Capability> report(MachineId machine, long epoch) {
    var now = clock.instant();
    return good.values().stream()
        .filter(c -> c.kind() == Capability.Kind.REPORT && c.epoch() == epoch && c.goodAt(now))
        .filter(c -> c.machine().equals(Optional.of(machine)))
        .max(Comparator.comparing(Capability::expiresAt));
  }

  /// Marks it as traded.
  void use(Tx tx, Capability capability, Instant now) {
    tx.change("update capability set used_at = ? where text = ?", now, capability.text());
    good.computeIfPresent(
        capability.text(),
        (_, c) ->
            new Capability(
                c.text(),
                c.machine(),
                c.mac(),
                c.epoch(),
                c.kind(),
                c.address(),
                c.expiresAt(),
                Optional.of(now)));
  }

  /// Forgets what has had its time.
  public void sweep() {
    var now = clock.instant();
    good.values().removeIf(capability -> !capability.goodAt(now));
    database.change(tx -> tx.change("delete from capability where expires_at < ?", now));
  }

  private static Capability capability(ResultSet row) throws SQLException {
    return new Capability(
        row.getString("text"),
        Optional.ofNullable(row.getString("machine_id")).map(MachineId::new),
        MacAddress.parse(row.getString("mac")),
        row.getLong("epoch"),
        Capability.Kind.valueOf(row.getString("purpose")),
        row.getString("address"),
        row.getTimestamp("expires_at").toInstant(),
        Optional.ofNullable(row.getTimestamp("used_at")).map(Timestamp::toInstant));
  }
}
