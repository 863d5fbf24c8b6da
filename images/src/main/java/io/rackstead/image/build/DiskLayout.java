package io.rackstead.image.build;

import java.util.UUID;

/// Where things lie on a disk image, in sectors of 512 bytes. Root is partition 1 and the last on
/// the disk, so that it can grow; the small ones have high numbers, as on Debian's own cloud
/// images.
///
/// @param filesystem UUID of the root filesystem, by which loader and kernel find it
record DiskLayout(int espMib, int rootMib, UUID filesystem) {
  static final int ROOT_PARTITION = 1;
  static final long BIOS_START = 2048;
  static final long BIOS_SECTORS = 2048;
  static final long ESP_START = BIOS_START + BIOS_SECTORS;
  private static final long MIB = 2048;

  long espSectors() {
    return espMib * MIB;
  }

  long rootStart() {
    return ESP_START + espSectors();
  }

  long rootSectors() {
    return rootMib * MIB;
  }

  /// One MiB at the end holds the second GPT.
  long bytes() {
    return (rootStart() + rootSectors() + MIB) * 512;
  }

  /// The partition table as sfdisk reads it. All identifiers follow from the filesystem's: the same
  /// build gives the same bytes.
  String sfdisk() {
    return """
    label: gpt
    label-id: %s
    14: start=%d, size=%d, uuid=%s, type=21686148-6449-6E6F-744E-656564454649, name=bios
    15: start=%d, size=%d, uuid=%s, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
    1: start=%d, size=%d, uuid=%s, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=root
    """
        .formatted(
            derived("disk"),
            BIOS_START,
            BIOS_SECTORS,
            derived("bios"),
            ESP_START,
            espSectors(),
            derived("esp"),
            rootStart(),
            rootSectors(),
            derived("root"));
  }

  UUID derived(String what) {
    return nameBased(filesystem + " " + what);
  }

  static UUID nameBased(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
