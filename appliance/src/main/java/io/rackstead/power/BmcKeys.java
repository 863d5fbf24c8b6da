package io.rackstead.power;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The TLS and SSH keys that BMCs are known by, in the database and from memory. The first one that
/// is seen is kept at once; another one takes its place only when a person says so.
public final class BmcKeys implements BmcTrust {
  public static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");

  private static final String READ = "select fingerprint from bmc_key where host = ? and port = ?";
  private static final String FORGET = "delete from bmc_key where host = ? and port = ?";
  private static final String PIN =
      "insert into bmc_key (host, port, fingerprint, pinned_at) values (?, ?, ?, ?)";

  private final Database database;
  private final InstantSource clock;
  private final Map<String, String> known = new ConcurrentHashMap<>();

  public BmcKeys(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public String pin(BmcAddress address, String seen) {
    return known.computeIfAbsent(
        place(address),
        _ ->
            database
                .read(tx -> of(tx, address))
                .orElseGet(() ->
                    database.inTransaction(tx ->
                        of(tx, address)
                            .orElseGet(() -> {
                              put(tx, address, seen);
                              return seen;
                            }))));
  }

  @Override
  public String howToAccept(BmcAddress address, String seen) {
    var where = address.isSsh() ? ", \"ssh_port\": " + address.port() : "";
    return "an operator accepts it: POST /api/machines/ID/actions/trust-bmc {\"fingerprint\": \"%s\"%s}"
        .formatted(seen, where);
  }

  public Optional<String> of(BmcAddress address) {
    return database.read(tx -> of(tx, address));
  }

  private static Optional<String> of(Tx tx, BmcAddress address) {
    return tx.one(READ, row -> row.getString(1), address.host(), address.port());
  }

  /// A person's word that this is the key.
  public void accept(Tx tx, BmcAddress address, String fingerprint) {
    tx.change(FORGET, address.host(), address.port());
    put(tx, address, fingerprint);
    tx.afterCommit(() -> known.remove(place(address)));
  }

  /// What is installed anew has another key.
  public void forget(BmcAddress address) {
    database.change(tx -> {
      tx.change(FORGET, address.host(), address.port());
      tx.afterCommit(() -> known.remove(place(address)));
    });
  }

  private void put(Tx tx, BmcAddress address, String fingerprint) {
    tx.insert(PIN, address.host(), address.port(), fingerprint, clock.instant());
  }

  private static String place(BmcAddress address) {
    return address.host() + " " + address.port();
  }
}
