package io.rackstead.tests.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.LibvirtDialer;
import io.rackstead.bmc.libvirt.LibvirtKey;
import io.rackstead.tests.bmc.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The serial port of a virtual server: real libvirtd and QEMU behind OpenSSH, and a program in the
/// server's boot sector that changes the case of what is typed.
@Tag("lab")
class VirshConsoleTest {
  private static final String UUID = "5a1f9f0e-3c64-4a0c-9d1c-7a1b2c3d4e5f";
  private static final String WITHOUT_PORT = "5a1f9f0e-3c64-4a0c-9d1c-7a1b2c3d4e60";

  /// 8086, at 0x7c00: xor ax,ax; mov ds,ax; cld; mov si,0x7c24; say: lodsb; or al,al; jz wait; mov
  /// dx,0x3f8; out dx,al; jmp say; wait: mov dx,0x3fd; in al,dx; test al,1; jz wait; mov dx,0x3f8;
  /// in al,dx; xor al,0x20; out dx,al; jmp wait
  private static final String PROGRAM =
      "31c08ed8fc" + "be247c" + "ac08c07406baf803eeebf5" + "bafd03eca80174f8baf803ec3420eeebef";

  @TempDir Path folder;

  private final LibvirtKey key = LibvirtKey.make(new SecureRandom());
  private final Libvirt libvirt = new Libvirt(BmcTrust.inMemory(), () -> key);
  private final LibvirtDialer dialer = new LibvirtDialer(libvirt, BmcTrace.NONE);

  private static byte[] bootSector() {
    var code = new ByteArrayOutputStream();
    code.writeBytes(HexFormat.of().parseHex(PROGRAM));
    assertThat(code.size()).as("where the text begins").isEqualTo(0x24);
    code.writeBytes("rackstead ready> \0".getBytes(StandardCharsets.US_ASCII));
    var sector = Arrays.copyOf(code.toByteArray(), 1 << 20);
    sector[510] = 0x55;
    sector[511] = (byte) 0xaa;
    return sector;
  }

  private Path domain(String uuid, String devices) throws Exception {
    var disk = folder.resolve(uuid + ".img");
    Files.write(disk, bootSector());
    return Files.writeString(
        folder.resolve(uuid + ".xml"),
        """
        <domain type='qemu'>
          <name>vm-%s</name>
          <uuid>%s</uuid>
          <memory unit='MiB'>32</memory>
          <vcpu>1</vcpu>
          <os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw'/>
              <source file='%s'/>
              <target dev='vda' bus='virtio'/>
            </disk>
            %s
          </devices>
        </domain>
        """
            .formatted(uuid, uuid, disk, devices));
  }

  private Bmc dial(RealSshd sshd, String uuid) {
    return dialer.dial(
        new BmcAddress("qemu+ssh", "127.0.0.1", sshd.port(), uuid),
        new BmcCredentials("root", new char[0]));
  }

  private SerialConsole.Stream open(
      RealSshd sshd, String uuid, SerialConsole.Screen screen, boolean takeOver) {
    try (var bmc = dial(sshd, uuid)) {
      return bmc.facet(SerialConsole.class).orElseThrow().open(screen, takeOver);
    }
  }

  @Test
  void aVirtualServersSerialPortIsSeenTypedIntoTakenOverAndGoneWithItsPower() throws Exception {
    try (var libvirtd = PrivateLibvirtd.start(PrivateLibvirtd.QEMU);
        var sshd = RealSshd.start(Files.createDirectory(folder.resolve("ssh")), libvirtd.path());
        libvirt) {
      libvirtd.virsh("define", domain(UUID, "<serial type='pty'/>").toString());
      libvirtd.virsh("define", domain(WITHOUT_PORT, "").toString());
      sshd.letIn("restrict " + libvirt.authorized());
      assertThat(refusal(sshd, UUID)).hasMessageContaining("it is off");
      libvirtd.virsh("start", UUID);
      assertThat(refusal(sshd, UUID)).hasMessageContaining("gives us no terminal");
      sshd.letIn("restrict,pty " + libvirt.authorized());

      var terminal = new Terminal();
      var console = open(sshd, UUID, terminal, false);
      // every key comes back as the server made it, also the one that would end virsh
      console.type("Hello, Rackstead\u001d".getBytes(StandardCharsets.US_ASCII));
      var shown = terminal.waitFor("hELLO");
      terminal.waitFor("rACKSTEAD=");
      assertThat(shown).doesNotContain("Escape character", "Connected to domain");

      var busy = refusal(sshd, UUID);
      assertThat(busy.kind()).isEqualTo(BmcException.Kind.BUSY);
      var second = new Terminal();
      try (var taken = open(sshd, UUID, second, true)) {
        assertThat(terminal.waitUntilEnded()).isNotEmpty();
        taken.type("MINE".getBytes(StandardCharsets.US_ASCII));
        second.waitFor("mine");
        assertThat(catchThrowableOfType(BmcException.class, taken::sendBreak))
            .hasMessageContaining("takes no break");
        libvirtd.virsh("destroy", UUID);
        assertThat(second.waitUntilEnded()).isNotEmpty();
      }
      console.close();

      // from the first letter that it writes
      libvirtd.virsh("start", "--paused", UUID);
      var third = new Terminal();
      try (var _ = open(sshd, UUID, third, false)) {
        libvirtd.virsh("resume", UUID);
        third.waitFor("rackstead ready> ");
      }

      libvirtd.virsh("start", WITHOUT_PORT);
      assertThat(refusal(sshd, WITHOUT_PORT)).hasMessageContaining("no serial port");
      assertThat(libvirt.openSessions()).isZero();
    }
  }

  private BmcException refusal(RealSshd sshd, String uuid) {
    return catchThrowableOfType(
        BmcException.class, () -> open(sshd, uuid, new Terminal(), false).close());
  }
}
