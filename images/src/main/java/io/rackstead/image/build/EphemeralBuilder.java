package io.rackstead.image.build;

import com.github.luben.zstd.ZstdOutputStream;
import io.rackstead.image.Architecture;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.directory.DirectoryImageStore;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Makes the ephemeral system: Debian's kernel, and an initramfs of Debian's programs and drivers
/// around the agent. Nothing is installed and nothing needs root.
final class EphemeralBuilder {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path work;
  private final Consumer<String> say;

  /// @param work a folder for what comes and goes
  EphemeralBuilder(Path work, Consumer<String> say) {
    this.work = work;
    this.say = say;
  }

  /// How the initramfs is packed.
  ///
  /// @param zstdLevel 0: not at all
  record Packing(int zstdLevel) {
    // Measured (QEMU's emulation, CPU seconds from reset to /init; MB to fetch beside the kernel):
    //   none 8.9 s, 116 MB;  1: 9.2 s, 40 MB;  3: 9.6 s, 37 MB;  12: 11.0 s, 33 MB
    // Unpacking costs less than a second even there. Not packing costs 79 MB more on the network
    // for
    // each boot: as long on an idle gigabit, far longer for firmware that fetches slowly, or when a
    // rack boots at once.
    static final Packing DEFAULT = new Packing(3);
  }

  EphemeralSystem build(Path tree, AgentFiles agent, Packing packing, DirectoryImageStore store)
      throws IOException {
    Files.createDirectories(work);
    var initrd = Files.createTempFile(work, "initrd", ".img");
    try {
      var modules = KernelModules.in(kernelFolder(tree));
      write(contents(tree, modules, agent), packing, initrd);
      var kernel = tree.resolve("boot/vmlinuz-" + modules.version());
      var digest =
          Digests.sha256Hex(
              (Digests.sha256Hex(Files.readAllBytes(kernel))
                      + Digests.sha256Hex(Files.readAllBytes(initrd)))
                  .getBytes(StandardCharsets.UTF_8));
      var version = modules.version() + "+" + digest.substring(0, 12);
      return store.addEphemeral(Architecture.AMD64, version, kernel, initrd);
    } finally {
      Files.deleteIfExists(initrd);
    }
  }

  private RamSystem contents(Path tree, KernelModules modules, AgentFiles agent)
      throws IOException {
    var system = new RamSystem();
    var programs = new TreePrograms(tree);
    var absent =
        programs.install(
            EphemeralRecipe.programs(agent), EphemeralRecipe.LIBRARIES_OPENED_BY_NAME, system);
    if (!absent.isEmpty()) {
      throw new BuildException("the packages lack " + String.join(", ", absent));
    }
    addBusybox(programs, system);
    var selection = modules.select(agent.list("MODULES"));
    say.accept(
        "%d kernel modules of %s%s"
            .formatted(
                selection.modules().size(),
                modules.version(),
                selection.absent().isEmpty()
                    ? ""
                    : "; this kernel has none of: " + String.join(", ", selection.absent())));
    addModules(programs, modules, selection, system);
    addFirmware(tree, selection, system);
    addData(tree, system);
    agent.install(system);
    return system;
  }

  static Path kernelFolder(Path tree) throws IOException {
    for (var base : List.of("usr/lib/modules", "lib/modules")) {
      var folder = tree.resolve(base);
      if (Files.isDirectory(folder)) {
        try (var versions = Files.list(folder)) {
          return versions
              .max(java.util.Comparator.comparing(Path::toString))
              .orElseThrow(() -> new BuildException("no kernel in the packages"));
        }
      }
    }
    throw new BuildException("no kernel in the packages");
  }

  static void addBusybox(TreePrograms programs, RamSystem system) throws IOException {
    var busybox =
        programs
            .program("busybox")
            .orElseThrow(() -> new BuildException("no busybox in the packages"));
    var applets =
        Subprocess.at(PATIENCE, busybox, List.of("--list")).run(); // static: it runs anywhere
    for (var kmod : List.of("modprobe", "insmod", "rmmod", "lsmod", "modinfo", "depmod")) {
      system.link("bin/" + kmod, "kmod");
    }
    for (var applet : applets.lines().toList()) {
      if (!system.has("bin/" + applet)) {
        system.link("bin/" + applet, "busybox");
      }
    }
  }

  /// The modules, and the indexes that modprobe reads, made by depmod for just these.
  void addModules(
      TreePrograms programs,
      KernelModules modules,
      KernelModules.Selection selection,
      RamSystem system)
      throws IOException {
    var stage = Files.createTempDirectory(work, "modules");
    try {
      var base = "lib/modules/" + modules.version();
      var folder = Files.createDirectories(stage.resolve(base));
      for (var module : selection.modules().entrySet()) {
        var file = folder.resolve(module.getKey());
        Files.createDirectories(file.getParent());
        Files.write(file, module.getValue().bytes());
        system.file(base + "/" + module.getKey(), module.getValue().bytes(), 0644);
      }
      for (var list : List.of("modules.order", "modules.builtin", "modules.builtin.modinfo")) {
        Files.copy(modules.folder().resolve(list), folder.resolve(list));
      }
      var depmod =
          programs.command(PATIENCE, "depmod", List.of("-b", stage.toString(), modules.version()));
      var _ = depmod.run();
      try (var indexes = Files.newDirectoryStream(folder, "modules.*")) {
        for (var index : indexes) {
          system.file(base + "/" + index.getFileName(), Files.readAllBytes(index), 0644);
        }
      }
    } finally {
      Folders.delete(stage);
    }
  }

  private void addFirmware(Path tree, KernelModules.Selection selection, RamSystem system)
      throws IOException {
    var missing = new ArrayList<String>();
    int found = 0;
    for (var name : selection.firmware()) {
      var file = tree.resolve("lib/firmware").resolve(name);
      if (!Files.exists(file)) {
        file = tree.resolve("usr/lib/firmware").resolve(name);
      }
      if (Files.exists(file)) {
        system.file("lib/firmware/" + name, file.toRealPath(), 0644);
        found++;
      } else {
        missing.add(name);
      }
    }
    var text = String.join("\n", missing) + (missing.isEmpty() ? "" : "\n");
    system.file("etc/rackstead/missing-firmware", text.getBytes(StandardCharsets.UTF_8), 0644);
    say.accept(
        "%d firmware files, %d that drivers may ask for are not in the archive's packages"
            .formatted(found, missing.size()));
  }

  private static void addData(Path tree, RamSystem system) throws IOException {
    for (var name : EphemeralRecipe.DATA) {
      if (Files.exists(tree.resolve(name))) {
        system.file(name, tree.resolve(name).toRealPath(), 0644);
      }
    }
    var authorities = new ByteArrayOutputStream();
    try (var all = Files.walk(tree.resolve("usr/share/ca-certificates"))) {
      for (var file : all.filter(f -> f.toString().endsWith(".crt")).sorted().toList()) {
        authorities.write(Files.readAllBytes(file));
      }
    }
    system.file("etc/ssl/certs/ca-certificates.crt", authorities.toByteArray(), 0644);
    addText(system, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    addText(system, "etc/group", "root:x:0:\ntty:x:5:\ndisk:x:6:\n");
    addText(system, "etc/shells", "/bin/sh\n");
    addText(system, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    addText(system, "etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
  }

  private static void addText(RamSystem system, String name, String text) {
    system.file(name, text.getBytes(StandardCharsets.UTF_8), 0644);
  }

  static void write(RamSystem system, Packing packing, Path file) throws IOException {
    try (var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      if (packing.zstdLevel() == 0) {
        system.writeTo(out);
      } else {
        try (var zstd = new ZstdOutputStream(out, packing.zstdLevel())) {
          system.writeTo(zstd);
        }
      }
    }
  }
}
