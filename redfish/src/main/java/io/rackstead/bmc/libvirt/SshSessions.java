package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.ssh.SshAccount;
import io.rackstead.bmc.ssh.SshDoor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The sessions with hosts that are open now, one for each account.
final class SshSessions implements AutoCloseable {
  private final SshDoor door;
  private final Map<SshAccount, SharedSsh> shared = new ConcurrentHashMap<>();

  SshSessions(SshDoor door) {
    this.door = door;
  }

  /// A session of that account: the one that is open, or a new one.
  ///
  /// @param as what it is for, by which its troubles are told
  SharedSsh borrow(SshAccount account, BmcAddress as) {
    while (true) {
      var session = shared.computeIfAbsent(account, this::shared);
      if (session.borrow(() -> door.open(account, as))) {
        return session;
      }
      shared.remove(account, session);
    }
  }

  private SharedSsh shared(SshAccount account) {
    return new SharedSsh(() -> shared.remove(account));
  }

  int open() {
    return (int) shared.values().stream().filter(SharedSsh::isOpen).count();
  }

  /// Ends all of them, also those in use.
  @Override
  public void close() {
    List.copyOf(shared.values()).forEach(SharedSsh::end);
  }
}
