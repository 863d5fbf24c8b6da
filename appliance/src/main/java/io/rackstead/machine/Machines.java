package io.rackstead.machine;

import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Outcome.Moved;
import io.rackstead.machine.Outcome.Refused;
import io.rackstead.network.NetworkBook;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import io.rackstead.task.TaskStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one door: a machine, its history and the work that follows are written together or not at
/// all. What it answered is on disk. Readings come from memory.
public final class Machines {
  private static final Logger LOG = LoggerFactory.getLogger(Machines.class);

  private final Database database;
  private final EventLog events;
  private final TaskStore tasks;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final MachineStore store;
  private final NetworkBook networks;
  private final Fleet fleet = new Fleet();
  private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

  /// @param now empty: the machine was removed
  public record Change(MachineId id, Optional<Machine> now) {}

  public Machines(
      Database database,
      EventLog events,
      TaskStore tasks,
      InstantSource clock,
      RandomGenerator random,
      NetworkBook networks) {
    this.networks = networks;
    store = new MachineStore(new LinkAddresses(networks));
    this.database = database;
    this.events = events;
    this.tasks = tasks;
    this.clock = clock;
    this.random = random;
    if (database.read(store::unsettled)) {
      database.change(store::settleAll);
    }
    database.read(store::all).forEach(fleet::show);
    database.onReopened(this::reload);
  }

  /// A change that could not be acknowledged may have come to the disk all the same.
  private void reload() {
    var there = database.read(store::all);
    var ids = there.stream().map(Machine::id).collect(Collectors.toSet());
    for (var shown : list()) {
      if (!ids.contains(shown.id())) {
        fleet.remove(shown.id());
        changed(new Change(shown.id(), Optional.empty()));
      }
    }
    for (var machine : there) {
      fleet.show(machine);
      changed(new Change(machine.id(), Optional.of(machine)));
    }
  }

  public List<Machine> list() {
    return fleet.list();
  }

  public Optional<Machine> find(MachineId id) {
    return fleet.find(id);
  }

  /// What is stored: a change comes to the disk a moment before [#find] shows it, and whoever found
  /// its task there must not act on what was before.
  public Optional<Machine> stored(MachineId id) {
    var machine = database.read(tx -> store.get(tx, id));
    machine.ifPresent(fleet::show);
    return machine;
  }

  public Optional<Machine> byHostname(String hostname) {
    return named(hostname).stream().filter(m -> m.hostname().equals(hostname)).findAny();
  }

  /// Those of that name, in upper or lower case.
  public List<Machine> named(String hostname) {
    return fleet.named(hostname);
  }

  /// A name that no machine has.
  public String freeName() {
    return Hostnames.next(random, taken -> byHostname(taken).isPresent());
  }

  public List<Machine> inZone(String zone) {
    return fleet.inZone(zone);
  }

  public List<Machine> inPool(String pool) {
    return fleet.inPool(pool);
  }

  public List<Machine> tagged(String tag) {
    return fleet.tagged(tag);
  }

  /// Those that are Ready, the cheapest first, each as it is when its turn comes.
  public Stream<Machine> ready() {
    return fleet.ready();
  }

  public Optional<Machine> byMac(MacAddress mac) {
    return fleet.byMac(mac);
  }

  public Outcome apply(MachineId id, Event event, Actor actor) {
    return apply(id, event, actor, _ -> {});
  }

  /// Applies an event; `with` writes what belongs to it in the same transaction, and only if it
  /// moves.
  public Outcome apply(MachineId id, Event event, Actor actor, Consumer<Tx> with) {
    return apply(id, List.of(new Act(event, actor)), with);
  }

  /// An event and whose it is.
  public record Act(Event event, Actor actor) {}

  /// Applies events that belong together, all in one transaction. The first decides whether there
  /// is one; of the others those that do not fit any more are left out.
  public Outcome apply(MachineId id, List<Act> acts, Consumer<Tx> with) {
    var written = new ArrayList<Entry>();
    var outcome =
        database.inTransaction(tx -> {
          written.clear();
          var first = acts.getFirst();
          var before =
              current(tx, id).orElseThrow(() -> new IllegalArgumentException("no machine " + id));
          var so = step(tx, before, first.event(), first.actor(), with, written);
          for (var more : acts.subList(1, acts.size())) {
            so = so instanceof Moved moved ? after(tx, moved, more, written) : so;
          }
          return so;
        });
    if (outcome instanceof Moved(var machine, var work)) {
      fleet.show(machine);
      written.forEach(events::published);
      changed(new Change(id, Optional.of(machine)));
      if (!work.isEmpty()) {
        tasks.wake();
      }
    }
    return outcome;
  }

  /// Changes what machines are called and sorted by, all of them and `with` in one transaction;
  /// answers those that changed.
  public List<Machine> relabel(Function<Machine, Labels> to, Actor actor, Consumer<Tx> with) {
    var written = new ArrayList<Entry>();
    var changed =
        database.inTransaction(tx -> {
          written.clear();
          with.accept(tx);
          var moved = new ArrayList<Machine>();
          for (var seen : list()) {
            if (!to.apply(seen).equals(seen.labels())) {
              // what is shown may be older than what is stored
              var before = current(tx, seen.id());
              if (before.isPresent()
                  && step(tx, before.get(), edit(before.get(), to), actor, _ -> {}, written)
                      instanceof Moved(var machine, _)) {
                moved.add(machine);
              }
            }
          }
          return moved;
        });
    changed.forEach(fleet::show);
    written.forEach(events::published);
    changed.forEach(machine -> changed(new Change(machine.id(), Optional.of(machine))));
    return changed;
  }

  private static Event edit(Machine machine, Function<Machine, Labels> to) {
    return new Event.Edit(to.apply(machine));
  }

  private Moved after(Tx tx, Moved before, Act act, List<Entry> written) {
    return switch (step(tx, before.machine(), act.event(), act.actor(), _ -> {}, written)) {
      case Refused _ -> before;
      case Moved(var machine, var work) -> {
        var tasks = new ArrayList<>(before.tasks());
        tasks.addAll(work);
        yield new Moved(machine, tasks);
      }
    };
  }

  /// As it is stored. Its document is read anew only where what is shown is older.
  private Optional<Machine> current(Tx tx, MachineId id) {
    var version = store.version(tx, id);
    return fleet
        .find(id)
        .filter(shown -> version.equals(Optional.of(shown.version())))
        .or(() -> version.flatMap(_ -> store.get(tx, id)));
  }

  private Outcome step(
      Tx tx, Machine before, Event event, Actor actor, Consumer<Tx> with, List<Entry> written) {
    var id = before.id();
    var outcome = Lifecycle.next(before, event, clock.instant());
    switch (outcome) {
      case Refused(_, var reason) -> LOG.debug("machine={} refused: {}", id, reason);
      case Moved(var after, var work) -> {
        if (after.equals(before)) {
          with.accept(tx);
          return outcome;
        }
        var updated = store.update(tx, before, after);
        with.accept(tx);
        if (logged(event)) {
          written.add(events.append(tx, entry(before, updated, event, actor)));
        }
        tasks.add(tx, id, updated.epoch(), work, clock.instant());
        if (before.state() != updated.state()) {
          LOG.info(
              "machine={} host={} state={} was={} by={} {}",
              id,
              updated.hostname(),
              updated.state(),
              before.state(),
              actor,
              updated.standing().message());
        }
        return new Moved(updated, work);
      }
    }
    return outcome;
  }

  /// Takes a newcomer in. Throws when another machine has one of its MACs.
  public Machine enlist(
      Identity identity,
      Architecture arch,
      String hostname,
      Optional<String> quarantine,
      Actor actor) {
    return enlist(identity, arch, hostname, quarantine, actor, (_, _) -> {});
  }

  /// Takes a newcomer in; `with` writes what belongs to it in the same transaction.
  public Machine enlist(
      Identity identity,
      Architecture arch,
      String hostname,
      Optional<String> quarantine,
      Actor actor,
      BiConsumer<? super Tx, ? super Machine> with) {
    var now = clock.instant();
    var written = new ArrayList<Entry>();
    var machine =
        database.inTransaction(tx -> {
          written.clear();
          var id = MachineId.next(random);
          while (store.version(tx, id).isPresent()) {
            id = MachineId.next(random);
          }
          var name =
              hostname.isEmpty()
                  ? Hostnames.next(
                      random, taken -> byHostname(taken).isPresent() || store.named(tx, taken))
                  : hostname;
          var created =
              new Machine(
                  id,
                  1,
                  identity,
                  Labels.named(name).withDomain(networks.now().defaultDomain().id()),
                  new Standing(State.NEW, Optional.empty(), 1, now, Optional.empty(), ""),
                  false,
                  quarantine,
                  arch,
                  Optional.empty(),
                  Power.MANUAL,
                  Optional.empty(),
                  EraseMode.NONE);
          created = store.insert(tx, created);
          with.accept(tx, created);
          written.add(
              events.append(
                  tx,
                  new Entry(
                      0,
                      now,
                      Optional.of(id),
                      Optional.empty(),
                      "state",
                      actor.toString(),
                      "enlisted as " + name + " with " + identity.macs(),
                      "",
                      Optional.of(new Entry.Move("Enlisted", State.NEW, State.NEW)))));
          return created;
        });
    fleet.show(machine);
    LOG.info(
        "machine={} host={} enlisted macs={}", machine.id(), machine.hostname(), identity.macs());
    written.forEach(events::published);
    changed(new Change(machine.id(), Optional.of(machine)));
    return machine;
  }

  /// Forgets a machine; `with` writes what belongs to that in the same transaction. Its disks and
  /// its BMC are left as they are.
  public void delete(MachineId id, Actor actor, Consumer<? super Tx> with) {
    database.change(tx -> {
      store.delete(tx, id);
      with.accept(tx);
    });
    fleet
        .remove(id)
        .ifPresent(
            gone -> LOG.info("machine={} host={} removed by={}", id, gone.hostname(), actor));
    changed(new Change(id, Optional.empty()));
  }

  /// Puts a line on the machine's timeline; `with` writes what belongs to it in the same
  /// transaction.
  public void note(MachineId id, String text, Actor actor, Consumer<? super Tx> with) {
    var written =
        database.inTransaction(tx -> {
          with.accept(tx);
          return events.append(tx, Entry.of(clock.instant(), id, "api", actor.toString(), text));
        });
    events.published(written);
  }

  /// Hears each change once it is durable; close to stop. Must not block.
  public AutoCloseable listen(Consumer<Change> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void changed(Change change) {
    listeners.forEach(listener -> listener.accept(change));
  }

  /// Signs of life are told live and on the agent's own lines; they are no history.
  private static boolean logged(Event event) {
    return !(event instanceof Event.Progressed);
  }

  private Entry entry(Machine before, Machine after, Event event, Actor actor) {
    var name = event.getClass().getSimpleName();
    var text =
        event instanceof Event.PowerSeen(var power)
            ? "power is " + power.name().toLowerCase(java.util.Locale.ROOT)
            : before.state() == after.state()
                ? Lifecycle.words(event.getClass()) + detail(event)
                : before.state().title() + " → " + after.state().title() + detail(event);
    return new Entry(
        0,
        clock.instant(),
        Optional.of(after.id()),
        Optional.empty(),
        "state",
        actor.toString(),
        text,
        "",
        Optional.of(new Entry.Move(name, before.state(), after.state())));
  }

  private static String detail(Event event) {
    return switch (event) {
      case Event.Failed(var reason) -> ": " + reason;
      case Event.MarkBroken(var comment) -> comment.isEmpty() ? "" : ": " + comment;
      case Event.Quarantine(var reason) -> ": " + reason;
      case Event.Deploy(var deployment) -> ": " + deployment.image();
      case Event.Release(var erase) -> ", erase " + erase.name().toLowerCase(java.util.Locale.ROOT);
      case Event.SetPower(var bmc, var user) ->
          bmc.map(b -> ": " + b + " as " + user).orElse(": manual");
      case Event.SetDisc(var network) ->
          network.map(n -> ": by virtual media, as " + n.cidr()).orElse(": from the network");
      case Event.Prompted(var prompt) -> prompt.isEmpty() ? ": done" : ": " + prompt;
      case Event.Configure(_, _, var what) -> ": " + what;
      case Event.Allocate(var owner, _) -> " to " + owner;
      default -> "";
    };
  }
}
