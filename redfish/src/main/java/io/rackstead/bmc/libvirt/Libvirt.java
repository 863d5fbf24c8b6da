package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.ssh.SshAccount;
import io.rackstead.bmc.ssh.SshDoor;
import java.util.function.Supplier;

/// The one way to hosts of virtual servers. `qemu+ssh` logs in and runs the host's own `virsh`;
/// `qemu+tcp` has the `virsh` of this machine speak libvirt's protocol, which asks for no password
/// and is for wires of one's own.
public final class Libvirt implements AutoCloseable {
  private static final String SYSTEM = "qemu:///system";

  private final Supplier<LibvirtKey> key;
  private final SshDoor door;
  private final SshSessions sessions;

  /// @param key by which hosts let us in where no password is given; asked for when it is needed
  public Libvirt(BmcTrust trust, Supplier<LibvirtKey> key) {
    this.key = key;
    this.door = new SshDoor(trust, () -> key.get().ssh());
    this.sessions = new SshSessions(door);
  }

  /// @param host its address; a server behind it is not looked at
  /// @param account an empty password: our key opens
  public Hypervisor open(BmcAddress host, BmcCredentials account) {
    return open(host, account, BmcTrace.NONE);
  }

  /// @param address with a server behind it, its troubles and its trace name that one too
  Hypervisor open(BmcAddress address, BmcCredentials account, BmcTrace trace) {
    return new Hypervisor(line(address, account), trace);
  }

  private Line line(BmcAddress address, BmcCredentials account) {
    return switch (address.scheme()) {
      case "qemu+ssh" -> {
        var who =
            new SshAccount(address.withoutSystem(), account.user(), new String(account.password()));
        yield new SshLine(address, door, who, sessions.borrow(who, address), SYSTEM);
      }
      case "qemu+tcp" ->
          new LocalLine(
              address, "qemu+tcp://%s:%d/system".formatted(address.host(), address.port()));
      default ->
          throw new BmcException(
              UNSUPPORTED, address, "libvirt is spoken to by qemu+ssh or qemu+tcp");
    };
  }

  /// What a host's `authorized_keys` has to hold.
  public String authorized() {
    return key.get().authorized();
  }

  /// SSH sessions that are open now.
  public int openSessions() {
    return sessions.open();
  }

  @Override
  public void close() {
    sessions.close();
    door.close();
  }
}
