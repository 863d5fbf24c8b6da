package io.rackstead.pxe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PxeServerTest {
  private static final int OFF = PxeConfig.OFF;

  @TempDir Path folder;
  private final Noted noted = new Noted();
  private final HttpClient http = HttpClient.newHttpClient();
  private byte[] image = new byte[0];
  private PxeServer server;

  @BeforeEach
  void start() throws IOException {
    image = new byte[300_000];
    new Random(7).nextBytes(image);
    Files.write(folder.resolve("image"), image);
    Files.writeString(folder.resolve("snponly.efi"), "efi loader");
    Files.writeString(folder.resolve("secret"), "not to be read");
    server = PxeServer.start(config(OFF, 0, 0), new OneImage(), List::of, noted);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void aFileIsServedWholeAndInParts() throws Exception {
    var whole = get("image");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(image);
    assertThat(whole.headers().firstValue("etag")).contains("\"cafe\"");
    var part = get("image", "Range", "bytes=1000-1999");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(image, 1000, 2000));
    assertThat(part.headers().firstValue("content-range")).contains("bytes 1000-1999/300000");
    assertThat(noted.next().text()).isEqualTo("GET /image → 200, 300000 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Range         | bytes=299990-     | 206 | 10",
        "Range         | bytes=-5          | 206 | 5",
        "Range         | bytes=-400000     | 206 | 300000",
        "Range         | bytes=300000-     | 416 | 0",
        "Range         | bytes=5-4         | 200 | 300000",
        "Range         | bytes=0-1,5-6     | 200 | 300000",
        "Range         | lines=1-2         | 200 | 300000",
        "Range         | bytes=99999999999999999999- | 200 | 300000",
        "If-None-Match | \"cafe\"          | 304 | 0",
        "If-None-Match | \"x\", W/\"cafe\" | 304 | 0",
        "If-None-Match | \"beef\"          | 200 | 300000",
      })
  void conditionsAndRangesAreTheRfcs(String header, String value, int status, int size)
      throws Exception {
    var response = get("image", header, value);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).hasSize(size);
  }

  @Test
  void aRangeOfAFileThatHasChangedIsTheWholeFile() throws Exception {
    assertThat(get("image", "Range", "bytes=0-9", "If-Range", "\"old\"").statusCode())
        .isEqualTo(200);
    assertThat(get("image", "Range", "bytes=0-9", "If-Range", "\"cafe\"").statusCode())
        .isEqualTo(206);
  }

  @Test
  void headSaysTheLengthAndSendsNothing() throws Exception {
    var request = HttpRequest.newBuilder(uri("image")).HEAD().build();
    var response = http.send(request, BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(300_000);
    assertThat(response.body()).isEmpty();
    assertThat(get("image").body()).hasSize(300_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret",
        "..%2fsecret",
        "%2e%2e/secret",
        "image/../secret",
        "./image",
        "secret",
        "image%00",
        "ipxe/",
        "ipxe/zz",
        "ipxe/..%2f..%2fsecret",
        "..\\secret",
        "%252e%252e/secret",
      })
  void aNameThatIsNotKnownIsNotFoundWhateverItLooksLike(String name) throws Exception {
    var status = raw("GET /" + name + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(status).startsWith("HTTP/1.1 404");
    assertThat(noted.next().text()).endsWith("→ 404");
  }

  @Test
  void requestsThatAreNoneAreRefused() throws Exception {
    assertThat(raw("GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).contains(" 400 ");
    assertThat(raw("POST /image HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"))
        .contains(" 405 ");
    assertThat(raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n")).contains(" 400 ");
    assertThat(raw("GET / HTTP/1.1\r\nA: " + "b".repeat(20000) + "\r\n\r\n")).contains(" 400 ");
    assertThat(raw("\u0000\u0001\u0002 garbage\r\n\r\n")).contains(" 400 ");
  }

  @Test
  void theScriptIsMadeForTheClientAndItsEffectsAreToldAfterwards() throws Exception {
    var response = get("ipxe/52540000000a?arch=7&uuid=12345678-1234-1234-1234-123456789abc");
    assertThat(new String(response.body(), UTF_8))
        .startsWith("#!ipxe\n")
        .contains("set url http://127.0.0.1:" + server.httpPort() + "/image\n");
    var trace = noted.next();
    assertThat(trace.mac().orElseThrow().toString()).isEqualTo("52:54:00:00:00:0a");
    assertThat(trace.rule()).isEqualTo("test rule UEFI_X64");
    assertThat(noted.effects.poll(10, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(BootEffect.Seen.class);
    get("image");
    assertThat(noted.next().mac()).isEqualTo(trace.mac());
  }

  @Test
  void firmwareThatBootsByHttpFindsItsLoaderEvenBehindTwoSlashes() throws Exception {
    assertThat(new String(get("/snponly.efi").body(), UTF_8)).isEqualTo("efi loader");
  }

  @Test
  void tftpSendsAFileInWindowsOfBlocks() throws Exception {
    try (var client = new TftpClient(tftp())) {
      assertThat(client.get("image", "octet", "blksize", "1000", "windowsize", "8", "tsize", "0"))
          .isEqualTo(image);
      assertThat(client.accepted())
          .isEqualTo(Map.of("blksize", "1000", "windowsize", "8", "tsize", "300000"));
    }
    assertThat(noted.next().text()).isEqualTo("image → sent 300000 bytes");
  }

  @Test
  void tftpSendsAFileToAClientThatKnowsNoOptions() throws Exception {
    try (var client = new TftpClient(tftp())) {
      assertThat(client.get("/snponly.efi", "octet")).isEqualTo("efi loader".getBytes(UTF_8));
    }
  }

  @Test
  void tftpSendsAgainWhatWasLost() throws Exception {
    try (var client = new TftpClient(tftp()).losing(7)) {
      assertThat(client.get("image", "octet", "blksize", "1468", "windowsize", "16"))
          .isEqualTo(image);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../secret", "..\\secret", "/../secret", "secret", "", "image\u0001", "ipxe/x"})
  void tftpKnowsNoOtherNames(String name) throws Exception {
    try (var client = new TftpClient(tftp())) {
      assertThat(client.error(name)).isEqualTo("1 file not found");
    }
    assertThat(noted.next().text()).endsWith("→ not found");
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLineAndTheRestRuns() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        var udp = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        var second =
            PxeServer.start(
                config(udp.getLocalPort(), 0, taken.getLocalPort()),
                new OneImage(),
                () -> List.of(network()),
                noted)) {
      assertThat(state(second, "http").detail())
          .isEqualTo(
              "port %1$d/tcp is taken by another program: find it with ss -lnp 'sport = :%1$d' and end it, or set pxe.http-port"
                  .formatted(taken.getLocalPort()));
      assertThat(state(second, "dhcp").status()).isEqualTo(Status.FAILED);
      assertThat(state(second, "dhcp").detail())
          .contains("/udp on 127.0.0.1 is taken by another program")
          .endsWith("or set pxe.dhcp-port");
      assertThat(state(second, "tftp").status()).isEqualTo(Status.SERVING);
      assertThat(state(second, "leases").status()).isEqualTo(Status.SERVING);
    }
  }

  @Test
  void loadersThatAreMissingAreSaidInOneLine() {
    assertThat(state(server, "loaders").status()).isEqualTo(Status.FAILED);
    assertThat(state(server, "loaders").detail())
        .contains("lacks undionly.kpxe: appliance/run images build");
  }

  @Test
  void aLeaseFolderThatCannotBeMadeIsSaidInOneLineAndTheRestRuns() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "x");
    var config = new PxeConfig(0, 0, 0, 0, Subnet.address("127.0.0.1"), file.resolve("in"), folder);
    try (var other = PxeServer.start(config, new OneImage(), () -> List.of(network()), noted)) {
      assertThat(state(other, "leases").status()).isEqualTo(Status.FAILED);
      assertThat(state(other, "leases").detail()).contains("make it a writable directory");
      assertThat(state(other, "http").status()).isEqualTo(Status.SERVING);
    }
  }

  private InetSocketAddress tftp() {
    var detail = state(server, "tftp").detail();
    int port = Integer.parseInt(detail.replaceAll("port ([0-9]+)/.*", "$1"));
    return new InetSocketAddress("127.0.0.1", port);
  }

  private static ServiceState state(PxeServer of, String name) {
    return of.states().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private PxeConfig config(int dhcp, int tftp, int http) {
    return new PxeConfig(
        dhcp, OFF, tftp, http, Subnet.address("127.0.0.1"), folder.resolve("leases"), folder);
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + "/" + path);
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.httpPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static Served network() {
    return new Served(
        "lo",
        Subnet.parse("127.0.0.0/8"),
        Mode.SERVER,
        Subnet.address("127.0.0.1"),
        List.of(AddressRange.parse("127.0.1.0-127.0.1.99")),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Duration.ofHours(1));
  }

  private final class OneImage implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("image", List.of(), List.of("quiet")),
          "test rule " + request.arch(),
          List.of(new BootEffect.Seen(request.mac(), request.arch())));
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return name.equals("image")
          ? Optional.of(new BootFile.OnDisk(folder.resolve("image"), image.length, "cafe"))
          : Optional.empty();
    }
  }
}
