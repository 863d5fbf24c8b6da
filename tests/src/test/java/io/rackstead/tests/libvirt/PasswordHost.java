package io.rackstead.tests.libvirt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;

/// An SSH server on loopback that lets one user in by password and runs what it is told with the
/// `virsh` of a [PrivateLibvirtd].
public final class PasswordHost implements AutoCloseable {
  public static final String USER = "admin";
  public static final String PASSWORD = "s3cret-of-host";

  private final SshServer server = SshServer.setUpDefaultServer();
  private final AtomicInteger asked = new AtomicInteger();

  public PasswordHost(Path path) throws IOException {
    server.setHost("127.0.0.1");
    server.setPort(0);
    newHostKey();
    server.setPasswordAuthenticator((user, password, _) -> {
      asked.incrementAndGet();
      return user.equals(USER) && password.equals(PASSWORD);
    });
    server.setCommandFactory((channel, command) ->
        ProcessShellCommandFactory.INSTANCE.createCommand(
            channel, "PATH=%s:$PATH; export PATH; %s".formatted(path, command)));
    server.start();
  }

  /// As after the host was installed anew.
  public void newHostKey() {
    var keys = new SimpleGeneratorHostKeyProvider();
    keys.setAlgorithm("EC");
    keys.setKeySize(256);
    server.setKeyPairProvider(keys);
  }

  /// How many passwords it was told.
  public int asked() {
    return asked.get();
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }
}
