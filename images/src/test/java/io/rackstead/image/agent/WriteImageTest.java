package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An image on its way to a disk: verified on the way, and refused before or failed with a reason.
class WriteImageTest {
  private static final int DISK = 8 << 20;

  @TempDir Path folder = Path.of("");
  private AgentHost host;
  private AgentServer server;
  private Path disk;
  private final byte[] raw = new byte[3 * (1 << 20) + 512];
  private byte[] packed;

  @BeforeEach
  void aDiskAndAnImage() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    server = new AgentServer();
    disk = host.disk("vda", "DISK-1", DISK);
    Files.write(disk, filled(DISK, (byte) 0x55));
    new Random(7).nextBytes(raw);
    Arrays.fill(raw, 1 << 20, 2 << 20, (byte) 0);
    packed = Zstd.compress(raw);
    server.files.put("/image/1", packed);
    host.environment.put("SERVER", server.url());
    host.environment.put("FILES", server.url());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void writesTheImageAndForgetsWhatStoodAtTheDisksEnd() throws Exception {
    var ran = host.step("write-image", work());
    assertThat(ran.output()).contains("written and verified");
    assertThat(ran.exit()).isZero();
    var bytes = Files.readAllBytes(disk);
    assertThat(Arrays.copyOf(bytes, raw.length)).isEqualTo(raw);
    assertThat(bytes[raw.length]).isEqualTo((byte) 0x55);
    assertThat(Arrays.copyOfRange(bytes, DISK - (1 << 20), DISK)).containsOnly(0);
    assertThat(host.facts().get("sha256").asText()).isEqualTo(sha256(raw));
    assertThat(host.facts().get("bytes").asLong()).isEqualTo(raw.length);

    assertThat(host.step("read-back", work()).exit()).isZero();
    bytes[raw.length - 1] ^= 1;
    Files.write(disk, bytes);
    var spoilt = host.step("read-back", work());
    assertThat(spoilt.exit()).isEqualTo(1);
    assertThat(spoilt.output()).contains("where " + sha256(raw) + " was written");
  }

  @Test
  void writesNothingWhenTheImageIsLargerThanTheDisk() throws Exception {
    var work = work();
    work.put("raw_bytes", DISK + 512);
    failed(work, "the image needs 8389120 bytes", "has 8388608: nothing was written");
    assertThat(Files.readAllBytes(disk)).containsOnly(0x55);
  }

  @Test
  void writesNothingWhenTheDiskIsNotThere() throws Exception {
    var work = work();
    work.put("disk", Map.of("serial", "DISK-2", "size_bytes", DISK));
    failed(work, "no disk matches", "vda: serial 'DISK-1'");
    assertThat(Files.readAllBytes(disk)).containsOnly(0x55);
  }

  @Test
  void failsWhenTheDownloadBreaksOff() throws Exception {
    server.announcedLengths.put("/image/1", packed.length + 1000);
    failed(work(), "the download of", "curl: (33)");
  }

  @Test
  void goesOnWhereTheDownloadBrokeOff() throws Exception {
    server.breaks.put("/image/1", packed.length / 3);
    var ran = host.step("write-image", work());
    assertThat(ran.output())
        .contains("broke off at byte " + packed.length / 3, "written and verified");
    assertThat(ran.exit()).isZero();
    assertThat(server.ranges).containsExactly("bytes=" + packed.length / 3 + "-");
    assertThat(Arrays.copyOf(Files.readAllBytes(disk), raw.length)).isEqualTo(raw);
  }

  @Test
  void givesUpWhenNothingMoreComes() throws Exception {
    host.environment.put("FILES", "http://127.0.0.1:1");
    host.environment.put("RACKSTEAD_DOWNLOAD_PATIENCE", "0");
    failed(work(), "the download of", "curl: (7)");
  }

  @Test
  void failsWhenTheImageIsGone() throws Exception {
    server.files.clear();
    failed(work(), "the download of", "404");
  }

  @Test
  void failsWhenThePackedImageIsAnother() throws Exception {
    var work = work();
    work.put("compressed_sha256", sha256(raw));
    failed(work, "the packed image has SHA-256 " + sha256(packed));
  }

  @Test
  void failsWhenTheUnpackedImageIsAnother() throws Exception {
    var work = work();
    work.put("sha256", sha256(packed));
    failed(work, "the unpacked image has SHA-256 " + sha256(raw));
  }

  @Test
  void failsWhenThePackedImageIsDamaged() throws Exception {
    var damaged = packed.clone();
    damaged[0] ^= 0x10;
    server.files.put("/image/1", damaged);
    failed(work(), "did not unpack to 3146240 bytes but to 0");
  }

  @Test
  void writesNoByteMoreThanAnnounced() throws Exception {
    server.files.put("/image/1", Zstd.compress(filled(6 << 20, (byte) 1)));
    failed(work(), "the image did not unpack to 3146240 bytes");
    var bytes = Files.readAllBytes(disk);
    assertThat(bytes[raw.length]).isEqualTo((byte) 0x55);
  }

  @Test
  void failsWhenTheImageIsShorterThanAnnounced() throws Exception {
    var work = work();
    work.put("raw_bytes", raw.length + 512);
    failed(work, "did not unpack to 3146752 bytes but to 3146240");
  }

  @Test
  void knowsNoOtherPacking() throws Exception {
    var work = work();
    work.put("compression", "$(reboot)");
    failed(work, "images packed with '$(reboot)' cannot be unpacked");
  }

  private void failed(Map<String, Object> work, String... reasons) throws Exception {
    var ran = host.step("write-image", work);
    assertThat(ran.output()).contains(reasons);
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(host.read("run/step/facts.json")).isEmpty();
  }

  private Map<String, Object> work() throws Exception {
    var work = new TreeMap<String, Object>();
    work.put("disk", Map.of("serial", "DISK-1", "wwn", "", "size_bytes", DISK));
    work.put("url", "/image/1");
    work.put("compression", "zstd");
    work.put("compressed_bytes", packed.length);
    work.put("compressed_sha256", sha256(packed));
    work.put("raw_bytes", raw.length);
    work.put("sha256", sha256(raw));
    return work;
  }

  private static byte[] filled(int size, byte value) {
    var bytes = new byte[size];
    Arrays.fill(bytes, value);
    return bytes;
  }

  static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
