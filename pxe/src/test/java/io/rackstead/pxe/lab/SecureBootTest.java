package io.rackstead.pxe.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A virtual server whose firmware trusts Microsoft's keys and nobody else.
@Tag("lab")
class SecureBootTest {
  private static final int PATIENCE_SECONDS = 300;
  private static final String MAC = "52:54:00:77:00:01";
  private static final Path LAB = Path.of("../tests/lab").toAbsolutePath().normalize();
  private static final List<String> NEEDED =
      List.of(
          "/usr/bin/qemu-system-x86_64",
          "/usr/share/OVMF/OVMF_VARS_4M.ms.fd",
          "/usr/lib/shim/shimx64.efi.signed",
          "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed");

  @TempDir Path folder;

  @Test
  void firmwareStartsTheSignedLoadersAndTheyAskForTheMachinesOwnScript() throws Exception {
    for (var file : NEEDED) {
      assumeTrue(Files.isReadable(Path.of(file)), () -> "no " + file + ": tests/run");
    }
    Files.writeString(folder.resolve("vmlinuz"), "no kernel: nobody signed it");
    Files.writeString(folder.resolve("initrd.img"), "initrd");
    Files.writeString(folder.resolve("decision"), "linux");
    Files.writeString(
        folder.resolve("vm1.conf"),
        "FW=uefi-sb ROM=none TAP=tap0 BOOT=n MEM=512 MAC=" + MAC + "\n");
    try (var net = new Namespaces()) {
      lab(net, "labnet.sh", "up", "1");
      try {
        var log = net.start("-srv", Namespaces.java(PxeLab.class, folder.toString(), "signed"));
        Namespaces.await(log, "name=tftp, status=SERVING");
        lab(net, "vm.sh", "start", "vm1");
        for (var asked :
            List.of(
                "boot shimx64.efi",
                "shimx64.efi → sent",
                "grubx64.efi → sent",
                "/grub/grub.cfg → sent",
                "/grub/x86_64/" + MAC + " → sent",
                "/vmlinuz → sent")) {
          Namespaces.await(log, asked, PATIENCE_SECONDS);
        }
      } finally {
        lab(net, "vm.sh", "kill", "vm1");
        lab(net, "labnet.sh", "down");
      }
    }
  }

  private void lab(Namespaces net, String program, String... words) throws Exception {
    var command = new ArrayList<>(List.of(LAB.resolve(program).toString()));
    command.addAll(List.of(words));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    builder.environment().put("LAB", net.prefix());
    builder.environment().put("VMDIR", folder.toString());
    var process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(program).isTrue();
    assertThat(process.exitValue())
        .as("%s %s: %s", program, words[0], Files.readString(folder.resolve("said")))
        .isZero();
  }
}
