package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.DirectoryImageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes a disk image of Debian from its packages: cloud-init, OpenSSH, systemd-networkd, the
/// kernel with an initramfs for any hardware, both consoles; boots by BIOS, UEFI and UEFI Secure
/// Boot.
final class DebianImageBuilder {
  private static final Duration PATIENCE = Duration.ofMinutes(60);
  private static final int ESP_MIB = 100;

  static final List<String> PACKAGES =
      List.of(
          // the kernel and what starts it
          "linux-image-amd64",
          "initramfs-tools",
          "grub2-common",
          "grub-pc-bin",
          "grub-efi-amd64-bin",
          "grub-efi-amd64-signed",
          "shim-signed",
          "efibootmgr",
          // the system
          "systemd-sysv",
          "systemd-resolved",
          "systemd-timesyncd",
          "udev",
          "dbus",
          "login",
          "kmod",
          "iproute2",
          "iputils-ping",
          "netbase",
          "ca-certificates",
          "curl",
          "sudo",
          "less",
          "vim-tiny",
          "tzdata",
          "zstd",
          "debian-archive-keyring",
          // first boot
          "cloud-init",
          // without it cloud-init makes neither bond nor bridge nor VLAN: its systemd-networkd
          // renderer writes no .netdev
          "netplan.io",
          "cloud-guest-utils",
          "e2fsprogs",
          "dosfstools",
          "fdisk",
          "gdisk",
          "openssh-server");

  // By dpkg, so that updates keep them out as well. A server needs no sound, television or wireless
  // driver; the rest is documentation.
  private static final List<String> LEFT_OUT =
      List.of(
          "path-exclude=/usr/share/doc/*",
          "path-include=/usr/share/doc/*/copyright",
          "path-exclude=/usr/share/man/*",
          "path-exclude=/usr/share/info/*",
          "path-exclude=/usr/share/locale/*",
          "path-exclude=*/lib/modules/*/kernel/sound/*",
          "path-exclude=*/lib/modules/*/kernel/drivers/media/*",
          "path-exclude=*/lib/modules/*/kernel/drivers/staging/*",
          "path-exclude=*/lib/modules/*/kernel/drivers/net/wireless/*",
          "path-exclude=*/lib/modules/*/kernel/drivers/bluetooth/*",
          "path-exclude=*/lib/modules/*/kernel/net/wireless/*",
          "path-exclude=*/lib/modules/*/kernel/net/mac80211/*");

  private final Archive archive;
  private final Path work;
  private final Consumer<String> say;

  DebianImageBuilder(Archive archive, Path work, Consumer<String> say) {
    this.archive = archive;
    this.work = work;
    this.say = say;
  }

  static List<String> packages(Archive archive, String suite) {
    var all = new ArrayList<>(PACKAGES);
    if (archive.nonFreeFirmware()) {
      all.addAll(EphemeralRecipe.firmware(suite));
      all.addAll(List.of("intel-microcode", "amd64-microcode"));
    }
    return List.copyOf(all);
  }

  static byte[] customizing() throws IOException {
    return Resources.read("/debian/customize.sh");
  }

  static void needRoot(ImageId id) throws BuildException {
    if (!PackageTrees.isRoot()) {
      throw new BuildException(
          "installing " + id + " into a folder needs root, for its packages' own scripts: sudo");
    }
  }

  /// @param tools the unpacked packages of {@link DiskImageBuilder}, of the same release
  /// @param inputs a digest of all that goes in; identifiers on the disk follow from it
  Image build(DebianRecipe recipe, Path tools, String inputs, DirectoryImageStore store)
      throws IOException {
    var id = recipe.id();
    Files.createDirectories(work);
    var folder = Files.createTempDirectory(work, id.series());
    try {
      var filesystem = DiskLayout.nameBased(id + inputs);
      var root = install(recipe, folder.resolve("root"));
      var script = Files.write(folder.resolve("customize.sh"), customizing());
      var _ =
          Subprocess.of(
                  Duration.ofMinutes(10),
                  "sh",
                  List.of(script.toString(), root.toString(), filesystem.toString()))
              .run();
      int rootMib = roomy(mibOf(root));
      var disk = folder.resolve("disk.raw");
      say.accept(id + ": a disk of " + rootMib + " MiB and its boot loaders");
      new DiskImageBuilder(tools, work)
          .build(root, new DiskLayout(ESP_MIB, rootMib, filesystem), disk);
      Folders.delete(root);
      say.accept(id + ": compressing");
      try (var raw = Files.newInputStream(disk)) {
        var where = new Image.Root(Optional.of(DiskLayout.ROOT_PARTITION), "ext4");
        return store.add(id, Architecture.AMD64, raw, where, Image.ReportsBy.CLOUD_INIT);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private Path install(DebianRecipe recipe, Path root) throws IOException {
    var suite = recipe.suite();
    var packages = recipe.packages(archive);
    say.accept(suite + ": installing " + packages.size() + " packages and what they need");
    var arguments = new ArrayList<String>();
    arguments.add("--variant=minbase");
    arguments.add("--mode=root");
    arguments.add("--format=directory");
    arguments.add("--aptopt=APT::Install-Recommends \"false\"");
    LEFT_OUT.forEach(option -> arguments.add("--dpkgopt=" + option));
    arguments.add("--include=" + String.join(",", packages));
    arguments.add(suite);
    arguments.add(root.toString());
    arguments.addAll(archive.sources(suite));
    var _ = Subprocess.of(PATIENCE, "mmdebstrap", arguments).run();
    if (recipe.overlay().isPresent()) {
      lay(recipe.overlay().get(), root);
    }
    return root;
  }

  /// Through a link that the tree has, as Debian's `lib` -> `usr/lib`; what is laid there is
  /// root's, whoever keeps the folder.
  private void lay(Path overlay, Path root) throws IOException {
    say.accept("laying " + overlay + " over it");
    var packed = root.resolveSibling("overlay.tar").toString();
    tar("--owner=0", "--group=0", "-cf", packed, "-C", overlay.toAbsolutePath().toString(), ".");
    tar("--keep-directory-symlink", "--no-overwrite-dir", "-xpf", packed, "-C", root.toString());
    Files.delete(Path.of(packed));
  }

  private static void tar(String... arguments) throws IOException {
    var _ = Subprocess.of(Duration.ofMinutes(10), "tar", List.of(arguments)).run();
  }

  /// What the files take in blocks of 4 KiB.
  private static long mibOf(Path root) throws IOException {
    try (var all = Files.walk(root)) {
      var sizes = all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).toList();
      long blocks = 0;
      for (var file : sizes) {
        blocks += (Files.size(file) + 4095) / 4096;
      }
      return blocks / 256 + 1;
    }
  }

  /// Room for the filesystem's own tables and for the first boot; it grows to the disk there.
  private static int roomy(long mib) {
    long wanted = mib + mib / 10 + 300;
    return Math.toIntExact((wanted + 63) / 64 * 64);
  }
}
