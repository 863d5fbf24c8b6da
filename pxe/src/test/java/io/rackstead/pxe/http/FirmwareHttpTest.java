package io.rackstead.pxe.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Noted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What firmware and its loaders expect of HTTP beyond its documents, as it was seen in the lab.
class FirmwareHttpTest {
  private BootHttpServer server;

  @BeforeEach
  void start() throws IOException {
    var files = new Small();
    server =
        BootHttpServer.start(
            new BootPages(files, files::open, _ -> Optional.empty(), new Noted()),
            new BootHttpServer.Limits(100, 200, 30),
            InetAddress.getLoopbackAddress(),
            0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /// GRUB 2.12 in Debian 13 compares header names as they stand, and took the script for empty.
  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "GET"})
  void theLengthOfAFileIsToldInTheLettersThatGrubLooksFor(String method) throws IOException {
    assertThat(said(method + " /grub.cfg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .contains("\r\nContent-Length: 5\r\n");
  }

  /// shim asks for three files that nobody has before it asks for GRUB, and waited a minute for
  /// each while the connection stayed open.
  @Test
  void aConnectionOfFirmwareEndsWithAFileThatIsNotThere() throws IOException {
    var asked =
        "GET /revocations_sku.efi HTTP/1.1\r\nHost: x\r\nUser-Agent: UefiHttpBoot/1.0\r\n\r\n";
    long before = System.nanoTime();
    assertThat(said(asked)).startsWith("HTTP/1.1 404").containsIgnoringCase("connection: close");
    assertThat(System.nanoTime() - before).isLessThan(10_000_000_000L);
  }

  /// Until the server ends the connection.
  private String said(String asked) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(asked.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  private static final class Small implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return name.equals("grub.cfg")
          ? Optional.of(new BootFile.InMemory("exit\n".getBytes(ISO_8859_1)))
          : Optional.empty();
    }
  }
}
