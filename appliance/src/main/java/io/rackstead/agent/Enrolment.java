package io.rackstead.agent;

import io.rackstead.bmc.PowerState;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.http.Problem;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An agent says hello: its capability is traded for a token, and it is found out which machine it
/// is. Whoever's parts belong to two machines is nobody: quarantined, and shown with both.
public final class Enrolment {
  private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);

  private final Machines machines;
  private final Database database;
  private final EventLog events;
  private final Capabilities capabilities;
  private final Sessions sessions;
  private final InstantSource clock;

  public Enrolment(
      Machines machines,
      Database database,
      EventLog events,
      Capabilities capabilities,
      Sessions sessions,
      InstantSource clock) {
    this.machines = machines;
    this.database = database;
    this.events = events;
    this.capabilities = capabilities;
    this.sessions = sessions;
    this.clock = clock;
  }

  record Welcome(String token, Machine machine) {}

  Welcome hello(String text, Identity seen, Architecture arch, String address) {
    var capability =
        capabilities
            .find(text)
            .filter(found -> found.kind() == Capability.Kind.BOOT)
            .orElseThrow(() ->
                new Problem(403, "the boot capability is unknown or too old: restart the server"));
    if (!capability.address().isEmpty() && !capability.address().equals(address)) {
      LOG.warn(
          "capability of mac={} for {} was shown from {}: refused",
          capability.mac(),
          capability.address(),
          address);
      throw new Problem(403, "the boot capability was made for another address");
    }
    var machine = machine(capability, seen, arch);
    if (machine.quarantine().isPresent()) {
      throw new Problem(403, machine.hostname() + " is quarantined: " + machine.quarantine().get());
    }
    if (capability.usedAt().isPresent()) {
      again(machine);
    }
    if (capability.machine().isPresent() && machine.epoch() != capability.epoch()) {
      throw new Problem(403, "the boot capability is of an older epoch: restart the server");
    }
    var token =
        database.inTransaction(tx -> {
          capabilities.use(tx, capability, clock.instant());
          return sessions.open(tx, machine.id(), address);
        });
    sessions.opened(token, machine.id());
    events.trace(
        Entry.of(
            clock.instant(),
            machine.id(),
            "agent",
            Actor.agent(machine.id()).toString(),
            "hello from " + address + " with " + seen.macs()));
    if (machine.power().state() != PowerState.ON) {
      // who speaks is on, whatever the BMC said last or whether there is one
      machines.apply(machine.id(), new Event.PowerSeen(PowerState.ON), Actor.agent(machine.id()));
    }
    return new Welcome(token, machine);
  }

  /// The answer to a hello may be lost, so it may be said again until the token is used. After that
  /// a second trade means that two hold one capability.
  private void again(Machine machine) {
    if (!sessions.used(machine.id())) {
      return;
    }
    var why = "its boot capability was shown twice: somebody else may have read the boot script";
    LOG.error("machine={} host={} {}", machine.id(), machine.hostname(), why);
    machines.apply(machine.id(), new Event.Failed(why), Actor.rule("capability-once"));
    throw new Problem(403, "the boot capability was used before");
  }

  private Machine machine(Capability capability, Identity seen, Architecture arch) {
    var related = related(capability, seen);
    var booted = capability.machine().flatMap(machines::find);
    if (booted.isEmpty()) {
      booted = machines.byMac(capability.mac());
    }
    if (booted.isPresent()) {
      return known(booted.get(), seen, related);
    }
    return switch (related.size()) {
      case 0 -> machines.enlist(seen, arch, "", Optional.empty(), Actor.rule("enrolment"));
      case 1 -> returned(related.iterator().next(), seen, arch);
      default -> newcomer(seen, arch, related, "its parts belong to " + names(related));
    };
  }

  private Machine known(Machine machine, Identity seen, Set<Machine> related) {
    var conflict = machine.identity().conflict(seen);
    related.remove(machine);
    if (conflict.isEmpty() && related.isEmpty()) {
      return machine;
    }
    var why = conflict.orElseGet(() -> "parts of it are on record for " + names(related));
    machines.apply(machine.id(), new Event.Quarantine(why), Actor.rule("identity"));
    related.forEach(other ->
        machines.apply(
            other.id(),
            new Event.Quarantine("parts of it were seen in " + machine.hostname()),
            Actor.rule("identity")));
    return machines.find(machine.id()).orElse(machine);
  }

  /// Found by UUID, serial or another MAC only. With the UUID and the serial the same it is the
  /// same machine with another adapter; with less it is a stranger that looks like it.
  private Machine returned(Machine machine, Identity seen, Architecture arch) {
    var on = machine.identity();
    boolean same =
        on.conflict(seen).isEmpty()
            && on.uuid().isPresent()
            && on.uuid().equals(seen.uuid())
            && (!on.serial().isEmpty() && on.serial().equals(seen.serial())
                || seen.strongMacs().anyMatch(on.macs()::contains));
    return same
        ? machine
        : newcomer(
            seen,
            arch,
            Set.of(machine),
            "it looks like " + machine.hostname() + ": " + shared(on, seen));
  }

  private Machine newcomer(Identity seen, Architecture arch, Set<Machine> like, String why) {
    var free =
        new Identity(
            seen.macs().stream().filter(mac -> machines.byMac(mac).isEmpty()).toList(),
            seen.uuid(),
            seen.serial());
    var machine = machines.enlist(free, arch, "", Optional.of(why), Actor.rule("identity"));
    LOG.warn(
        "machine={} host={} quarantined: {} ({})",
        machine.id(),
        machine.hostname(),
        why,
        names(like));
    return machine;
  }

  private Set<Machine> related(Capability capability, Identity seen) {
    return machines.list().stream()
        .filter(machine ->
            machine.identity().macs().contains(capability.mac()) || machine.identity().shares(seen))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static String shared(Identity on, Identity seen) {
    if (on.uuid().isPresent() && on.uuid().equals(seen.uuid())) {
      return "both have the system UUID " + on.uuid().get();
    }
    return !on.serial().isEmpty() && on.serial().equals(seen.serial())
        ? "both have the serial number " + on.serial()
        : "both have one of its MAC addresses";
  }

  private static String names(Set<Machine> machines) {
    return machines.stream().map(Machine::hostname).collect(Collectors.joining(" and "));
  }
}
