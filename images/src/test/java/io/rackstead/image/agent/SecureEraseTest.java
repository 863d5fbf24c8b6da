package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A disk that erases itself: simulated here, down to one that only says so. The two-server story
/// has a real `nvme format`, of QEMU's disk; no ATA disk that can was ever at hand.
class SecureEraseTest {
  private static final int DISK = 32 << 20;
  private static final String ONE_NAMESPACE = "[   0]:0x1";

  @TempDir Path folder = Path.of("");
  private AgentHost host;
  private Path disk = Path.of("");

  @BeforeEach
  void aHost() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, nvme-sanitize-crypto, sanitize --sanact=4",
    "2, 2, 4, nvme-sanitize-block, sanitize --sanact=2",
    "0, 2, 4, nvme-format-crypto, format --ses=2",
    "0, 2, 0, nvme-format-user-data, format --ses=1",
  })
  void anNvmeDiskIsAskedForTheStrongestThatItCan(
      int sanitize, int commands, int formats, String method, String asked) throws Exception {
    nvme(sanitize, commands, formats, ONE_NAMESPACE, true);
    var ran = erase();
    assertThat(ran.output()).contains("erased (" + method + ")");
    assertThat(ran.exit()).isZero();
    assertThat(host.read("called")).contains(asked);
    assertThat(disk).hasBinaryContent(new byte[DISK]);
    assertThat(host.facts().get("method").asText()).isEqualTo(method);
    assertThat(host.facts().get("verified_bytes").asLong()).isEqualTo(16 << 20);
  }

  @Test
  void aDiskThatOnlySaysThatItErasedIsFoundOut() throws Exception {
    nvme(0, 2, 0, ONE_NAMESPACE, false);
    failed("still has the mark at 0: the erase did nothing there");
  }

  @Test
  void otherNamespacesOfItsControllerAreNotErasedWithIt() throws Exception {
    nvme(1, 2, 4, ONE_NAMESPACE + "\\n[   1]:0x2", true);
    failed("has 2 namespaces", "would reach the others too");
    assertThat(disk).as("nothing was written").hasBinaryContent(data());
  }

  @Test
  void anNvmeDiskThatCannotIsLeftAlone() throws Exception {
    nvme(0, 0, 0, ONE_NAMESPACE, true);
    failed("neither sanitize nor format", "choose full");
    assertThat(disk).as("nothing was written").hasBinaryContent(data());
  }

  @ParameterizedTest
  @CsvSource({
    "supported: enhanced erase, ata-security-erase-enhanced, --security-erase-enhanced rackstead",
    "2min for SECURITY ERASE UNIT, ata-security-erase, --security-erase rackstead",
  })
  void anAtaDiskIsGivenAPasswordAndErasesItself(String line, String method, String asked)
      throws Exception {
    ata("\tsupported\\n\tnot\tenabled\\n\tnot\tlocked\\n\tnot\tfrozen\\n\t" + line, true);
    var ran = erase();
    assertThat(ran.output()).contains("erased (" + method + ")");
    assertThat(ran.exit()).isZero();
    assertThat(host.read("called")).contains("--security-set-pass rackstead", asked);
    assertThat(disk).hasBinaryContent(new byte[DISK]);
  }

  @ParameterizedTest
  @CsvSource({
    "'not\tsupported\\n\tnot\tenabled', knows no ATA security erase; choose full",
    "'supported\\n\tnot\tenabled\\n\tnot\tlocked\\n\tfrozen', the firmware froze the security commands",
    "'supported\\n\tnot\tenabled\\n\tlocked\\n\tnot\tfrozen', is locked with a password",
    "'supported\\n\tenabled\\n\tnot\tlocked\\n\tnot\tfrozen', has a password set already",
  })
  void anAtaDiskThatCannotSaysWhy(String security, String why) throws Exception {
    ata("\t" + security, true);
    failed(why);
    assertThat(disk).as("nothing was written").hasBinaryContent(data());
  }

  @Test
  void anAtaDiskThatBreaksOffLosesThePasswordAgain() throws Exception {
    ata("\tsupported\\n\tnot\tenabled\\n\tnot\tlocked\\n\tnot\tfrozen", false);
    failed("did not erase itself");
    assertThat(host.read("called")).contains("--security-disable rackstead");
  }

  /// @param works it erases, and not only says so
  private void nvme(int sanitize, int commands, int formats, String namespaces, boolean works)
      throws Exception {
    filled("nvme0n1");
    host.write("dev/nvme0", "");
    host.program(
        "nvme",
        """
        echo "$*" >>"$HOST/called"
        case $1 in
        id-ctrl) echo '{"sanicap":%d,"oacs":%d,"fna":%d}' ;;
        list-ns) printf '%s\\n' ;;
        sanitize | format) %s ;;
        sanitize-log) echo '{"nvme0":{"sprog":65535,"sstat":{"status":1}}}' ;;
        esac\
        """
            .formatted(sanitize, commands, formats, namespaces, works ? zeroes() : "true")
            // as it is asked: what to do comes after the device
            .replace("echo \"$*\"", "echo \"$1 $3\""));
  }

  private void ata(String security, boolean works) throws Exception {
    filled("sda");
    host.program(
        "hdparm",
        """
        case "$*" in
        -I*) printf 'Model: X\\nSecurity:\\n%s\\nLogical: x\\n' ; exit ;;
        *--security-erase*) echo "$*" >>"$HOST/called"; %s ;;
        *) echo "$*" >>"$HOST/called" ;;
        esac\
        """
            .formatted(security, works ? zeroes() : "false"));
  }

  private String zeroes() {
    return "dd if=/dev/zero of=" + disk + " bs=1M count=32 conv=notrunc status=none";
  }

  private void filled(String name) throws Exception {
    disk = host.disk(name, "DISK-1", DISK);
    Files.write(disk, data());
  }

  private static byte[] data() {
    var bytes = new byte[DISK];
    Arrays.fill(bytes, (byte) 0x55);
    return bytes;
  }

  private AgentHost.Ran erase() throws Exception {
    return host.step(
        "erase", Map.of("mode", "secure", "disk", Map.of("serial", "DISK-1", "size_bytes", DISK)));
  }

  private void failed(String... words) throws Exception {
    var ran = erase();
    assertThat(ran.output()).contains(words);
    assertThat(ran.exit()).isEqualTo(1);
  }
}
