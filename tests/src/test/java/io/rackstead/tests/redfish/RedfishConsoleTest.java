package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import io.rackstead.tests.bmc.Terminal;
import io.rackstead.tests.redfish.SimulatedRedfish.Console;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.shell.ProcessShellFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A serial console that a Redfish service offers by SSH, and what is said where it offers none.
class RedfishConsoleTest {
  /// A server that answers what it is told.
  private static final String SERVER =
      "printf 'login: '; while read line; do echo \"[$line]\"; done";

  @TempDir Path folder;

  private final SimulatedServer server = SimulatedServer.usual();
  private final SimulatedRedfish service = new SimulatedRedfish(server);
  private final RedfishDialer dialer =
      new RedfishDialer(RedfishSettings.DEFAULT, BmcTrust.inMemory(), BmcTrace.NONE);
  private final Terminal terminal = new Terminal();
  private final SshServer ssh = SshServer.setUpDefaultServer();
  private final AtomicInteger passwords = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    ssh.setHost("127.0.0.1");
    ssh.setPort(0);
    newHostKey();
    ssh.setPasswordAuthenticator((user, password, _) -> {
      passwords.incrementAndGet();
      return user.equals("admin") && password.equals("secret");
    });
    var program = Files.writeString(folder.resolve("server"), "#!/bin/sh\n" + SERVER);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    ssh.setShellFactory(new ProcessShellFactory(program.toString(), program.toString()));
    ssh.start();
    service.behaviour.sshPort = ssh.getPort();
  }

  private void newHostKey() {
    var keys = new SimpleGeneratorHostKeyProvider();
    keys.setAlgorithm("EC");
    keys.setKeySize(256);
    ssh.setKeyPairProvider(keys);
  }

  @AfterEach
  void close() throws Exception {
    dialer.close();
    service.close();
    ssh.stop(true);
  }

  private Bmc dial() {
    return dialer.dial(
        new BmcAddress("redfish+http", "127.0.0.1", service.port()),
        new BmcCredentials("admin", "secret".toCharArray()));
  }

  private SerialConsole.Stream open() {
    try (var bmc = dial()) {
      return bmc.facet(SerialConsole.class).orElseThrow().open(terminal, false);
    }
  }

  private static byte[] keys(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aConsoleAtTheSystemIsTypedIntoAndClosedFromOurSide() throws Exception {
    service.behaviour.console = Console.AT_SYSTEM;
    try (var console = open()) {
      terminal.waitFor("login: ");
      console.type(keys("root\n"));
      terminal.waitFor("[root]");
      console.sendBreak();
      console.type(keys("still here\n"));
      terminal.waitFor("[still here]");
    }
    assertThat(terminal.waitUntilEnded()).isEmpty();
  }

  @Test
  void ofAKnownVendorsManagerTheCommandThatLeadsToItIsTypedFirst() throws Exception {
    service.behaviour.console = Console.AT_MANAGER;
    server.vendor = "Dell Inc.";
    try (var console = open()) {
      console.type(keys("\n"));
      terminal.waitFor("[console com2");
    }
  }

  @Test
  void aConsoleThatTheBmcEndsSaysSo() throws Exception {
    service.behaviour.console = Console.AT_SYSTEM;
    try (var console = open()) {
      terminal.waitFor("login: ");
      ssh.stop(true);
      assertThat(terminal.waitUntilEnded()).isNotEmpty();
      var late = catchThrowableOfType(BmcException.class, () -> console.type(keys("x")));
      assertThat(late).hasMessageContaining("has ended");
    }
  }

  @Test
  void anSshServerWithAnotherKeyThanBeforeIsToldNothing() {
    service.behaviour.console = Console.AT_SYSTEM;
    open().close();
    int told = passwords.get();
    newHostKey();
    var refused = catchThrowableOfType(BmcException.class, this::open);
    assertThat(refused.kind()).isEqualTo(BmcException.Kind.UNTRUSTED);
    assertThat(refused).hasMessageContaining("no credentials were sent");
    assertThat(passwords.get()).isEqualTo(told);
  }

  @Test
  void whyThereIsNoConsoleIsSaid() {
    try (var bmc = dial()) {
      assertThat(bmc.facet(SerialConsole.class)).isEmpty();
    }
    service.behaviour.console = Console.BY_IPMI;
    assertThat(catchThrowableOfType(BmcException.class, this::open))
        .hasMessageContaining("by [IPMI], not by SSH");
    service.behaviour.sshOn = false;
    service.behaviour.console = Console.AT_SYSTEM;
    assertThat(catchThrowableOfType(BmcException.class, this::open))
        .hasMessageContaining("switched off: SerialConsole.SSH.ServiceEnabled");
    service.behaviour.console = Console.AT_MANAGER;
    assertThat(catchThrowableOfType(BmcException.class, this::open))
        .hasMessageContaining("its SSH is switched off");
    assertThat(passwords.get()).isZero();
  }
}
