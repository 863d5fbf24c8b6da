package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A written image's root partition gets the size that was asked for, and nothing else changes.
class RootSizeTest {
  private static final long MIB = 1 << 20;
  @TempDir Path folder = Path.of("");
  private AgentHost host;
  private Path disk;

  @BeforeEach
  void aDiskWithAnImageOnIt() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    disk = host.disk("vda", "DISK-1", 256 * MIB);
    host.write("sys/block/vda/vda2/partition", "2\n");
    var table =
        """
        label: gpt
        label-id: 11111111-2222-3333-4444-555555555555
        size=16MiB, type=U, uuid=AAAAAAAA-2222-3333-4444-555555555555
        size=64MiB, type=L, uuid=BBBBBBBB-2222-3333-4444-555555555555, name=root
        """;
    host.write("table", table);
    var made = host.shell("sfdisk -q \"$1\" <\"$HOST/table\"", disk.toString());
    assertThat(made.exit()).as(made.output()).isZero();
  }

  private AgentHost.Ran seed(Object bytes) throws Exception {
    var root = new HashMap<String, Object>(Map.of("partition", 2, "filesystem", "ext4"));
    root.put("bytes", bytes);
    return host.step(
        "seed",
        Map.of(
            "disk",
            Map.of("serial", "DISK-1", "size_bytes", 256 * MIB),
            "root",
            root,
            "files",
            List.of()));
  }

  private String table() throws Exception {
    return host.shell("sfdisk -d \"$1\"", disk.toString()).output();
  }

  @Test
  void theRootGrowsToWhatWasAskedAndTheRestOfTheTableStays() throws Exception {
    var before = table();
    var ran = seed(128 * MIB);
    assertThat(ran.exit()).as(ran.output()).isZero();
    assertThat(host.facts().path("root_bytes").asLong()).isEqualTo(128 * MIB);
    assertThat(table())
        .isEqualTo(before.replaceFirst("size= *131072", "size=      " + 128 * MIB / 512));
    assertThat(seed(128 * MIB).exit()).as("it can be repeated").isZero();
  }

  @Test
  void moreThanTheDiskHasAndWhatIsNoSizeEndTheStep() throws Exception {
    var before = table();
    for (var bytes : List.<Object>of(512 * MIB, "1G", "$(id)")) {
      assertThat(seed(bytes).exit()).as("%s", bytes).isNotZero();
    }
    assertThat(table()).isEqualTo(before);
  }
}
