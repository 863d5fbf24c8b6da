package io.rackstead.pxe.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Fuzz;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.Traversal;
import io.rackstead.pxe.ipxe.Loaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Octets go the whole way to an answer's octets, on a connection without a network.
class HttpFuzzTest {
  @TempDir Path folder;
  private final Noted noted = new Noted();
  private BootPages pages;
  private int served;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("secret"), "the content of the secret");
    var here = Files.createDirectory(folder.resolve("served"));
    Files.writeString(here.resolve("snponly.efi"), "a loader");
    var loaders = Loaders.in(here);
    BootFiles files = (name, _) -> loaders.open(name);
    pages = new BootPages(new OwnDisk(), files, _ -> Optional.empty(), noted);
  }

  @Test
  void noRequestWhateverStopsTheServer() {
    var good =
        Stream.of(
                "GET /snponly.efi HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n",
                "GET //snponly.efi HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "HEAD /snponly.efi HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\", *\r\n\r\n",
                "GET /ipxe/52540000000a?arch=7&uuid=12345678-1234-1234-1234-123456789abc HTTP/1.1"
                    + "\r\nHost: x\r\nUser-Agent: iPXE/1.21.1\r\n\r\n",
                "GET http://10.0.0.1:5248/%73nponly.efi#x HTTP/1.1\r\nHost: 10.0.0.1:5248\r\n"
                    + "If-Range: \"a\"\r\nRange: bytes=-3\r\n\r\n",
                "GET /snponly.efi HTTP/1.1\r\nRange: bytes=0-0,1-1,2-2,3-3,0-,-1\r\nHost: x\r\n\r\n",
                "GET /snponly.efi HTTP/1.1\r\nRange: bytes=999999999999999999-\r\nHost: x\r\n\r\n",
                "GET /snponly.efi HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n",
                "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /snponly.efi HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /snponly.efi HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nGET ",
                "GET /snponly.efi HTTP/1.1\r\nX:  folded\r\n  line\r\nConnection: upgrade\r\n\r\n")
            .map(text -> text.getBytes(ISO_8859_1))
            .toList();
    var fuzz = new Fuzz(9110, good);
    Fuzz.campaign(
        Fuzz.INPUTS,
        fuzz::next,
        octets -> {
          served += answer(octets).contains("a loader") ? 1 : 0;
          noted.traces.clear();
        });
    assertThat(served).as("some still get the file").isGreaterThan(100);
    assertThat(answer(good.getFirst())).contains(" 206 ").endsWith("\r\n\r\na ");
  }

  @Test
  void noNameLeadsToAFileThatIsNotServed() {
    var names = Traversal.names(folder.toString());
    assertThat(names).hasSizeGreaterThan(5000);
    for (var name : names) {
      for (var target : List.of("/" + name, name)) {
        var answer =
            answer(
                ("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .getBytes(ISO_8859_1));
        assertThat(answer).as(target).doesNotContain(" 200 ", "content of", "root:");
        assertThat(answer).as(target).containsAnyOf(" 404 ", " 400 ");
      }
      noted.traces.clear();
    }
  }

  private String answer(byte[] request) {
    var connection = new Connection();
    BootHttpServer.reading(connection.pipeline(), pages, 10);
    connection.writeInbound(Unpooled.wrappedBuffer(request));
    connection.runPendingTasks();
    var out = new ByteArrayOutputStream();
    for (Object part = connection.readOutbound(); part != null; part = connection.readOutbound()) {
      out.writeBytes(octets(part));
    }
    connection.finishAndReleaseAll();
    return out.toString(ISO_8859_1);
  }

  private static byte[] octets(Object part) {
    var out = new ByteArrayOutputStream();
    try {
      switch (part) {
        case ByteBuf octets -> octets.readBytes(out, octets.readableBytes());
        case FileRegion file -> file.transferTo(Channels.newChannel(out), 0);
        default -> throw new IllegalStateException("sent: " + part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ReferenceCountUtil.release(part);
    }
    return out.toByteArray();
  }

  private static final class Connection extends EmbeddedChannel {
    @Override
    protected SocketAddress localAddress0() {
      return new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 5248);
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.ofLiteral("10.0.0.50"), 40_000);
    }
  }

  private static final class OwnDisk implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
