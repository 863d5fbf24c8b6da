package io.rackstead.image.directory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// What the first bytes of a file say it is. Only what can lie on a disk as it is may be an image:
/// a container format is refused and never unpacked here, because its header may point at other
/// files.
public sealed interface DiskFormat {
  /// How many bytes {@link #sniff} wants to see.
  int HEAD = 128 * 1024;

  /// @param what `gpt`, `mbr` or the name of a filesystem
  record RawDisk(String what) implements DiskFormat {}

  /// @param remedy what the operator can do about it
  record Foreign(String what, String remedy) implements DiskFormat {}

  static DiskFormat sniff(byte[] head) {
    for (var magic : FOREIGN) {
      if (magic.in(head)) {
        return new Foreign(magic.what, magic.remedy);
      }
    }
    for (var magic : RAW) {
      if (magic.in(head)) {
        return new RawDisk(magic.what);
      }
    }
    return new Foreign(
        "nothing known", "a raw disk begins with a partition table (GPT or MBR) or a filesystem");
  }

  String CONVERT = "convert it first: qemu-img convert -O raw FILE disk.raw";

  List<Magic> FOREIGN =
      List.of(
          new Magic("a qcow2 disk", 0, bytes('Q', 'F', 'I', 0xfb), CONVERT),
          new Magic("a VMDK disk", 0, ascii("KDMV"), CONVERT),
          new Magic("a VMDK descriptor", 0, ascii("# Disk DescriptorFile"), CONVERT),
          new Magic("a VHDX disk", 0, ascii("vhdxfile"), CONVERT),
          new Magic("a VHD disk", 0, ascii("conectix"), CONVERT),
          new Magic("a VDI disk", 0x40, bytes(0x7f, 0x10, 0xda, 0xbe), CONVERT),
          new Magic("an ISO 9660 image", 32769, ascii("CD001"), "a disk image is wanted, not a CD"),
          new Magic("zstd-compressed", 0, bytes(0x28, 0xb5, 0x2f, 0xfd), unpack("zstd -d")),
          new Magic("gzip-compressed", 0, bytes(0x1f, 0x8b), unpack("gzip -d")),
          new Magic("xz-compressed", 0, bytes(0xfd, '7', 'z', 'X', 'Z', 0), unpack("xz -d")),
          new Magic("bzip2-compressed", 0, ascii("BZh"), unpack("bzip2 -d")),
          new Magic("a zip archive", 0, bytes('P', 'K', 3, 4), unpack("unzip")),
          new Magic("a tar archive", 257, ascii("ustar"), "a disk image is wanted, not an archive"),
          new Magic("a squashfs", 0, ascii("hsqs"), "a disk image is wanted, not a live system"));

  List<Magic> RAW =
      List.of(
          new Magic("gpt", 512, ascii("EFI PART"), ""),
          new Magic("gpt", 4096, ascii("EFI PART"), ""),
          new Magic("ext4", 1080, bytes(0x53, 0xef), ""),
          new Magic("xfs", 0, ascii("XFSB"), ""),
          new Magic("btrfs", 0x10040, ascii("_BHRfS_M"), ""),
          new Magic("lvm", 512, ascii("LABELONE"), ""),
          // last, because a FAT filesystem's first sector ends like this too
          new Magic("mbr", 510, bytes(0x55, 0xaa), ""));

  /// Bytes at a place, and what they mean.
  record Magic(String what, int at, byte[] bytes, String remedy) {
    boolean in(byte[] head) {
      return head.length >= at + bytes.length
          && Arrays.equals(head, at, at + bytes.length, bytes, 0, bytes.length);
    }
  }

  private static String unpack(String how) {
    return "unpack it first: " + how + " FILE";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
