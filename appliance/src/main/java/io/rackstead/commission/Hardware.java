package io.rackstead.commission;

import io.rackstead.pxe.net.MacAddress;
import java.util.List;

/// A server's parts as the lifecycle needs them. The whole report is kept beside it, letter for
/// letter.
///
/// @param bootMode `uefi`, `bios` or empty
/// @param bmcPresent the server has a management controller that its own system can reach
/// @param given what lay on the disks when this was reported may be wiped: the machine was being
///   commissioned, so whoever asked for that has handed it over
public record Hardware(
    String vendor,
    String product,
    String serial,
    String bootMode,
    String cpuModel,
    int cpuCount,
    long memoryMib,
    boolean bmcPresent,
    List<Disk> disks,
    List<Nic> nics,
    boolean given,
    Report report) {
  public Hardware {
    disks = List.copyOf(disks);
    nics = List.copyOf(nics);
  }

  /// @param holds what lies on it, in words; empty: nothing that we know
  public record Disk(
      String name,
      String model,
      String serial,
      String wwn,
      long sizeBytes,
      boolean rotational,
      boolean removable,
      String transport,
      List<String> holds) {
    public Disk {
      holds = List.copyOf(holds);
    }

    Disk holding(List<String> held) {
      return new Disk(name, model, serial, wwn, sizeBytes, rotational, removable, transport, held);
    }

    /// What of it we did not write.
    public List<String> foreign() {
      return holds.stream().filter(held -> !held.startsWith(OURS)).toList();
    }

    /// Something to tell this disk from every other by; without it nothing is ever written to it.
    public boolean identifiable() {
      return !serial.isEmpty() || !wwn.isEmpty();
    }
  }

  /// What we wrote ourselves is told from what was there before us.
  public static final String OURS = "rackstead ";

  public record Nic(String name, MacAddress mac, String driver, int speedMbps, boolean link) {}

  public long storageBytes() {
    return disks.stream().filter(disk -> !disk.removable()).mapToLong(Disk::sizeBytes).sum();
  }

  public Hardware holding(String disk, String image) {
    return with(
        disks.stream()
            .map(d -> d.name().equals(disk) ? d.holding(List.of(OURS + image)) : d)
            .toList());
  }

  public Hardware erased() {
    return with(disks.stream().map(d -> d.removable() ? d : d.holding(List.of())).toList());
  }

  /// What was on the disks before us, and on which; empty: nothing but what we wrote.
  public List<String> foreign() {
    return disks.stream()
        .filter(disk -> !disk.removable())
        .flatMap(disk -> disk.foreign().stream().map(held -> disk.name() + ": " + held))
        .toList();
  }

  public Hardware asGiven() {
    return with(disks, true);
  }

  private Hardware with(List<Disk> newDisks) {
    return with(newDisks, given);
  }

  private Hardware with(List<Disk> newDisks, boolean newGiven) {
    return new Hardware(
        vendor,
        product,
        serial,
        bootMode,
        cpuModel,
        cpuCount,
        memoryMib,
        bmcPresent,
        newDisks,
        nics,
        newGiven,
        report);
  }
}
