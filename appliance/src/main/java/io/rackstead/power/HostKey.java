package io.rackstead.power;

import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.bmc.libvirt.LibvirtKey;
import io.rackstead.store.Database;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The one key by which hosts of virtual servers let us in: made when it is first needed, and kept
/// in the vault.
public final class HostKey implements Supplier<LibvirtKey> {
  private static final String OWNER = "libvirt key";

  private final Database database;
  private final Vault vault;
  private final SecureRandom random;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<LibvirtKey> known = Optional.empty();

  public HostKey(Database database, Vault vault, SecureRandom random) {
    this.database = database;
    this.vault = vault;
    this.random = random;
  }

  @Override
  public LibvirtKey get() {
    lock.lock();
    try {
      if (known.isEmpty()) {
        known = Optional.of(stored().orElseGet(this::made));
      }
      return known.get();
    } finally {
      lock.unlock();
    }
  }

  private Optional<LibvirtKey> stored() {
    return database
        .read(tx -> vault.get(tx, OWNER))
        .map(secret -> LibvirtKey.parse(secret.reveal()));
  }

  private LibvirtKey made() {
    var key = LibvirtKey.make(random);
    database.change(tx -> vault.put(tx, OWNER, Secret.of(key.secret())));
    return key;
  }
}
