package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.ssh.SshAccount;
import io.rackstead.bmc.ssh.SshDoor;
import java.util.concurrent.atomic.AtomicBoolean;

/// A host's own `virsh`, over SSH. What the host's shell reads has no letter in it that a shell
/// knows ([Command]); what varies comes as a file.
final class SshLine implements Line {
  private final BmcAddress address;
  private final SshDoor door;
  private final SshAccount account;
  private final SharedSsh session;
  private final String uri;
  private final AtomicBoolean closed = new AtomicBoolean();

  SshLine(BmcAddress address, SshDoor door, SshAccount account, SharedSsh session, String uri) {
    this.address = address;
    this.door = door;
    this.account = account;
    this.session = session;
    this.uri = uri;
  }

  @Override
  public BmcAddress address() {
    return address;
  }

  @Override
  public Said run(Command command) {
    return session.run(address, command, line(command));
  }

  /// OpenSSH gives a command a socket to read from, which cannot be opened by its name in `/dev`;
  /// the pipe that `cat` makes can.
  private String line(Command command) {
    var virsh = "env LC_ALL=C virsh " + String.join(" ", command.words(uri));
    return command.input().isEmpty() ? virsh : "cat | " + virsh;
  }

  @Override
  public SerialConsole.Stream console(
      String server, SerialConsole.Screen screen, boolean takeOver) {
    return VirshConsole.open(door, account, address, uri, server, screen, takeOver);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      session.giveBack();
    }
  }
}
