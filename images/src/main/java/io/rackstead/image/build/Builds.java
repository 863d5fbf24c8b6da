package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import io.rackstead.image.directory.DirectoryImageStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// What can be built, by name.
final class Builds {
  // in this process; a lock on a file keeps other processes out
  private static final ReentrantLock BUILDING = new ReentrantLock();

  /// The newest whose iPXE was seen to work with each firmware of the lab.
  private static final String LOADERS_SUITE = "trixie";

  private final DirectoryImageStore store;
  private final Path folder;
  private final Path cache;
  private final Consumer<String> say;

  Builds(DirectoryImageStore store, Path folder, Consumer<String> say) {
    this.store = store;
    this.folder = folder;
    this.cache = folder.toAbsolutePath().resolve("cache");
    this.say = say;
  }

  void build(String what, Arguments arguments) throws IOException {
    if (!BUILDING.tryLock()) {
      throw new BuildException("another build is at work: wait for its end");
    }
    try {
      buildAlone(what, arguments);
    } finally {
      BUILDING.unlock();
    }
  }

  private void buildAlone(String what, Arguments arguments) throws IOException {
    Files.createDirectories(cache);
    try (var channel =
            FileChannel.open(
                cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      if (lock == null) {
        throw new BuildException("another build works in " + cache + ": wait for its end");
      }
      switch (what) {
        case "ephemeral" -> {
          loadersToo(arguments);
          ephemeral(arguments);
          discToo(arguments);
        }
        case "disc" -> disc(arguments);
        case "loaders" -> loaders(arguments, suiteOr(arguments, LOADERS_SUITE));
        case "debian-12", "debian-13" -> debian(DebianRecipe.of(what, arguments), arguments);
        case "test-small" -> testSmall(arguments);
        default ->
            throw new IllegalArgumentException(
                "cannot build "
                    + what
                    + ": ephemeral, disc, loaders, debian-12, debian-13, test-small");
      }
    }
  }

  /// Nothing boots into the ephemeral system without them, but an older iPXE of this host does too.
  private void loadersToo(Arguments arguments) throws IOException {
    try {
      loaders(arguments, LOADERS_SUITE);
    } catch (BuildException e) {
      say.accept("the iPXE of this host is used: " + e.getMessage());
    }
  }

  private void loaders(Arguments arguments, String suite) throws IOException {
    var trees = trees(archive(arguments));
    var ipxe = trees.unpacked("loaders", suite, List.of("ipxe"));
    var loaders = Files.createDirectories(folder.resolve("loaders"));
    try (var files = Files.newDirectoryStream(ipxe.resolve("usr/lib/ipxe"), "*.{efi,kpxe}")) {
      for (var file : files) {
        place(file, loaders.resolve(file.getFileName()));
      }
    }
    for (var processor : Architecture.values()) {
      signedLoaders(trees, suite, processor, loaders);
    }
    say.accept(
        "loaders: iPXE of %s and what Secure Boot lets pass in %s, used from the next start on"
            .formatted(suite, loaders));
  }

  /// The names are those by which shim asks for what it starts.
  private static void signedLoaders(
      PackageTrees trees, String suite, Architecture processor, Path loaders) throws IOException {
    var suffix =
        switch (processor) {
          case AMD64 -> "x64";
          case ARM64 -> "aa64";
        };
    var grub = "grub-efi-" + processor.debianName() + "-signed";
    var tree =
        trees.unpacked(
            "signed-loaders-" + processor.debianName(),
            suite,
            List.of("shim-signed", grub),
            processor);
    for (var name : List.of("shim", "mm")) {
      var file = name + suffix + ".efi";
      place(tree.resolve("usr/lib/shim").resolve(file + ".signed"), loaders.resolve(file));
    }
    var folder =
        switch (processor) {
          case AMD64 -> "x86_64-efi-signed";
          case ARM64 -> "arm64-efi-signed";
        };
    place(
        tree.resolve("usr/lib/grub").resolve(folder).resolve("grubnet" + suffix + ".efi.signed"),
        loaders.resolve("grub" + suffix + ".efi"));
  }

  private static void place(Path from, Path to) throws IOException {
    var half = to.resolveSibling(to.getFileName() + ".part");
    Files.copy(from, half, StandardCopyOption.REPLACE_EXISTING);
    Files.move(half, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private void ephemeral(Arguments arguments) throws IOException {
    var packing = arguments.packing();
    var archive = archive(arguments);
    var agent = agent(arguments);
    var system =
        new EphemeralBuilder(cache.resolve("work"), say)
            .build(packages(arguments, archive, agent), agent, packing, store);
    say.accept(
        "ephemeral system %s: kernel %d MiB, initramfs %d MiB"
            .formatted(
                system.version(),
                system.kernelArtifact().sizeBytes() >> 20,
                system.initrdArtifact().sizeBytes() >> 20));
  }

  /// Servers that start from the network need none.
  private void discToo(Arguments arguments) throws IOException {
    try {
      disc(arguments);
    } catch (BuildException e) {
      say.accept("no disc for servers without DHCP (images build disc): " + e.getMessage());
    }
  }

  private void disc(Arguments arguments) throws IOException {
    var system =
        store
            .ephemeral(Architecture.AMD64)
            .orElseThrow(() ->
                new BuildException("there is no ephemeral system yet: images build ephemeral"));
    var archive = archive(arguments);
    var tree = trees(archive).unpacked("disc", suite(arguments, archive), DiscBuilder.PACKAGES);
    var work = Files.createDirectories(cache.resolve("work"));
    var iso = Files.createTempFile(work, "disc", ".iso");
    try {
      new DiscBuilder(tree, work).build(system, iso);
      var _ = store.addDisc(system, iso);
      say.accept(
          "disc of the ephemeral system %s: %d MiB"
              .formatted(system.version(), Files.size(iso) >> 20));
    } finally {
      Files.deleteIfExists(iso);
    }
  }

  private void testSmall(Arguments arguments) throws IOException {
    var archive = archive(arguments);
    var tree = packages(arguments, archive, agent(arguments));
    var tools = tools(archive, suite(arguments, archive));
    var image = new TestImageBuilder(cache.resolve("work"), say).build(tree, tools, store);
    say.accept(ImageCommand.line(image));
  }

  private void debian(DebianRecipe recipe, Arguments arguments) throws IOException {
    var archive = archive(arguments);
    var id = recipe.id();
    var inputs = trees(archive).inputs(recipe.suite(), recipe.packages(archive), recipe.more());
    var note = cache.resolve(id.osystem() + "-" + id.series() + ".built");
    var there = store.image(id, Architecture.AMD64);
    if (there.isPresent()
        && Files.exists(note)
        && Files.readString(note).equals(inputs + " " + there.get().raw().sha256())) {
      say.accept(id + " is as the archive is: nothing to build");
    } else {
      DebianImageBuilder.needRoot(id);
      var tools = tools(archive, recipe.suite());
      var image =
          new DebianImageBuilder(archive, cache.resolve("work"), say)
              .build(recipe, tools, inputs, store);
      Files.writeString(note, inputs + " " + image.raw().sha256());
      there = Optional.of(image);
    }
    say.accept(ImageCommand.line(there.get()));
  }

  private Path packages(Arguments arguments, Archive archive, AgentFiles agent) throws IOException {
    var suite = suite(arguments, archive);
    var packages = new ArrayList<>(EphemeralRecipe.packages(agent));
    if (archive.nonFreeFirmware()) {
      packages.addAll(EphemeralRecipe.firmware(suite));
    }
    return trees(archive).unpacked("ephemeral", suite, List.copyOf(packages));
  }

  private Path tools(Archive archive, String suite) throws IOException {
    return trees(archive).unpacked("disk", suite, DiskImageBuilder.PACKAGES);
  }

  private PackageTrees trees(Archive archive) {
    return new PackageTrees(cache, archive, say);
  }

  private static String suite(Arguments arguments, Archive archive) {
    return suiteOr(arguments, archive.suite());
  }

  private static String suiteOr(Arguments arguments, String otherwise) {
    return arguments.option("--suite").orElse(otherwise);
  }

  private static AgentFiles agent(Arguments arguments) throws IOException {
    var folder = arguments.agent();
    return folder.isPresent() ? AgentFiles.in(folder.get()) : AgentFiles.ofThisBuild();
  }

  private static Archive archive(Arguments arguments) throws IOException {
    var archive = Archive.ofThisHost();
    if (arguments.option("--mirror").isPresent()) {
      archive = archive.withMirror(arguments.option("--mirror").get());
    }
    return arguments.flag("--non-free-firmware") ? archive.withNonFreeFirmware() : archive;
  }
}
