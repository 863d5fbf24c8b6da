package io.rackstead.plan;

import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Disk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// Which disk a system is installed on. A hint that matches none or two chooses nothing; without a
/// hint it is the smallest one that is large enough, first by class: NVMe, SSD, then HDD.
public sealed interface DiskChoice {
  record Chosen(Disk disk, String why) implements DiskChoice {}

  record None(String why) implements DiskChoice {}

  /// @param consentToWipe given for this one deployment; who had the machine commissioned has given
  ///   it once for all
  static DiskChoice of(Hardware hardware, String hint, long neededBytes, boolean consentToWipe) {
    boolean consent = consentToWipe || hardware.given();
    var disks = hardware.disks().stream().filter(disk -> !disk.removable()).toList();
    if (!hint.isEmpty()) {
      var matching =
          disks.stream()
              .filter(disk -> disk.serial().equals(hint) || disk.wwn().equals(hint))
              .toList();
      return matching.size() == 1
          ? checked(matching.getFirst(), "named by " + hint, neededBytes, consent)
          : new None(
              "the disk hint %s matches %s; there are %s"
                  .formatted(hint, matching.isEmpty() ? "no disk" : "two disks", words(disks)));
    }
    var suitable =
        disks.stream()
            .filter(disk -> disk.identifiable() && disk.sizeBytes() >= neededBytes)
            .min(Comparator.comparingInt(DiskChoice::rank).thenComparingLong(Disk::sizeBytes));
    if (suitable.isEmpty()) {
      return new None(
          "no disk with a serial number or WWN holds %d MiB; there are %s"
              .formatted(neededBytes >> 20, words(disks)));
    }
    return checked(suitable.get(), "smallest of the fastest class", neededBytes, consent);
  }

  private static DiskChoice checked(Disk disk, String why, long neededBytes, boolean consent) {
    if (!disk.identifiable()) {
      return new None(
          word(disk) + " has neither serial number nor WWN: it cannot be told for sure");
    }
    if (disk.sizeBytes() < neededBytes) {
      return new None(
          "the image needs %d MiB, %s is smaller".formatted(neededBytes >> 20, word(disk)));
    }
    if (!disk.foreign().isEmpty() && !consent) {
      return new None(
          "%s holds data (%s) that nobody has given away: commission the machine, or deploy with consent_to_wipe=true"
              .formatted(word(disk), String.join(", ", disk.foreign())));
    }
    return new Chosen(disk, why);
  }

  private static int rank(Disk disk) {
    return disk.transport().equals("nvme") ? 0 : disk.rotational() ? 2 : 1;
  }

  private static String words(List<Disk> disks) {
    return disks.isEmpty()
        ? "no disks"
        : disks.stream().map(DiskChoice::word).collect(Collectors.joining("; "));
  }

  static String word(Disk disk) {
    var known = new ArrayList<String>();
    if (!disk.model().isEmpty()) {
      known.add(disk.model());
    }
    if (!disk.serial().isEmpty()) {
      known.add("serial " + disk.serial());
    }
    if (!disk.wwn().isEmpty()) {
      known.add("WWN " + disk.wwn());
    }
    known.add((disk.sizeBytes() >> 20) + " MiB");
    return disk.name() + " (" + String.join(", ", known) + ")";
  }
}
