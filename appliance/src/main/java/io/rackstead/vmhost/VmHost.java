package io.rackstead.vmhost;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.libvirt.LibvirtUri;
import java.util.List;
import java.util.Optional;

/// A host of virtual servers that machines are composed on. Its password, where it has one, lies in
/// the vault.
///
/// @param user who we log in as
/// @param coreRatio how many times its processors may be promised, `memoryRatio` its memory
/// @param defaultPool where disks are made that name no pool, by the pool's UUID
/// @param seen as it was when it was last looked at
public record VmHost(
    long id,
    String name,
    BmcAddress address,
    String user,
    String zone,
    String pool,
    List<String> tags,
    double coreRatio,
    double memoryRatio,
    Optional<String> defaultPool,
    Seen seen) {
  public VmHost {
    tags = List.copyOf(tags);
  }

  public LibvirtUri uri() {
    return new LibvirtUri(address, user);
  }

  public String passwordOwner() {
    return "vm host " + id;
  }

  public int freeCores() {
    return (int) (seen.facts().cores() * coreRatio) - seen.usedCores();
  }

  public long freeMemoryMib() {
    return (long) (seen.facts().memoryMib() * memoryRatio) - seen.usedMemoryMib();
  }

  VmHost withId(long number) {
    return new VmHost(
        number, name, address, user, zone, pool, tags, coreRatio, memoryRatio, defaultPool, seen);
  }

  VmHost withSeen(Seen now) {
    return new VmHost(
        id, name, address, user, zone, pool, tags, coreRatio, memoryRatio, defaultPool, now);
  }

  public VmHost withTags(List<String> other) {
    return new VmHost(
        id, name, address, user, zone, pool, other, coreRatio, memoryRatio, defaultPool, seen);
  }
}
