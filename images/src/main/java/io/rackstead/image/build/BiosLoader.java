package io.rackstead.image.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// Makes a disk boot by BIOS, as grub-install does but without a device to ask: GRUB's boot sector
/// goes before the partition table, its core image into the BIOS boot partition, and the two are
/// told where they lie (grub-core/boot/i386/pc/boot.S and diskboot.S).
final class BiosLoader {
  private static final int SECTOR = 512;
  // the boot sector's code ends where the disk's signature and partition table begin
  private static final int CODE_END = 0x1b8;
  private static final int KERNEL_SECTOR = 0x5c;
  private static final int BOOT_DRIVE = 0x64;
  private static final int DRIVE_CHECK = 0x66;
  private static final int FIRST_BLOCK_LIST = SECTOR - 12;
  private static final int LOAD_SEGMENT = 0x820;

  private BiosLoader() {}

  static void install(Path disk, byte[] boot, byte[] core, long partitionStart) throws IOException {
    if (boot.length < SECTOR || core.length < SECTOR) {
      throw new BuildException("GRUB's boot.img or core image is shorter than a sector");
    }
    if (sectors(core) > DiskLayout.BIOS_SECTORS) {
      throw new BuildException("GRUB's core image does not fit the BIOS boot partition");
    }
    try (var channel = FileChannel.open(disk, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var first = ByteBuffer.allocate(SECTOR);
      channel.read(first, 0);
      write(channel, bootSector(boot, first.array(), partitionStart), 0);
      write(channel, located(core, partitionStart), partitionStart * SECTOR);
    }
  }

  /// The boot sector's code, pointed at the core image, before the table that is on the disk.
  static byte[] bootSector(byte[] boot, byte[] onDisk, long partitionStart) {
    var sector = Arrays.copyOf(onDisk, SECTOR);
    System.arraycopy(boot, 0, sector, 0, CODE_END);
    var in = ByteBuffer.wrap(sector).order(ByteOrder.LITTLE_ENDIAN);
    in.putLong(KERNEL_SECTOR, partitionStart);
    // 0xff: the drive that the firmware booted from
    in.put(BOOT_DRIVE, (byte) 0xff);
    // two no-operations where the code would doubt the firmware's word for hard disks
    in.putShort(DRIVE_CHECK, (short) 0x9090);
    return sector;
  }

  /// The core image, whose first sector loads the rest: from where, how much, to which segment.
  static byte[] located(byte[] core, long partitionStart) {
    int sectors = sectors(core);
    var padded = Arrays.copyOf(core, sectors * SECTOR);
    var in = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
    in.putLong(FIRST_BLOCK_LIST, partitionStart + 1);
    in.putShort(FIRST_BLOCK_LIST + 8, (short) (sectors - 1));
    if (in.getShort(FIRST_BLOCK_LIST + 10) == 0) {
      in.putShort(FIRST_BLOCK_LIST + 10, (short) LOAD_SEGMENT);
    }
    return padded;
  }

  private static int sectors(byte[] core) {
    return (core.length + SECTOR - 1) / SECTOR;
  }

  private static void write(FileChannel channel, byte[] bytes, long position) throws IOException {
    var buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }
}
