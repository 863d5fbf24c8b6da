package io.rackstead.image.build;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Makes a raw disk from a folder that holds the root filesystem: GPT, bootable by BIOS, by UEFI
/// and by UEFI Secure Boot (Debian's signed shim and GRUB). All with programs and boot loaders out
/// of Debian packages of the image's own release: no loop device, no mount, nothing of the host.
final class DiskImageBuilder {
  static final List<String> PACKAGES =
      List.of(
          "e2fsprogs",
          "fdisk",
          "grub-common",
          "grub-efi-amd64-signed",
          "grub-pc-bin",
          "mtools",
          "shim-signed");
  private static final Duration PATIENCE = Duration.ofMinutes(20);
  private static final List<String> CORE_MODULES =
      List.of(
          "biosdisk",
          "part_gpt",
          "ext2",
          "search",
          "search_fs_uuid",
          "search_label",
          "configfile",
          "normal",
          "linux",
          "serial",
          "terminal",
          "echo",
          "test",
          "boot",
          "gzio",
          "minicmd");

  private final Path tree;
  private final TreePrograms programs;
  private final Path work;

  /// @param tree the unpacked {@link #PACKAGES}
  /// @param work a folder for what comes and goes
  DiskImageBuilder(Path tree, Path work) throws IOException {
    this.tree = tree;
    this.programs = new TreePrograms(tree);
    this.work = work;
  }

  /// @param root the folder that becomes the root filesystem; it has its `boot/grub/grub.cfg`
  void build(Path root, DiskLayout layout, Path disk) throws IOException {
    Files.deleteIfExists(disk);
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(layout.bytes());
    }
    run("sfdisk", List.of("-q", "--no-reread", disk.toString()), layout.sfdisk());
    makeRoot(root, layout, disk);
    makeEsp(layout, disk);
    makeBios(disk);
  }

  private void makeRoot(Path root, DiskLayout layout, Path disk) throws IOException {
    var filesystem = layout.filesystem().toString();
    var options =
        "lazy_itable_init=1,nodiscard,hash_seed=%s,offset=%d"
            .formatted(filesystem, layout.rootStart() * 512);
    var command =
        programs.command(
            PATIENCE,
            "mkfs.ext4",
            // -F: it is a file; -m: root's reserve on a disk of terabytes need not be a twentieth
            List.of(
                "-q",
                "-F",
                "-L",
                "root",
                "-U",
                filesystem,
                "-m",
                "1",
                "-E",
                options,
                "-d",
                root.toString(),
                disk.toString(),
                layout.rootSectors() / 2 + "k"));
    var environment = new java.util.HashMap<>(command.environment());
    environment.put("E2FSPROGS_FAKE_TIME", "1577836800");
    var _ = command.with(Map.copyOf(environment)).run();
  }

  private void makeEsp(DiskLayout layout, Path disk) throws IOException {
    // mtools finds the filesystem at this byte of the disk
    var esp = disk + "@@" + DiskLayout.ESP_START * 512;
    var sectors = Long.toString(layout.espSectors());
    var format = new ArrayList<String>();
    format.addAll(List.of("-i", esp, "-v", "ESP", "-N", "52414353", "-h", "64", "-s", "32"));
    if (layout.espMib() >= 64) {
      format.add("-F"); // FAT32, with clusters small enough for it to be one
      format.addAll(List.of("-c", "1"));
    }
    format.addAll(List.of("-H", Long.toString(DiskLayout.ESP_START), "-T", sectors, "::"));
    run("mformat", format, "");
    dropPartitionEntry(disk);
    run("mmd", List.of("-i", esp, "::/EFI", "::/EFI/BOOT", "::/EFI/debian"), "");
    copy(esp, tree.resolve("usr/lib/shim/shimx64.efi.signed"), "BOOT/BOOTX64.EFI");
    copy(esp, tree.resolve("usr/lib/shim/mmx64.efi.signed"), "BOOT/mmx64.efi");
    copy(
        esp, tree.resolve("usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"), "BOOT/grubx64.efi");
    var config = Files.createTempFile(work, "esp", ".cfg");
    try {
      Files.writeString(
          config,
          """
          search --no-floppy --fs-uuid --hint hd0,gpt1 --set=root %s
          set prefix=($root)/boot/grub
          configfile ($root)/boot/grub/grub.cfg
          """
              .formatted(layout.filesystem()));
      // where the signed GRUB looks: its name for its folder cannot be changed
      copy(esp, config, "debian/grub.cfg");
    } finally {
      Files.deleteIfExists(config);
    }
  }

  /// mformat also writes a partition entry into the filesystem's first sector, as if that were a
  /// disk; blkid then sees both and mounts neither.
  private static void dropPartitionEntry(Path disk) throws IOException {
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(DiskLayout.ESP_START * 512 + 446);
      file.write(new byte[64]);
    }
  }

  private void copy(String esp, Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      throw new BuildException("the packages lack " + tree.relativize(file));
    }
    run("mcopy", List.of("-i", esp, file.toString(), "::/EFI/" + name), "");
  }

  private void makeBios(Path disk) throws IOException {
    var grub = tree.resolve("usr/lib/grub/i386-pc");
    var core = Files.createTempFile(work, "core", ".img");
    try {
      var arguments = new ArrayList<String>();
      // a prefix without a disk: the one that was booted from
      arguments.addAll(List.of("-d", grub.toString(), "-O", "i386-pc", "-o", core.toString()));
      arguments.addAll(List.of("-p", "(,gpt1)/boot/grub"));
      arguments.addAll(CORE_MODULES);
      run("grub-mkimage", arguments, "");
      BiosLoader.install(
          disk,
          Arrays.copyOf(Files.readAllBytes(grub.resolve("boot.img")), 512),
          Files.readAllBytes(core),
          DiskLayout.BIOS_START);
    } finally {
      Files.deleteIfExists(core);
    }
  }

  private void run(String program, List<String> arguments, String input) throws IOException {
    var command = programs.command(PATIENCE, program, arguments);
    // mtools: the geometry is nobody's business, and the configuration of the host neither
    var environment = new java.util.HashMap<>(command.environment());
    environment.putAll(Map.of("MTOOLS_SKIP_CHECK", "1", "MTOOLSRC", "/dev/null"));
    var _ = command.with(Map.copyOf(environment)).feed(input).run();
  }
}
