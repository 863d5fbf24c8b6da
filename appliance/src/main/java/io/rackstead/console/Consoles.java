package io.rackstead.console;

import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.power.Bmcs;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The serial consoles of all machines. One is open while somebody looks at it, and while its
/// machine is being worked on, so that what a boot wrote is there when somebody asks why it failed.
public final class Consoles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Consoles.class);

  private final Path folder;
  private final Machines machines;
  private final Bmcs bmcs;
  private final EventLog events;
  private final InstantSource clock;
  private final boolean keep;
  private final Map<MachineId, Console> consoles = new ConcurrentHashMap<>();
  private final AutoCloseable listening;

  /// @param folder where what consoles wrote is kept
  /// @param keep whether they are open with nobody there, while their machines are worked on
  public Consoles(
      Path folder,
      Machines machines,
      Bmcs bmcs,
      EventLog events,
      InstantSource clock,
      boolean keep) {
    this.folder = folder;
    this.machines = machines;
    this.bmcs = bmcs;
    this.events = events;
    this.clock = clock;
    this.keep = keep;
    this.listening = machines.listen(this::changed);
  }

  Console of(MachineId machine) {
    return consoles.computeIfAbsent(machine, this::made);
  }

  private static String owner(Machine machine) {
    return machine.labels().owner() + " in " + machine.labels().pool();
  }

  private Console made(MachineId machine) {
    var console = unowned(machine);
    machines.find(machine).ifPresent(now -> console.belongsTo(owner(now)));
    return console;
  }

  private Console unowned(MachineId machine) {
    return new Console(
        machine,
        // an identifier is letters and digits
        new Tape(folder.resolve(machine.text()), clock),
        () ->
            machines
                .find(machine)
                .flatMap(now -> now.power().bmc().map(address -> bmcs.dialToChange(now, address))),
        clock,
        boot ->
            events.trace(
                Entry.of(
                    clock.instant(),
                    machine,
                    "console",
                    "",
                    "what it writes is kept as boot %s: /api/machines/%s/console/boots/%s"
                        .formatted(boot, machine, boot))));
  }

  private void changed(Machines.Change change) {
    if (change.now().isPresent()) {
      var console = consoles.get(change.id());
      if (console != null) {
        console.belongsTo(owner(change.now().get()));
      }
    } else {
      var gone = consoles.remove(change.id());
      if (gone != null) {
        Thread.ofVirtual().name("console-" + change.id()).start(() -> gone.end(true));
      }
    }
  }

  /// Opens those that are wanted and lets go of the others: each second or two.
  public void look() {
    if (keep) {
      for (var machine : machines.list()) {
        boolean wanted = machine.state().busy() && machine.power().bmc().isPresent();
        if (wanted || consoles.containsKey(machine.id())) {
          of(machine.id()).keep(wanted);
        }
      }
    }
    consoles.values().forEach(Console::look);
  }

  /// A boot begins: the power button was pressed.
  public void poweredOn(Machine machine) {
    of(machine.id()).poweredOn();
  }

  /// A boot is under way: the boot script was handed out.
  public void bootedFromNetwork(MachineId machine) {
    of(machine).bootedFromNetwork();
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (Exception e) {
      LOG.debug("consoles: the list of machines is still listened to", e);
    }
    consoles.values().forEach(console -> console.end(false));
  }
}
