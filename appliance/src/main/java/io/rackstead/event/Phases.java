package io.rackstead.event;

import io.rackstead.machine.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How long each part of a boot took, read off the timeline: a pure function of its lines. Fed line
/// by line, so that a growing timeline is not read again and again.
final class Phases {
  enum Name {
    /// power on to the first DHCP packet
    FIRMWARE,
    /// first DISCOVER to its ACK
    DHCP,
    /// the loader's fetches, until it has its script
    LOADER,
    /// from the script to the agent's first word
    KERNEL,
    /// the agent at work
    AGENT,
    /// the image going to the disk, and being read back
    IMAGE,
    /// from the restart to the installed system's own report
    FIRST_BOOT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// @param seconds so far, for the one that still goes on
  record Phase(String name, Instant start, double seconds) {}

  /// A boot never gets from here on by another DHCP packet: the loader and the kernel ask again.
  private static final Set<Name> UNDER_WAY =
      EnumSet.of(Name.DHCP, Name.LOADER, Name.KERNEL, Name.FIRST_BOOT);

  private final List<Phase> ended = new ArrayList<>();
  private Name open = Name.FIRMWARE;
  private Instant since = Instant.EPOCH;
  private boolean going;
  private boolean waiting;
  private Instant last = Instant.EPOCH;

  static List<Phase> of(List<Entry> entries) {
    var phases = new Phases();
    entries.forEach(phases::add);
    return phases.list();
  }

  List<Phase> list() {
    var all = new ArrayList<>(ended);
    if (going) {
      all.add(phase(last));
    }
    return all;
  }

  void add(Entry entry) {
    last = entry.at();
    if (entry.move().isPresent()) {
      moved(entry.move().get(), entry.at());
      return;
    }
    var text = entry.text();
    switch (entry.source()) {
      case "bmc" -> {
        if (text.startsWith("Chassis Control: power up")
            || text.startsWith("Chassis Control: power cycle")
            || text.startsWith("Chassis Control: hard reset")
            || text.startsWith("ComputerSystem.Reset: On")
            || text.startsWith("ComputerSystem.Reset: ForceRestart")) {
          poweredOn(entry.at());
        }
      }
      case "dhcp", "proxydhcp" -> {
        if (text.startsWith("DISCOVER") && (!going || !UNDER_WAY.contains(open))) {
          begin(Name.DHCP, entry.at());
        } else if (text.contains("→ ACK") && at(Name.DHCP)) {
          begin(Name.LOADER, entry.at());
        }
      }
      case "tftp", "http" -> fetched(entry);
      case "agent" -> agent(text, entry.at());
      default -> {
        // the installed system's own lines, people's wishes: no boundary of a phase
      }
    }
  }

  private void poweredOn(Instant at) {
    if (!at(Name.FIRST_BOOT)) {
      begin(Name.FIRMWARE, at);
    }
  }

  /// Only a script was decided on: a fetch with a rule is one.
  private void fetched(Entry entry) {
    boolean script = entry.source().equals("http") && !entry.rule().isEmpty();
    if (at(Name.FIRMWARE) || at(Name.DHCP)) {
      begin(Name.LOADER, entry.at());
    }
    if (script && at(Name.LOADER)) {
      begin(Name.KERNEL, entry.at());
    }
  }

  private void agent(String text, Instant at) {
    if (text.startsWith("hello from")) {
      begin(Name.AGENT, at);
    } else if (text.startsWith("write ") && text.contains(" to ") && at(Name.AGENT)) {
      begin(Name.IMAGE, at);
    }
  }

  private void moved(Entry.Move move, Instant at) {
    if (move.event().equals("ImageWritten")) {
      begin(Name.FIRST_BOOT, at);
    } else if (move.event().equals("HardwareReported") && move.to() == State.NEW) {
      // until it is accepted nobody works, and no part of the boot is slow
      end(at);
      waiting = true;
    } else if (waiting && move.to() == State.COMMISSIONING) {
      begin(Name.AGENT, at);
    } else if (move.from() != move.to() && !together(move)) {
      end(at);
    }
  }

  /// Inspecting and testing are one boot.
  private static boolean together(Entry.Move move) {
    return move.from() == State.COMMISSIONING && move.to() == State.TESTING
        || move.from() == State.NEW && move.to() == State.COMMISSIONING;
  }

  private boolean at(Name name) {
    return going && open == name;
  }

  private void begin(Name name, Instant at) {
    end(at);
    waiting = false;
    open = name;
    since = at;
    going = true;
  }

  private void end(Instant at) {
    if (going) {
      ended.add(phase(at));
      going = false;
    }
  }

  private Phase phase(Instant until) {
    long millis = Math.max(0, Duration.between(since, until).toMillis());
    return new Phase(open.toString(), since, millis / 1000.0);
  }
}
