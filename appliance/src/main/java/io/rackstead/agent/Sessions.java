package io.rackstead.agent;

import io.rackstead.machine.MachineId;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The agents that speak with us: one a machine, the newest. Tokens are kept by their digest.
public final class Sessions {
  /// An agent asks at least each 30 seconds; twice that without a word and it is gone.
  private static final long ALIVE_NANOS = 65_000_000_000L;

  private final InstantSource clock;
  private final SecureRandom random;
  private final Map<String, MachineId> byToken = new ConcurrentHashMap<>();
  private final Map<MachineId, String> newest = new ConcurrentHashMap<>();
  private final Map<MachineId, Long> heard = new ConcurrentHashMap<>();

  public Sessions(Database database, InstantSource clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
    database
        .read(tx ->
            tx.list(
                "select token_hash, machine_id from session order by created_at",
                row -> Map.entry(row.getString(1), new MachineId(row.getString(2)))))
        .forEach(entry -> remember(entry.getKey(), entry.getValue()));
  }

  /// A token for a machine's new agent; the one before it is over.
  String open(Tx tx, MachineId machine, String address) {
    var bytes = new byte[32];
    random.nextBytes(bytes);
    var token = HexFormat.of().formatHex(bytes);
    tx.change("delete from session where machine_id = ?", machine);
    tx.change(
        "insert into session (token_hash, machine_id, address, created_at) values (?, ?, ?, ?)",
        Sha256.hex(token.getBytes(StandardCharsets.UTF_8)),
        machine,
        address,
        clock.instant());
    return token;
  }

  /// After the transaction that opened it.
  void opened(String token, MachineId machine) {
    heard.remove(machine);
    remember(Sha256.hex(token.getBytes(StandardCharsets.UTF_8)), machine);
  }

  Optional<MachineId> machine(String token) {
    var hash = Sha256.hex(token.getBytes(StandardCharsets.UTF_8));
    return Optional.ofNullable(byToken.get(hash))
        .filter(machine -> hash.equals(newest.get(machine)));
  }

  void heard(MachineId machine) {
    heard.put(machine, System.nanoTime());
  }

  /// Whether the token that a machine was given last was ever used.
  boolean used(MachineId machine) {
    return heard.containsKey(machine);
  }

  /// Whether the machine's agent has spoken lately.
  public boolean alive(MachineId machine) {
    var at = heard.get(machine);
    return at != null && System.nanoTime() - at < ALIVE_NANOS;
  }

  /// Whether the machine's agent has spoken since a moment on the monotonic clock.
  public boolean heardSince(MachineId machine, long nanos) {
    var at = heard.get(machine);
    return at != null && at - nanos >= 0;
  }

  /// The machine goes away or starts anew: whoever spoke for it is over.
  public void silence(MachineId machine) {
    heard.remove(machine);
  }

  private void remember(String hash, MachineId machine) {
    byToken.values().removeIf(machine::equals);
    byToken.put(hash, machine);
    newest.put(machine, hash);
  }
}
