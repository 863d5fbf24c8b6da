package io.rackstead.pxe;

import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.dhcp.ForeignServers;
import io.rackstead.pxe.lease.Leases;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What an operator should act upon, as it is now; each also goes to the journal when it begins.
final class BootNotices {
  private final Networks networks;
  private final Optional<Leases> leases;
  private final ForeignServers foreign;
  private final BootJournal journal;
  private final Set<String> told = new HashSet<>();

  BootNotices(
      Networks networks, Optional<Leases> leases, ForeignServers foreign, BootJournal journal) {
    this.networks = networks;
    this.leases = leases;
    this.foreign = foreign;
    this.journal = journal;
  }

  List<String> now() {
    var notices = new ArrayList<String>();
    foreign.rogues().forEach(rogue -> notices.add(rogue.text()));
    notices.addAll(full());
    return List.copyOf(notices);
  }

  private List<String> full() {
    var full = new ArrayList<String>();
    for (var network : networks.served()) {
      if (leases.isPresent() && network.mode() == Mode.SERVER && !network.ranges().isEmpty()) {
        var usage = leases.get().usage(network);
        if (usage.nearlyFull()) {
          full.add(
              "%s has given out %d of its %d addresses: widen its ranges"
                  .formatted(network.subnet(), usage.used(), usage.size()));
        }
      }
    }
    return full;
  }

  /// Called every few seconds. A sentence whose figures alone have changed is the same.
  void tell() {
    var here = new HashSet<String>();
    for (var notice : now()) {
      var same = notice.replaceAll("[0-9]+ of its [0-9]+|: (it|[0-9a-f:]{17}) [^;]*;", "");
      here.add(same);
      if (told.add(same)) {
        journal.trace(new Trace("dhcp", Optional.empty(), Optional.empty(), notice, "watch"));
      }
    }
    told.retainAll(here);
  }
}
