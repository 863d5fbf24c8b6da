package io.rackstead.image.build;

import io.rackstead.image.directory.DirectoryImageStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What can be built, by name.
final class Builds {
  private final DirectoryImageStore store;
  private final Path cache;
  private final Consumer<String> say;

  Builds(DirectoryImageStore store, Path folder, Consumer<String> say) {
    this.store = store;
    this.cache = folder.toAbsolutePath().resolve("cache");
    this.say = say;
  }

  void build(String what, Arguments arguments) throws IOException {
    Files.createDirectories(cache);
    try (var channel =
            FileChannel.open(
                cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      if (lock == null) {
        throw new BuildException("another build works in " + cache + ": wait for its end");
      }
      switch (what) {
        case "ephemeral" -> ephemeral(arguments);
        default ->
            throw new IllegalArgumentException(
                "cannot build " + what + ": ephemeral, debian-12, debian-13, test-small");
      }
    }
  }

  private void ephemeral(Arguments arguments) throws IOException {
    var packing = arguments.packing();
    var archive = archive(arguments);
    var agent =
        arguments.agent().isPresent()
            ? AgentFiles.in(arguments.agent().get())
            : AgentFiles.ofThisBuild();
    var suite = arguments.option("--suite").orElse(archive.suite());
    var packages = new ArrayList<>(EphemeralRecipe.packages(agent));
    if (archive.nonFreeFirmware()) {
      packages.addAll(EphemeralRecipe.firmware(suite));
    }
    var tree =
        new PackageTrees(cache, archive, say).unpacked("ephemeral", suite, List.copyOf(packages));
    var system =
        new EphemeralBuilder(cache.resolve("work"), say).build(tree, agent, packing, store);
    say.accept(
        "ephemeral system %s: kernel %d MiB, initramfs %d MiB"
            .formatted(
                system.version(),
                system.kernelArtifact().sizeBytes() >> 20,
                system.initrdArtifact().sizeBytes() >> 20));
  }

  private static Archive archive(Arguments arguments) throws IOException {
    var archive = Archive.ofThisHost();
    if (arguments.option("--mirror").isPresent()) {
      archive = archive.withMirror(arguments.option("--mirror").get());
    }
    return arguments.flag("--non-free-firmware") ? archive.withNonFreeFirmware() : archive;
  }
}
