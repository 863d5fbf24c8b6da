package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.rackstead.image.Architecture;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.directory.DirectoryImageStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds with the packages of a real archive.
@Tag("slow")
class EphemeralBuilderTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path folder;

  @Test
  void twoBuildsFromOneArchiveGiveTheSameBytes() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/mmdebstrap")), "needs mmdebstrap");
    var first = build("one");
    var second = build("two");
    assertThat(second.version()).isEqualTo(first.version());
    assertThat(second.initrdArtifact()).isEqualTo(first.initrdArtifact());

    assertThat(names(first.initrd()))
        .contains("init", "bin/curl", "bin/jq", "bin/zstd", "etc/rackstead/missing-firmware")
        .anyMatch(name -> name.endsWith("/modules.dep"))
        .anyMatch(name -> name.endsWith("/mlx5_core.ko"))
        .anyMatch(name -> name.endsWith("/megaraid_sas.ko"))
        .anyMatch(name -> name.endsWith("/ixgbe.ko"));
  }

  private EphemeralSystem build(String name) throws Exception {
    var err = new ByteArrayOutputStream();
    var to = new PrintStream(err, true, StandardCharsets.UTF_8);
    var images = folder.resolve(name);
    int status = ImageCommand.run(List.of("build", "ephemeral"), images, CLOCK, to, to);
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return new DirectoryImageStore(images, CLOCK).ephemeral(Architecture.AMD64).orElseThrow();
  }

  private static List<String> names(Path initrd) throws Exception {
    var names = new ArrayList<String>();
    try (var in = new CpioArchiveInputStream(new ZstdInputStream(Files.newInputStream(initrd)))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }
}
