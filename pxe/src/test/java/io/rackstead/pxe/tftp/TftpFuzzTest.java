package io.rackstead.pxe.tftp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.Fuzz;
import io.rackstead.pxe.Golden;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.Traversal;
import io.rackstead.pxe.ipxe.Loaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TftpFuzzTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.50");
  private static final byte[] FILE = new byte[3000];

  @TempDir Path folder;
  private final Noted noted = new Noted();
  private final List<ByteBuffer> sent = new ArrayList<>();
  private long now;
  private int begun;
  private TftpEngine engine;

  private final TftpEngine.Wire wire =
      new TftpEngine.Wire() {
        @Override
        public void send(ByteBuffer packet) {
          sent.add(packet);
        }

        @Override
        public void close() {}
      };

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("secret"), "the content of the secret");
    var served = Files.createDirectory(folder.resolve("served"));
    Files.writeString(served.resolve("snponly.efi"), "a loader");
    var loaders = Loaders.in(served);
    BootFiles files =
        (name, _) ->
            loaders
                .open(name)
                .or(() ->
                    name.endsWith(".efi")
                        ? Optional.of(new BootFile.InMemory(FILE))
                        : Optional.empty());
    engine = new TftpEngine(files, _ -> Optional.empty(), noted, () -> now);
  }

  @Test
  void noPacketWhateverStopsTheServer() {
    var good = new ArrayList<byte[]>();
    Golden.packets("tftp").forEach(packet -> good.add(packet.octets()));
    good.add(
        request("a.efi", "blksize", "1468", "windowsize", "16", "tsize", "0", "rollover", "1"));
    good.add(request("a.efi", "timeout", "3", "blksize2", "512"));
    good.add(new byte[] {0, 4, 0, 1});
    good.add("\0\5\0\0gone\0".getBytes(ISO_8859_1));
    good.add("\0\2a.efi\0netascii\0".getBytes(ISO_8859_1));
    good.add("\0\6blksize\000512\0".getBytes(ISO_8859_1));
    var fuzz = new Fuzz(1350, good);
    Fuzz.campaign(
        Fuzz.INPUTS,
        fuzz::next,
        octets -> {
          now += 10_000_000;
          var client = new InetSocketAddress(CLIENT, 2000 + fuzz.random().nextInt(64));
          engine.request(ByteBuffer.wrap(octets), client, () -> wire);
          engine.reply(ByteBuffer.wrap(octets.clone()), client, () -> wire);
          engine.tick();
          begun += sent.stream().anyMatch(packet -> opcode(packet) == 3) ? 1 : 0;
          assertThat(sent).hasSizeLessThan(5000);
          sent.clear();
          noted.traces.clear();
        });
    assertThat(begun).as("some of them still begin a transfer").isGreaterThan(100);
    // whoever is under way is forgotten with time, and the next is served
    for (int second = 0; second < 40; second++) {
      now += 1_000_000_000L;
      engine.tick();
    }
    sent.clear();
    engine.request(
        ByteBuffer.wrap(request("snponly.efi")), new InetSocketAddress(CLIENT, 1), () -> wire);
    assertThat(content()).isEqualTo("a loader");
  }

  @Test
  void noNameLeadsToAFileThatIsNotServed() {
    var names = Traversal.names(folder.toString());
    assertThat(names).hasSizeGreaterThan(5000);
    int port = 1000;
    for (var name : names) {
      sent.clear();
      engine.request(
          ByteBuffer.wrap(request(name)), new InetSocketAddress(CLIENT, port++), () -> wire);
      now += 30_000_000_000L;
      engine.tick();
      noted.traces.clear();
      var served = name.split("\0", 2)[0].replaceFirst("^/+", "");
      if (!served.endsWith(".efi")) {
        assertThat(sent).as(name).allMatch(packet -> opcode(packet) == 5);
      } else {
        assertThat(content()).as(name).doesNotContain("secret");
      }
    }
  }

  private static int opcode(ByteBuffer packet) {
    return packet.getShort(0);
  }

  private String content() {
    var data = sent.stream().filter(packet -> opcode(packet) == 3).findFirst();
    return data.map(packet -> ISO_8859_1.decode(packet.slice(4, packet.limit() - 4)).toString())
        .orElse("");
  }

  private static byte[] request(String name, String... options) {
    var text = new StringBuilder("\0\1").append(name).append("\0octet\0");
    List.of(options).forEach(word -> text.append(word).append('\0'));
    return text.toString().getBytes(ISO_8859_1);
  }
}
