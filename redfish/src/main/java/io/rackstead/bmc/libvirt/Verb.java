package io.rackstead.bmc.libvirt;

import java.time.Duration;
import java.util.List;

/// All that `virsh` is ever asked, and how long it may take: virsh(1) by section.
enum Verb {
  // host
  CAPABILITIES(60, "capabilities"),
  NODEINFO(60, "nodeinfo"),
  // of what is run by KVM: without it QEMU emulates whatever is asked for
  KVM_CAPABILITIES(60, "domcapabilities", "--virttype", "kvm"),
  NETWORK_DEVICES(20, "nodedev-list", "--cap", "net"),
  DEVICE(20, "nodedev-dumpxml"),
  // domains
  LIST(20, "list", "--all", "--uuid"),
  STATE(20, "domstate"),
  DUMP(20, "dumpxml", "--inactive", "--security-info"),
  DEFINE(30, "define"),
  // a first start of a host's QEMU probes what it can, which takes a while without KVM
  START(90, "start"),
  DESTROY(60, "destroy"),
  SHUTDOWN(20, "shutdown"),
  UNDEFINE(30, "undefine", "--managed-save", "--snapshots-metadata"),
  UNDEFINE_NVRAM(30, "undefine", "--managed-save", "--snapshots-metadata", "--nvram"),
  // where a server's network cards can be plugged
  INTERFACES(20, "iface-list", "--all"),
  INTERFACE(20, "iface-dumpxml"),
  NETWORKS(20, "net-list", "--uuid"),
  NETWORK(20, "net-dumpxml"),
  // storage
  POOLS(20, "pool-list", "--all", "--uuid"),
  POOL_NAMES(20, "pool-list", "--all", "--name"),
  POOL_INFO(20, "pool-info"),
  POOL(20, "pool-dumpxml"),
  POOL_REFRESH(60, "pool-refresh"),
  POOL_DEFINE(20, "pool-define"),
  POOL_BUILD(60, "pool-build"),
  POOL_START(60, "pool-start"),
  POOL_AUTOSTART(20, "pool-autostart"),
  VOLUMES(30, "vol-list"),
  VOLUME_CREATE(120, "vol-create"),
  VOLUME_DELETE(120, "vol-delete");

  private final Duration limit;
  private final List<String> words;

  Verb(int seconds, String... words) {
    this.limit = Duration.ofSeconds(seconds);
    this.words = List.of(words);
  }

  Duration limit() {
    return limit;
  }

  List<String> words() {
    return words;
  }
}
