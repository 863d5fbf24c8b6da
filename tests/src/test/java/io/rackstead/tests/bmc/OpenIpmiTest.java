package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.ipmi.CipherSuite;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import io.rackstead.bmc.ipmi.RmcpPing;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The IPMI client against OpenIPMI's `ipmi_sim`, which knows nothing of us and has cipher suite 3.
@Tag("lab")
class OpenIpmiTest {
  private static final String LAN =
      """
      name "lab"
      set_working_mc 0x20
        startlan 1
          addr 127.0.0.1 %d
          priv_limit admin
          allowed_auths_callback none md2 md5 straight
          allowed_auths_user none md2 md5 straight
          allowed_auths_operator none md2 md5 straight
          allowed_auths_admin none md2 md5 straight
          guid 44454c4c420010358056b9c04f4e5832
        endlan
        chassis_control "%s"
        sol "tcp:127.0.0.1:%d" 115200
        user 2 true "admin" "secret" admin 10 none md2 md5 straight
        user 3 true "sixteen" "0123456789abcdef" admin 10 none md2 md5 straight
      """;
  private static final String MC =
      """
      mc_setbmc 0x20
      mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
      mc_enable 0x20
      """;
  private static final String CHASSIS =
      """
      #!/bin/sh
      cd "%s" || exit 1
      op=$1; shift
      case $op in
      get) echo "$1:$(cat "$1" 2>/dev/null || echo 0)" ;;
      set) echo "$2" > "$1"; echo "$*" >> done ;;
      esac
      """;

  @TempDir Path folder;
  private final List<String> trace = new CopyOnWriteArrayList<>();
  private final IpmiDialer dialer =
      new IpmiDialer(
          IpmiSettings.DEFAULT,
          (address, command, result, millis) -> trace.add(command + ": " + result));
  private BmcAddress address = BmcAddress.parse("ipmi://127.0.0.1");
  private final ServerSocket serial = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private @Nullable Process process;

  OpenIpmiTest() throws IOException {}

  @BeforeEach
  void start() throws IOException {
    int port;
    try (var probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    var chassis = Files.writeString(folder.resolve("chassis.sh"), CHASSIS.formatted(folder));
    Files.setPosixFilePermissions(chassis, PosixFilePermissions.fromString("rwx------"));
    var lan =
        Files.writeString(
            folder.resolve("lan.conf"), LAN.formatted(port, chassis, serial.getLocalPort()));
    var mc = Files.writeString(folder.resolve("mc.emu"), MC);
    var state = Files.createDirectory(folder.resolve("state"));
    process =
        Program.find("ipmi_sim")
            .start(List.of("-n", "-c", "" + lan, "-f", "" + mc, "-s", "" + state));
    address = new BmcAddress("ipmi", "127.0.0.1", port);
  }

  @AfterEach
  void stop() throws InterruptedException, IOException {
    dialer.close();
    serial.close();
    if (process != null) {
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void itSaysThatItIsThereAndWhichServerItHoldsToWhoeverAsks() throws Exception {
    var heard = new LinkedBlockingQueue<RmcpPing.Heard>();
    try (var ping = RmcpPing.open(heard::add)) {
      var uuid = "";
      // it may not listen yet
      for (int tries = 0; tries < 50 && uuid.isEmpty(); tries++) {
        ping.ask(new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port()));
        var next = heard.poll(200, TimeUnit.MILLISECONDS);
        uuid = next == null ? "" : next.systemUuid();
      }
      assertThat(uuid).isEqualTo("4c4c4544-0042-3510-8056-b9c04f4e5832");
    }
  }

  private static BmcCredentials account(String user, String password) {
    return new BmcCredentials(user, password.toCharArray());
  }

  @Test
  void powerAndBootDeviceArriveAfterSuite17WasRefused() throws IOException {
    try (var bmc = dialer.dial(address, account("admin", "secret"))) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      bmc.bootFrom(new BootTarget(BootTarget.Device.PXE, BootTarget.Mode.BIOS), Persistence.ONCE);
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
      bmc.power(PowerAction.FORCE_RESTART);
      bmc.power(PowerAction.FORCE_OFF);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(trace)
        .anyMatch(line -> line.startsWith("Open Session, cipher suite 17: it does not take this"))
        .contains("Open Session, cipher suite 3: ok");
    assertThat(Files.readAllLines(folder.resolve("done")))
        .containsExactly("boot pxe", "power 1", "reset 1", "power 0");
  }

  @Test
  void theInventoryHasTheGuidInAllReadings() {
    try (var bmc = dialer.dial(address, account("admin", "secret"))) {
      var inventory = bmc.inventory();
      assertThat(inventory.systemUuid()).isEqualTo("4c4c4544-0042-3510-8056-b9c04f4e5832");
      assertThat(inventory.facts())
          .containsEntry("SystemGuid", "44454c4c420010358056b9c04f4e5832")
          .containsEntry("SystemGuid.RFC4122", "44454c4c-4200-1035-8056-b9c04f4e5832")
          .containsEntry("FirmwareVersion", "9.08")
          .containsEntry("IpmiVersion", "2.0");
    }
  }

  // one of 20 bytes ipmi_sim takes from its configuration without a word, and lets nobody in with
  // it
  @Test
  void aPasswordOf16BytesOpensASessionAndAWrongOneDoesNot() {
    try (var bmc = dialer.dial(address, account("sixteen", "0123456789abcdef"))) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    var failure =
        catchThrowableOfType(
            BmcException.class, () -> dialer.dial(address, account("sixteen", "0123456789abcdeX")));
    assertThat(failure.kind()).isEqualTo(BmcException.Kind.REFUSED_CREDENTIALS);
  }

  // the other end of ipmi_sim's serial line, where QEMU's would be
  @Test
  void theSerialConsoleIsReadAndTypedInto() throws Exception {
    serial.setSoTimeout(30_000);
    var screen = new Terminal();
    try (var server = serial.accept();
        var bmc = dialer.dial(address, account("admin", "secret"));
        var console = bmc.facet(SerialConsole.class).orElseThrow().open(screen, false)) {
      server.setSoTimeout(30_000);
      var text = "the quick brown fox 0123456789\r\n".repeat(40);
      server.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      server.getOutputStream().write("login: ".getBytes(StandardCharsets.US_ASCII));
      assertThat(screen.waitFor("login: ")).isEqualTo(text + "login: ");
      var keys = "root and more than fits into one packet of it\r".repeat(10);
      console.type(keys.getBytes(StandardCharsets.US_ASCII));
      assertThat(server.getInputStream().readNBytes(keys.length()))
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo(keys);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(screen.waitUntilEnded()).isEmpty();
  }

  @Test
  void suite17AloneIsRefusedInWords() {
    var strict =
        new IpmiSettings(List.of(CipherSuite.SUITE_17), Duration.ofMillis(500), 5, Duration.ZERO);
    try (var only17 = new IpmiDialer(strict, (_, _, _, _) -> {})) {
      var failure =
          catchThrowableOfType(
              BmcException.class, () -> only17.dial(address, account("admin", "secret")));
      assertThat(failure.kind()).isEqualTo(BmcException.Kind.UNSUPPORTED);
      assertThat(failure).hasMessageContaining("takes none of the cipher suites [17]");
    }
  }
}
