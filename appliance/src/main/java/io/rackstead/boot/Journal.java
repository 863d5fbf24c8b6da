package io.rackstead.boot;

import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Puts packets and fetches on the timeline of the machine they belong to.
public final class Journal implements BootJournal {
  private static final int ADDRESSES = 100_000;

  private final Machines machines;
  private final EventLog events;
  private final MachineBooter booter;
  private final InstantSource clock;

  /// Who has which address, learnt from what passes by: a TFTP or HTTP fetch names no MAC.
  private final Map<InetAddress, MacAddress> macs = new ConcurrentHashMap<>();

  public Journal(Machines machines, EventLog events, MachineBooter booter, InstantSource clock) {
    this.machines = machines;
    this.events = events;
    this.booter = booter;
    this.clock = clock;
  }

  @Override
  public void effects(List<BootEffect> effects) {
    effects.forEach(booter::happened);
  }

  @Override
  public void trace(Trace trace) {
    if (trace.mac().isPresent() && trace.client().isPresent()) {
      if (macs.size() > ADDRESSES) {
        macs.clear();
      }
      macs.put(trace.client().get(), trace.mac().get());
    }
    var mac = trace.mac().or(() -> trace.client().map(macs::get));
    events.trace(
        new Entry(
            0,
            clock.instant(),
            mac.flatMap(machines::byMac).map(Machine::id),
            mac,
            trace.source(),
            trace.client().map(InetAddress::getHostAddress).orElse(""),
            trace.text(),
            trace.rule(),
            Optional.empty()));
  }
}
