package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.image.directory.RootFinder;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// `images …` on the command line. It works on the folder of images, so it works while the
/// appliance runs and while it does not.
public final class ImageCommand {
  public static final String USAGE =
      """
      usage: images COMMAND

        build ephemeral            make the system that servers run from memory
        build disc                 make the disc that it starts from where there is no DHCP (BIOS,
                                   UEFI, Secure Boot; CD or USB); ephemeral makes it too
        build debian-12|debian-13  make a disk image of Debian (needs root)
          --name NAME              as custom/NAME, with more in it than every server needs:
          --include PKG,PKG        these packages too
          --overlay FOLDER         and the files of this folder laid over it
        build loaders              fetch the iPXE that servers are started with and the shim and
                                   GRUB that Secure Boot lets pass, from the newest release that
                                   they were seen to work of; ephemeral fetches them too
        build test-small           make custom/test-small, a disk image of a few MiB that boots and
                                   reports like an installed system: for tests, it is none
          --mirror URL             take packages from this Debian archive, not from apt's own
          --suite NAME             of this Debian release (ephemeral, loaders, test-small): bookworm, trixie
          --non-free-firmware      firmware too, where apt's own sources do not say so already
          --compress none|LEVEL    pack the ephemeral system with zstd at LEVEL (default 3)
          --agent FOLDER           put this agent into the ephemeral system
        list                       what is there
        add NAME FILE              take a raw disk image in as custom/NAME
          --root-partition N       the root filesystem is on partition N (0: no partitions); without
                                   it the image's ext4 or xfs filesystems are looked at
          --filesystem NAME        it is an ext4 (the default) or xfs
          --reports-by WHO         cloud-init (the default), or agent: the system never reports, or
                                   ignition: --root-partition is then the one where the system looks
                                   for its configuration (Flatcar: 6, Fedora CoreOS: 3)
        remove NAME                take an image away
        verify [NAME]              read images again and compare their digests
      """;

  private final DirectoryImageStore store;
  private final Path folder;
  private final PrintStream out;

  private ImageCommand(DirectoryImageStore store, Path folder, PrintStream out) {
    this.store = store;
    this.folder = folder;
    this.out = out;
  }

  /// Carries a command out on the images in `folder`.
  ///
  /// @return the exit status: 0 done, 1 failed, 2 not understood; a failure is one line on `err`
  public static int run(
      List<String> args, Path folder, InstantSource clock, PrintStream out, PrintStream err) {
    try {
      var arguments = Arguments.parse(args);
      if (arguments.help()) {
        out.print(USAGE);
        return 0;
      }
      return new ImageCommand(new DirectoryImageStore(folder, clock), folder, out).run(arguments);
    } catch (IllegalArgumentException e) {
      err.println("images: " + e.getMessage());
      return 2;
    } catch (IOException | UncheckedIOException e) {
      err.println("images: " + oneLine(e));
      return 1;
    }
  }

  private int run(Arguments arguments) throws IOException {
    return switch (arguments.word(0, "a command: build, list, add, remove, verify")) {
      case "build" -> {
        arguments.noMoreThan(2);
        var builds = new Builds(store, folder, line -> out.println(line));
        builds.build(arguments.word(1, "what to build"), arguments);
        yield 0;
      }
      case "list" -> {
        arguments.noMoreThan(1);
        list();
        yield 0;
      }
      case "add" -> {
        arguments.noMoreThan(3);
        add(arguments);
        yield 0;
      }
      case "remove" -> {
        arguments.noMoreThan(2);
        var id = ImageId.parse(arguments.word(1, "the image's name"));
        store.remove(id, arguments.architecture());
        out.println("removed " + id);
        yield 0;
      }
      case "verify" -> {
        arguments.noMoreThan(2);
        yield verify(
            arguments.words().size() > 1 ? Optional.of(arguments.word(1, "")) : Optional.empty());
      }
      default ->
          throw new IllegalArgumentException(
              "unknown command "
                  + arguments.words().getFirst()
                  + ": build, list, add, remove, verify");
    };
  }

  private void list() {
    for (var image : store.images()) {
      out.println(line(image));
    }
    for (var arch : Architecture.values()) {
      store
          .ephemeral(arch)
          .ifPresent(system ->
              out.printf(
                  "%-24s %-6s %5d MiB to fetch  %s%n",
                  "(ephemeral system)",
                  arch.debianName(),
                  mib(system.kernelArtifact().sizeBytes() + system.initrdArtifact().sizeBytes()),
                  system.version()));
    }
  }

  static String line(Image image) {
    return "%-24s %-6s %5d MiB raw, %d MiB to fetch  sha256 %s"
        .formatted(
            image.id(),
            image.arch().debianName(),
            mib(image.raw().sizeBytes()),
            mib(image.compressed().sizeBytes()),
            image.raw().sha256());
  }

  private void add(Arguments arguments) throws IOException {
    var name = arguments.word(1, "the image's name");
    var file = Path.of(arguments.word(2, "the raw disk image's file"));
    var id = ImageId.parse(name);
    try (var raw = Files.newInputStream(file)) {
      var root = arguments.root();
      if (root.isEmpty() && arguments.reportsBy() == Image.ReportsBy.IGNITION) {
        throw new IllegalArgumentException(
            "--reports-by ignition wants --root-partition: where the system looks for its"
                + " configuration");
      }
      var image =
          store.add(
              id,
              arguments.architecture(),
              raw,
              root.isPresent() ? root.get() : found(file),
              arguments.reportsBy());
      out.println(line(image));
    } catch (java.nio.file.NoSuchFileException e) {
      throw new BuildException("there is no file " + file, e);
    }
  }

  private static Image.Root found(Path file) throws IOException {
    try (var raw = Files.newInputStream(file)) {
      return RootFinder.find(raw);
    } catch (IOException e) {
      throw new BuildException(file + ": " + e.getMessage(), e);
    }
  }

  private int verify(Optional<String> name) throws IOException {
    var images = store.images();
    if (name.isPresent()) {
      var id = ImageId.parse(name.get());
      images = images.stream().filter(image -> image.id().equals(id)).toList();
      if (images.isEmpty()) {
        throw new BuildException("there is no image " + id);
      }
    }
    int status = 0;
    for (var image : images) {
      var wrong = store.verify(image);
      out.println(image.id() + " " + wrong.map(why -> "is damaged: " + why).orElse("is whole"));
      status = wrong.isPresent() ? 1 : status;
    }
    return status;
  }

  private static long mib(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  private static String oneLine(Exception e) {
    var cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    var text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    var denied = cause instanceof java.nio.file.AccessDeniedException ? "no permission for " : "";
    return denied + text.replaceAll("\\s*\\R\\s*", " ");
  }
}
