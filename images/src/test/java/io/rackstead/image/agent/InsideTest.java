package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Seed files stay inside the mounted root, whatever links its image holds.
class InsideTest {
  @TempDir Path folder = Path.of("");
  private AgentHost host;
  private Path root;
  private Path outside;

  @BeforeEach
  void aMountedRootWithLinks() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    root = Files.createDirectories(folder.resolve("image"));
    outside = Files.createDirectories(folder.resolve("outside"));
    Files.createDirectories(root.resolve("var/lib"));
    Files.createDirectories(root.resolve("usr/etc"));
    Files.createSymbolicLink(root.resolve("absolute"), outside);
    Files.createSymbolicLink(root.resolve("relative"), Path.of("../outside"));
    Files.createSymbolicLink(root.resolve("deep"), Path.of("../../../../../../../.."));
    Files.createSymbolicLink(root.resolve("etc"), Path.of("/usr/etc"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(root.resolve("usr/etc/target"), outside.resolve("victim"));
    Files.writeString(outside.resolve("victim"), "untouched");
    host.write("content", "seed\n");
  }

  @Test
  void writesAFileWithItsModeAndItsFolders() throws Exception {
    put("/var/lib/cloud/seed/nocloud/user-data", "0600", 0);
    var file = root.resolve("var/lib/cloud/seed/nocloud/user-data");
    assertThat(file).hasContent("seed\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    put("/var/lib/cloud/seed/nocloud/user-data", "644", 0);
    assertThat(file.getParent()).isDirectoryNotContaining("glob:**.rackstead-new");
  }

  @Test
  void followsALinkAsTheImageWould() throws Exception {
    put("/etc/hostname", "0644", 0);
    assertThat(root.resolve("usr/etc/hostname")).hasContent("seed\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/absolute/new", "/relative/new", "/deep/etc/new", "/etc/target"})
  void neverLeavesTheRootThroughALink(String path) throws Exception {
    put(path, "0644", 0);
    assertThat(outside).isDirectoryNotContaining("glob:**new");
    assertThat(outside.resolve("victim")).hasContent("untouched");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../outside/new",
        "/var/../../outside/new",
        "/var/..",
        "relative/new",
        "",
        "/",
        "/var//x",
        "/var/./x",
        "/a\nb",
        "/var/lib",
        "/loop/x",
        "/usr/etc/target/x/../y"
      })
  void refusesAPathThatIsNotPlain(String path) throws Exception {
    put(path, "0644", 1);
    assertThat(outside).isDirectoryNotContaining("glob:**new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4755", "1777", "+x", "", "u=rwx", "0888"})
  void refusesAModeThatIsNotPlain(String mode) throws Exception {
    put("/etc/file", mode, 1);
    assertThat(root.resolve("usr/etc/file")).doesNotExist();
  }

  @Test
  void aSeedStepPutsEachFileWhereItBelongs() throws Exception {
    host.disk("vda", "DISK-1", 1 << 20);
    host.write("sys/block/vda/vda1/partition", "1\n");
    var text = "#cloud-config\n".getBytes(StandardCharsets.UTF_8);
    try (var server = new AgentServer()) {
      server.files.put("/agent/files/x", text);
      host.environment.put("SERVER", server.url());
      var file =
          Map.of(
              "path", "/var/lib/cloud/seed/nocloud/user-data",
              "mode", "0600",
              "url", "/agent/files/x",
              "sha256", WriteImageTest.sha256(text));
      var work =
          Map.of(
              "disk", Map.of("serial", "DISK-1", "size_bytes", 1 << 20),
              "root", Map.of("partition", 1, "filesystem", "ext4"),
              "files", List.of(file));
      var ran = host.step("seed", work);
      assertThat(ran.output()).isEqualTo("wrote /var/lib/cloud/seed/nocloud/user-data\n");
      assertThat(ran.exit()).isZero();
      assertThat(folder.resolve("run/step/root/var/lib/cloud/seed/nocloud/user-data"))
          .hasBinaryContent(text);
      assertThat(host.read("called"))
          .contains("mount -t ext4 -o nosuid,nodev,noexec")
          .contains("umount");
    }
  }

  private void put(String path, String mode, int exit) throws Exception {
    var ran =
        host.shell(
            "ROOT=$1; put_inside \"$HOST/content\" \"$2\" \"$3\"", root.toString(), path, mode);
    assertThat(ran.exit()).as(ran.output()).isEqualTo(exit);
  }
}
