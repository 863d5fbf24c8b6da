package io.rackstead.image.directory;

import io.rackstead.image.Image;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the root filesystem of a disk image, reading it once from its beginning: the tables (UEFI
/// 2.10 §5.2 and §5.3), then the first bytes of each partition.
public final class RootFinder {
  private static final int SECTOR = 512;
  private static final int TABLE = 34 * SECTOR;
  private static final int FIRST = 4096;

  /// The Discoverable Partitions Specification's root on amd64 and arm64.
  private static final Set<String> ROOT_TYPES =
      Set.of("4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "b921b045-1df0-41c3-af44-4c6f280d3fae");

  /// Its `/boot` (XBOOTLDR): a filesystem like a root's that is none.
  private static final String BOOT_TYPE = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

  private record Partition(int number, String type, long start, long size) {}

  private record Found(Partition partition, String filesystem) {}

  private final InputStream raw;
  private long position;

  private RootFinder(InputStream raw) {
    this.raw = raw;
  }

  /// @throws IOException where there is none that a seed can be written to; the message says why
  public static Image.Root find(InputStream raw) throws IOException {
    return new RootFinder(raw).find();
  }

  private Image.Root find() throws IOException {
    var head = read(TABLE);
    if (DiskFormat.sniff(head) instanceof DiskFormat.Foreign(String what, String remedy)) {
      throw new IOException("a raw disk image is wanted, this is %s: %s".formatted(what, remedy));
    }
    var whole = filesystem(head);
    if (whole.isPresent()) {
      return new Image.Root(Optional.empty(), whole.get());
    }
    var partitions = partitions(head);
    if (partitions.isEmpty()) {
      throw new IOException("the image has neither a partition nor an ext4 or xfs filesystem");
    }
    var found = new ArrayList<Found>();
    for (var partition : partitions) {
      filesystem(first(partition))
          .filter(_ -> !partition.type.equals(BOOT_TYPE))
          .ifPresent(filesystem -> found.add(new Found(partition, filesystem)));
    }
    return found.stream()
        .max(
            Comparator.<Found>comparingInt(one -> ROOT_TYPES.contains(one.partition.type) ? 1 : 0)
                .thenComparingLong(one -> one.partition.size))
        .map(one -> new Image.Root(Optional.of(one.partition.number), one.filesystem))
        .orElseThrow(() ->
            new IOException(
                "none of the image's partitions is an ext4 or xfs filesystem: what a machine is"
                    + " told at its first boot could not be written there"));
  }

  /// The first bytes of a partition; none where it lies over another.
  private byte[] first(Partition partition) throws IOException {
    if (partition.start < position) {
      return new byte[0];
    }
    try {
      raw.skipNBytes(partition.start - position);
    } catch (EOFException e) {
      throw new IOException(
          "the image ends before its partition %d begins: it is cut short"
              .formatted(partition.number),
          e);
    }
    position = partition.start;
    return read(FIRST);
  }

  private byte[] read(int count) throws IOException {
    var bytes = raw.readNBytes(count);
    position += bytes.length;
    return bytes;
  }

  private static Optional<String> filesystem(byte[] first) {
    return DiskFormat.sniff(first) instanceof DiskFormat.RawDisk(var what)
            && (what.equals("ext4") || what.equals("xfs"))
        ? Optional.of(what)
        : Optional.empty();
  }

  /// In the order in which they lie.
  private static List<Partition> partitions(byte[] head) {
    if (head.length < TABLE) {
      return List.of();
    }
    var disk = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    var efi = new String(head, SECTOR, 8, StandardCharsets.US_ASCII).equals("EFI PART");
    return (efi ? gpt(disk) : mbr(disk))
        .stream().sorted(Comparator.comparingLong(Partition::start)).toList();
  }

  private static List<Partition> gpt(ByteBuffer disk) {
    long at = disk.getLong(SECTOR + 72) * SECTOR;
    int count = disk.getInt(SECTOR + 80);
    int size = disk.getInt(SECTOR + 84);
    var partitions = new ArrayList<Partition>();
    if (size < 128 || size > 4096 || at < 2 * SECTOR) {
      return partitions;
    }
    for (int i = 0; i < Math.min(count, 128); i++) {
      long entry = at + (long) i * size;
      if (entry + size > disk.limit()) {
        break;
      }
      int from = (int) entry;
      long start = disk.getLong(from + 32);
      long end = disk.getLong(from + 40);
      var type = guid(disk, from);
      if (!type.matches("[0-]+") && start > 0 && end >= start && end < Long.MAX_VALUE / SECTOR) {
        partitions.add(new Partition(i + 1, type, start * SECTOR, (end - start + 1) * SECTOR));
      }
    }
    return partitions;
  }

  private static String guid(ByteBuffer disk, int at) {
    long high = disk.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(at + 8);
    return "%08x-%04x-%04x-%04x-%012x"
        .formatted(
            disk.getInt(at),
            disk.getShort(at + 4) & 0xffff,
            disk.getShort(at + 6) & 0xffff,
            high >>> 48,
            high & 0xffff_ffff_ffffL);
  }

  private static List<Partition> mbr(ByteBuffer disk) {
    var partitions = new ArrayList<Partition>();
    for (int i = 0; i < 4; i++) {
      int entry = 446 + 16 * i;
      long start = Integer.toUnsignedLong(disk.getInt(entry + 8));
      long count = Integer.toUnsignedLong(disk.getInt(entry + 12));
      if (disk.get(entry + 4) != 0 && start > 0 && count > 0) {
        partitions.add(
            new Partition(
                i + 1, "%02x".formatted(disk.get(entry + 4)), start * SECTOR, count * SECTOR));
      }
    }
    return partitions;
  }
}
