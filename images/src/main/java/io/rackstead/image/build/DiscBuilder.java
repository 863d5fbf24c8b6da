package io.rackstead.image.build;

import io.rackstead.image.EphemeralSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Makes the disc that the ephemeral system starts from without a network boot: ISO 9660 with El
/// Torito for BIOS and UEFI, and with MBR and GPT, so that it starts from a USB stick as well.
/// Secure Boot's chain is Debian's own: shim, signed GRUB, signed kernel.
///
/// One file on it, `/boot/grub/slot.cfg`, has a fixed size and is empty but for blanks: whoever
/// hands the disc out puts a machine's settings there, in place.
final class DiscBuilder {
  static final List<String> PACKAGES =
      List.of(
          "grub-common",
          "grub-efi-amd64-signed",
          "grub-pc-bin",
          "mtools",
          "shim-signed",
          "xorriso");

  /// Two sectors of a disc: some forty words of a kernel line.
  static final int SLOT_BYTES = 4096;

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int ESP_MIB = 8;

  // what the BIOS's GRUB needs before it can read the disc for more
  private static final List<String> CORE_MODULES =
      List.of(
          "biosdisk",
          "iso9660",
          "part_gpt",
          "part_msdos",
          "normal",
          "configfile",
          "linux",
          "search",
          "search_fs_file",
          "serial",
          "terminal",
          "echo",
          "sleep",
          "test",
          "boot");

  private final Path tree;
  private final TreePrograms programs;
  private final Path work;

  /// @param tree the unpacked {@link #PACKAGES}
  /// @param work a folder for what comes and goes
  DiscBuilder(Path tree, Path work) throws IOException {
    this.tree = tree;
    this.programs = new TreePrograms(tree);
    this.work = work;
  }

  void build(EphemeralSystem system, Path disc) throws IOException {
    Files.createDirectories(work);
    var folder = Files.createTempDirectory(work, "disc");
    try {
      var root = folder.resolve("root");
      var mark = "/boot/rackstead-" + system.version();
      var grub = Files.createDirectories(root.resolve("boot/grub"));
      Files.createLink(root.resolve("boot/vmlinuz"), linkable(system.kernel(), folder));
      Files.createLink(root.resolve("boot/initrd.img"), linkable(system.initrd(), folder));
      Files.writeString(root.resolve(mark.substring(1)), system.version() + "\n");
      Files.writeString(grub.resolve("slot.cfg"), "\n".repeat(SLOT_BYTES));
      Files.write(grub.resolve("grub.cfg"), Resources.read("/disc/grub.cfg"));
      // the signed GRUB for discs looks for this where its own folder does not tell it enough
      Files.createDirectories(root.resolve(".disk"));
      Files.writeString(root.resolve(".disk/info"), "Rackstead " + system.version() + "\n");
      makeBios(grub);
      var esp = folder.resolve("esp.img");
      makeEsp(esp, folder, mark);
      master(root, esp, disc);
    } finally {
      Folders.delete(folder);
    }
  }

  /// A link, not a copy, where the store lies on the same filesystem.
  private static Path linkable(Path file, Path folder) throws IOException {
    try {
      return Files.createLink(folder.resolve("link-" + file.getFileName()), file);
    } catch (IOException | UnsupportedOperationException _) {
      return Files.copy(file, folder.resolve("copy-" + file.getFileName()));
    }
  }

  private void makeBios(Path grub) throws IOException {
    var modules = tree.resolve("usr/lib/grub/i386-pc");
    var core = grub.resolve("core.img");
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("-d", modules.toString(), "-O", "i386-pc", "-o", core.toString()));
    arguments.addAll(List.of("-p", "/boot/grub"));
    arguments.addAll(CORE_MODULES);
    run("grub-mkimage", arguments);
    var start = Files.readAllBytes(modules.resolve("cdboot.img"));
    var rest = Files.readAllBytes(core);
    var whole = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, whole, start.length, rest.length);
    Files.write(grub.resolve("eltorito.img"), whole);
    Files.delete(core);
  }

  private void makeEsp(Path esp, Path folder, String mark) throws IOException {
    var image = esp.toString();
    run(
        "mformat",
        List.of(
            "-i",
            image,
            "-C",
            "-v",
            "RACKSTEAD",
            "-N",
            "52414353",
            "-h",
            "16",
            "-s",
            "32",
            "-T",
            Integer.toString(ESP_MIB * 2048),
            "::"));
    run("mmd", List.of("-i", image, "::/EFI", "::/EFI/BOOT", "::/EFI/debian", "::/boot"));
    run("mmd", List.of("-i", image, "::/boot/grub"));
    copy(image, tree.resolve("usr/lib/shim/shimx64.efi.signed"), "/EFI/BOOT/BOOTX64.EFI");
    copy(
        image,
        tree.resolve("usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed"),
        "/EFI/BOOT/grubx64.efi");
    // from a stick GRUB's own folder is in this filesystem, and the rest on the disc around it
    var stub = folder.resolve("stub.cfg");
    Files.writeString(
        stub,
        """
        search --no-floppy --file --set=root %s
        set prefix=($root)/boot/grub
        configfile ($root)/boot/grub/grub.cfg
        """
            .formatted(mark));
    copy(image, stub, "/boot/grub/grub.cfg");
    copy(image, stub, "/EFI/debian/grub.cfg");
  }

  private void copy(String esp, Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      throw new BuildException("the packages lack " + tree.relativize(file));
    }
    run("mcopy", List.of("-i", esp, file.toString(), "::" + name));
  }

  private void master(Path root, Path esp, Path disc) throws IOException {
    Files.deleteIfExists(disc);
    var hybrid = tree.resolve("usr/lib/grub/i386-pc/boot_hybrid.img").toString();
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("-as", "mkisofs", "-quiet", "-o", disc.toString()));
    arguments.addAll(List.of("-V", "RACKSTEAD", "-R", "--modification-date=2020010100000000"));
    arguments.addAll(List.of("-b", "boot/grub/eltorito.img", "-no-emul-boot"));
    arguments.addAll(List.of("-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info"));
    arguments.addAll(List.of("--grub2-mbr", hybrid));
    arguments.addAll(List.of("-append_partition", "2", "0xef", esp.toString()));
    arguments.addAll(List.of("-appended_part_as_gpt", "-eltorito-alt-boot", "-e"));
    arguments.addAll(List.of("--interval:appended_partition_2:all::", "-no-emul-boot"));
    arguments.add(root.toString());
    run("xorriso", arguments);
  }

  private void run(String program, List<String> arguments) throws IOException {
    var command = programs.command(PATIENCE, program, arguments);
    var environment = new java.util.HashMap<>(command.environment());
    environment.putAll(
        Map.of(
            "MTOOLS_SKIP_CHECK", "1", "MTOOLSRC", "/dev/null", "SOURCE_DATE_EPOCH", "1577836800"));
    var _ = command.with(Map.copyOf(environment)).run();
  }
}
