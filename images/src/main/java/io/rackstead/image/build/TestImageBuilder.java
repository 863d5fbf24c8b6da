package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.DirectoryImageStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes `custom/test-small`: a kernel and a little RAM system that behave, from outside, like an
/// installed system with cloud-init, in a disk image of 48 MiB. It is for tests of the way to a
/// deployed machine, which need not wait minutes for a distribution to boot.
final class TestImageBuilder {
  static final ImageId ID = ImageId.parse("custom/test-small");
  private static final List<String> PROGRAMS =
      List.of("busybox", "kmod", "dropbear", "dropbearkey", "ip");
  private static final List<String> MODULES =
      List.of(
          "af_packet",
          "crc32c_generic",
          "crc32c_intel",
          "virtio_pci",
          "virtio_net",
          "virtio_blk",
          "virtio_scsi",
          "virtio_rng",
          "nvme",
          "ahci",
          "ata_piix",
          "sd_mod",
          "ext4",
          "e1000",
          "e1000e");

  private final Path work;
  private final Consumer<String> say;

  TestImageBuilder(Path work, Consumer<String> say) {
    this.work = work;
    this.say = say;
  }

  /// @param tree the packages of the ephemeral system
  /// @param tools those of {@link DiskImageBuilder}
  Image build(Path tree, Path tools, DirectoryImageStore store) throws IOException {
    Files.createDirectories(work);
    var folder = Files.createTempDirectory(work, "test-small");
    try {
      var root = Files.createDirectories(folder.resolve("root"));
      var modules = KernelModules.in(EphemeralBuilder.kernelFolder(tree));
      var initrd = root.resolve("initrd.img");
      EphemeralBuilder.write(contents(tree, modules), EphemeralBuilder.Packing.DEFAULT, initrd);
      Files.copy(tree.resolve("boot/vmlinuz-" + modules.version()), root.resolve("vmlinuz"));
      var filesystem = DiskLayout.nameBased(ID + Digests.sha256Hex(Files.readAllBytes(initrd)));
      Files.createDirectories(root.resolve("etc/cloud/cloud.cfg.d"));
      Files.createDirectories(root.resolve("var/lib/cloud/seed"));
      Files.createDirectories(root.resolve("boot/grub"));
      Files.writeString(
          root.resolve("boot/grub/grub.cfg"),
          """
          set timeout=0
          serial --unit=0 --speed=115200
          terminal_output serial console
          linux /vmlinuz rackstead.root=%s console=tty0 console=ttyS0,115200 quiet
          initrd /initrd.img
          boot
          """
              .formatted(filesystem));
      var disk = folder.resolve("disk.raw");
      new DiskImageBuilder(tools, work).build(root, new DiskLayout(12, 33, filesystem), disk);
      say.accept("test-small: " + (Files.size(disk) >> 20) + " MiB; for tests, not for servers");
      try (var raw = Files.newInputStream(disk)) {
        var where = new Image.Root(Optional.of(DiskLayout.ROOT_PARTITION), "ext4");
        return store.add(ID, Architecture.AMD64, raw, where, Image.ReportsBy.CLOUD_INIT);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private RamSystem contents(Path tree, KernelModules modules) throws IOException {
    var system = new RamSystem();
    var programs = new TreePrograms(tree);
    var absent = programs.install(PROGRAMS, List.of(), system);
    if (!absent.isEmpty()) {
      throw new BuildException("the packages lack " + String.join(", ", absent));
    }
    var builder = new EphemeralBuilder(work, say);
    EphemeralBuilder.addBusybox(programs, system);
    builder.addModules(programs, modules, modules.select(MODULES), system);
    // both names that people try get in: there is one user
    addText(
        system, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndebian:x:0:0:root:/root:/bin/sh\n");
    addText(system, "etc/group", "root:x:0:\n");
    addText(system, "etc/shells", "/bin/sh\n");
    system.file("init", resource("init"), 0755);
    system.file("lib/test-system/lease", resource("lease"), 0755);
    return system;
  }

  private static void addText(RamSystem system, String name, String text) {
    system.file(name, text.getBytes(StandardCharsets.UTF_8), 0644);
  }

  private static byte[] resource(String name) throws IOException {
    return Resources.read("/test-system/" + name);
  }
}
