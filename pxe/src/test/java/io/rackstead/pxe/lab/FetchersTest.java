package io.rackstead.pxe.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Independent clients of TFTP and HTTP take the same octets from one server.
@Tag("lab")
class FetchersTest {
  private static final int SIZE = 3_000_017;

  @TempDir Path folder;

  @Test
  void tftpHpaAtftpAndCurlFetchTheSameFile() throws Exception {
    for (var program : new String[] {"/usr/bin/tftp", "/usr/bin/atftp", "/usr/bin/curl"}) {
      assumeTrue(Files.isExecutable(Path.of(program)), () -> "no " + program + ": tests/run");
    }
    var octets = new byte[SIZE];
    new Random(1).nextBytes(octets);
    Files.write(folder.resolve("vmlinuz"), octets);
    Files.writeString(folder.resolve("initrd.img"), "initrd");
    Files.writeString(folder.resolve("decision"), "linux");
    try (var net = new Namespaces("s", "c")) {
      net.cable("s", "prov0", "c", "c0");
      net.in("s", "ip", "addr", "add", "10.77.0.1/24", "dev", "prov0");
      net.in("c", "ip", "addr", "add", "10.77.0.60/24", "dev", "c0");
      var log = net.start("s", Namespaces.java(PxeLab.class, folder.toString(), "server"));
      Namespaces.await(log, "name=tftp, status=SERVING");
      var got = folder.resolve("got");

      net.in("c", "tftp", "-m", "binary", "10.77.0.1", "-c", "get", "vmlinuz", got.toString());
      assertThat(Files.readAllBytes(got)).isEqualTo(octets);
      Files.delete(got);

      net.in(
          "c",
          "atftp",
          "--option",
          "blksize 1428",
          "--option",
          "windowsize 8",
          "-g",
          "-r",
          "vmlinuz",
          "-l",
          got.toString(),
          "10.77.0.1");
      assertThat(Files.readAllBytes(got)).isEqualTo(octets);
      Files.delete(got);

      net.in("c", "curl", "-sf", "-o", got.toString(), "tftp://10.77.0.1/vmlinuz");
      assertThat(Files.readAllBytes(got)).isEqualTo(octets);
      net.in("c", "curl", "-sf", "-o", got.toString(), "http://10.77.0.1:5248/vmlinuz");
      assertThat(Files.readAllBytes(got)).isEqualTo(octets);
    }
  }
}
