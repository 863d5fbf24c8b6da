package io.rackstead.handover;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.agent.Sha256;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.BadBroker;
import io.rackstead.broker.declared.BrokerFile;
import io.rackstead.broker.declared.BrokerFile.Patience;
import io.rackstead.evidence.Packs;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hand-overs at work: recorded, sent, proved, taken back. Each target has so many conversations at
/// a time and its own queue, so one that is dead keeps nobody else waiting. What a crash interrupts
/// is done again under the same id.
public final class Handovers {
  private static final Logger LOG = LoggerFactory.getLogger(Handovers.class);
  private static final Actor ACTOR = Actor.rule("hand-over");
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /// Longer words of a layer above are in the document by their digest.
  private static final int PROOF_BYTES = 64 << 10;

  private final HandoverStore store = new HandoverStore();
  private final Parts parts;
  private final Map<String, Door> doors = new ConcurrentHashMap<>();
  private final Set<Long> running = ConcurrentHashMap.newKeySet();
  private final Set<MachineId> freed = ConcurrentHashMap.newKeySet();
  private volatile Supplier<List<Wanted>> others = List::of;
  private volatile boolean open = true;
  private volatile boolean deployed = true;

  /// What they work with.
  ///
  /// @param bound what policies want handed to whom
  /// @param packs what is signed when a machine is in service
  /// @param held nothing is sent while it is so
  /// @param workers for conversations that may take as long as a target's patience
  public record Parts(
      Database database,
      Machines machines,
      Targets targets,
      InstantSource clock,
      Supplier<List<Wanted>> bound,
      Function<Machine, List<String>> addresses,
      Preparations preparations,
      Packs packs,
      BooleanSupplier held,
      Executor workers) {}

  /// Where a machine is to be handed, and what it is to be there.
  public record Wanted(MachineId machine, String target, String role) {}

  public Handovers(Parts parts) {
    this.parts = parts;
    parts
        .machines()
        .listen(change -> {
          switch (change.now().map(Machine::state).orElse(State.NEW)) {
            case DEPLOYED -> deployed = true;
            case READY -> freed.add(change.id());
            default -> {}
          }
        });
  }

  Optional<Row> of(MachineId machine) {
    return parts.database().read(tx -> store.of(tx, machine));
  }

  /// Whose role is known: with whom they are, or are about to be.
  List<Row> inService() {
    return parts.database().read(store::given);
  }

  long count(Row.State state) {
    return parts.database().read(tx -> store.count(tx, state));
  }

  boolean uses(String target) {
    return parts.database().read(tx -> store.uses(tx, target));
  }

  Handover handover(Machine machine, String id, String role) {
    return new Handover(
        id,
        Described.of(machine, role, parts.addresses().apply(machine)),
        parts.targets().bmc(machine));
  }

  /// Puts it on record that a deployed machine is handed over; asked again for the same deployment,
  /// it is the same hand-over.
  Row begin(Machine machine, String target, String role, Origin by) {
    if (machine.state() != State.DEPLOYED) {
      throw new Problem(
          409,
          machine.hostname()
              + " is "
              + machine.state().title()
              + ": what is deployed is handed over");
    }
    var to =
        parts
            .targets()
            .find(target)
            .orElseThrow(() -> new Problem(409, "there is no target " + target));
    var file = parts.targets().broker(to).file();
    if (file.prepares() && !parts.preparations().has(machine.id())) {
      throw new Problem(
          409,
          "%s wants a node that was prepared while it was installed: let a policy hand %s over"
              .formatted(target, machine.hostname()));
    }
    var patience = file.patience();
    var now = parts.clock().instant();
    var row =
        parts
            .database()
            .inTransaction(tx -> {
              var before = store.of(tx, machine.id());
              int again = 0;
              if (before.isPresent()
                  && (before.get().state() != Row.State.TAKEN_BACK
                      || before.get().epoch() == machine.epoch())) {
                if (before.get().state() == Row.State.TAKING_BACK
                    || before.get().state() == Row.State.STUCK) {
                  throw new Problem(
                      409, before.get().target() + " has not let it go yet: see its hand-over");
                }
                if (before.get().state() != Row.State.TAKEN_BACK
                    && !(before.get().state() == Row.State.FAILED
                        && before.get().target().equals(target))) {
                  return before.get();
                }
                if (before.get().state() == Row.State.FAILED) {
                  // tried again under the id that the layer above may know already
                  store.change(
                      tx,
                      before.get(),
                      before
                          .get()
                          .to(
                              Row.State.SENDING,
                              now,
                              now.plus(patience.proof()),
                              before.get().said()));
                  return store.of(tx, machine.id()).orElseThrow();
                }
                again = 1 + (int) (before.get().id() % 1_000_000);
              }
              var id =
                  "ho-" + machine.id() + "-" + machine.epoch() + (again == 0 ? "" : "-" + again);
              store.add(
                  tx,
                  machine.id(),
                  id,
                  target,
                  machine.epoch(),
                  now,
                  now.plus(patience.proof()),
                  new Row.Said(role, Map.of(), "", ""));
              Audit.write(
                  tx,
                  now,
                  by,
                  "hand over %s (%s) to %s as %s"
                      .formatted(machine.hostname(), machine.id(), target, id));
              return store.of(tx, machine.id()).orElseThrow();
            });
    open = true;
    return row;
  }

  /// To be called every second or so: begins what is due.
  public void look() {
    if (parts.held().getAsBoolean()) {
      return;
    }
    letGo();
    wanted();
    if (!open) {
      return;
    }
    var rows = parts.database().read(store::open);
    open = !rows.isEmpty();
    var now = parts.clock().instant();
    for (var row : rows) {
      if (!row.dueAt().isAfter(now) && !running.contains(row.id())) {
        var door = doors.computeIfAbsent(row.target(), this::door);
        if (door.enter()) {
          parts.workers().execute(() -> work(row.target(), door));
        }
      }
    }
  }

  /// One conversation with a target after the other, as long as one is due.
  private void work(String target, Door door) {
    try {
      for (var row = door.next(() -> due(target));
          row.isPresent();
          row = door.next(() -> due(target))) {
        claim(row.get()).ifPresent(mine -> converse(mine, door));
      }
    } finally {
      door.leave();
    }
  }

  private List<Row> due(String target) {
    var now = parts.clock().instant();
    return parts.database().read(tx -> store.due(tx, target, now)).stream()
        .filter(row -> !running.contains(row.id()))
        .toList();
  }

  /// What nobody else is at, as it is stored now: what was read before somebody ended with it is
  /// old.
  private Optional<Row> claim(Row seen) {
    if (!running.add(seen.id())) {
      return Optional.empty();
    }
    var now = parts.clock().instant();
    var fresh =
        parts
            .database()
            .read(tx -> store.byId(tx, seen.id()))
            .filter(row -> row.state().open() && !row.dueAt().isAfter(now));
    if (fresh.isEmpty()) {
      running.remove(seen.id());
    }
    return fresh;
  }

  private Door door(String target) {
    return new Door(file(target).map(BrokerFile::concurrency).orElse(1));
  }

  /// Empty where it is gone, or cannot be read any more: that is the matter of its own hand-overs.
  private Optional<BrokerFile> file(String target) {
    try {
      return parts.targets().find(target).map(to -> parts.targets().file(to.broker()));
    } catch (Problem e) {
      LOG.warn("target={} cannot be used: {}", target, e.detail());
      return Optional.empty();
    }
  }

  /// Machines that became free by another way than a release (marked broken, then fixed): what was
  /// handed over with them is no more.
  private void letGo() {
    for (var id : List.copyOf(freed)) {
      freed.remove(id);
      of(id)
          .filter(row -> row.state().given())
          .filter(_ -> parts.machines().find(id).filter(m -> m.state() == State.READY).isPresent())
          .ifPresent(this::backwards);
    }
  }

  /// Machines that a policy took and that have come up.
  private void wanted() {
    if (!deployed) {
      return;
    }
    deployed = false;
    var all = new ArrayList<>(parts.bound().get());
    all.addAll(others.get());
    for (var wanted : all) {
      parts
          .machines()
          .find(wanted.machine())
          .filter(machine -> machine.state() == State.DEPLOYED)
          .filter(machine ->
              of(machine.id())
                  .filter(row -> row.state().given() || row.epoch() == machine.epoch())
                  .isEmpty())
          .ifPresent(machine -> wish(machine, wanted));
    }
  }

  private void wish(Machine machine, Wanted wanted) {
    try {
      var _ =
          begin(machine, wanted.target(), wanted.role(), new Origin(ACTOR.toString(), "policy"));
    } catch (Problem e) {
      // what is not let go yet may be in a moment
      deployed |= of(machine.id()).filter(row -> row.state() == Row.State.TAKING_BACK).isPresent();
      LOG.warn("machine={} not handed over to {}: {}", machine.id(), wanted.target(), e.detail());
    }
  }

  private void converse(Row row, Door door) {
    try {
      step(row, door);
    } catch (BrokerException | BadBroker | Problem e) {
      failed(row, e);
    } catch (RuntimeException e) {
      LOG.error("handover={} failed: {}", row.handoverId(), e.getMessage(), e);
      failed(row, e);
    } finally {
      running.remove(row.id());
    }
  }

  private void step(Row row, Door door) {
    var machine = parts.machines().find(row.machine());
    var target = parts.targets().find(row.target());
    if (machine.isEmpty() || target.isEmpty()) {
      throw new Problem(409, "there is no target " + row.target() + " any more");
    }
    var broker = parts.targets().broker(target.get());
    var patience = broker.file().patience();
    var handover = handover(machine.get(), row.handoverId(), row.said().role());
    var prepared = parts.preparations().of(row.machine());
    var now = parts.clock().instant();
    switch (row.state()) {
      case SENDING -> {
        var receipt = door.speak(() -> broker.handOver(handover, prepared)).without(prepared);
        var words = "handed over to " + row.target() + " as " + row.handoverId();
        if (broker.file().accepted()) {
          var said = row.said().with(receipt).proved("{}");
          arrived(row.to(Row.State.IN_SERVICE, now, now, said), row, words + ", which has it");
        } else {
          move(
              row,
              row.to(Row.State.PROVING, now, now.plus(patience.proof()), row.said().with(receipt)),
              words);
        }
      }
      case PROVING -> {
        var receipt = prepared.and(row.receipt());
        prove(
            row,
            door.speak(() -> broker.prove(handover, receipt)),
            patience,
            parts.clock().instant());
      }
      case TAKING_BACK -> {
        door.speak(() -> {
          broker.takeBack(handover, prepared.and(row.receipt()));
          return "";
        });
        move(
            row,
            row.to(Row.State.TAKEN_BACK, now, now, row.said().because("")),
            "taken back from " + row.target(),
            tx -> parts.preparations().forget(tx, row.machine()));
      }
      case IN_SERVICE, FAILED, TAKEN_BACK, STUCK -> {}
    }
  }

  private void prove(Row row, Proof proof, Patience patience, Instant now) {
    switch (proof) {
      case Proof.InService(var evidence) ->
          arrived(
              row.to(Row.State.IN_SERVICE, now, now, row.said().proved(evidence.toString())),
              row,
              "in service, by the word of " + row.target());
      case Proof.Lost(var why) ->
          move(
              row,
              row.to(Row.State.FAILED, now, now, row.said().because(why)),
              row.target() + " does not have it: " + why);
      case Proof.NotYet(var why) -> {
        if (now.isBefore(row.deadline())) {
          move(
              row,
              row.to(
                  Row.State.PROVING,
                  now.plus(patience.every()),
                  row.deadline(),
                  row.said().because(why)),
              "");
        } else {
          var late =
              "accepted, but not in service after %d s: %s"
                  .formatted(patience.proof().toSeconds(), why);
          move(
              row,
              row.to(Row.State.FAILED, now, now, row.said().because(late)),
              row.target() + ": " + late);
        }
      }
    }
  }

  /// That it is in service and the signed document of it are there together, or neither is.
  private void arrived(Row next, Row seen, String words) {
    var draft =
        parts
            .machines()
            .find(seen.machine())
            .map(machine -> parts.packs().draft(machine, next.handoverId(), evidence(next)));
    move(seen, next, words, tx -> draft.ifPresent(document -> parts.packs().add(tx, document)));
  }

  private static ObjectNode evidence(Row row) {
    var out = Json.instance().createObjectNode();
    out.put("id", row.handoverId());
    out.put("target", row.target());
    out.put("role", row.said().role());
    out.put("in_service_at", row.dueAt().toString());
    var words = row.said().evidence().getBytes(StandardCharsets.UTF_8);
    out.put("proof_sha256", Sha256.hex(words));
    if (words.length <= PROOF_BYTES) {
      out.set("proof", Json.parse(words));
    }
    return out;
  }

  /// What may pass is tried again until the patience ends; a take-back that fails is an operator's.
  private void failed(Row row, RuntimeException e) {
    var why = String.valueOf(e.getMessage());
    var now = parts.clock().instant();
    boolean passing = e instanceof BrokerException broker && broker.kind().passing();
    if (passing && now.isBefore(row.deadline())) {
      var pause =
          Duration.ofSeconds(Math.min(LONGEST_PAUSE.toSeconds(), 1L << Math.min(row.tries(), 6)));
      move(row, row.to(row.state(), now.plus(pause), row.deadline(), row.said().because(why)), "");
      return;
    }
    boolean back = row.state() == Row.State.TAKING_BACK;
    move(
        row,
        row.to(back ? Row.State.STUCK : Row.State.FAILED, now, now, row.said().because(why)),
        back
            ? row.target() + " does not let it go: " + why
            : "not handed over to " + row.target() + ": " + why);
  }

  private void move(Row seen, Row next, String words) {
    move(seen, next, words, _ -> {});
  }

  /// In one transaction with its line on the timeline.
  private void move(Row seen, Row next, String words, Consumer<Tx> with) {
    Consumer<Tx> change =
        tx -> {
          if (!store.change(tx, seen, next)) {
            throw new Moved();
          }
          with.accept(tx);
        };
    try {
      if (words.isEmpty()) {
        parts.database().change(change::accept);
      } else {
        parts.machines().note(seen.machine(), words, ACTOR, change);
      }
    } catch (Moved _) {
      // somebody wants it back meanwhile: what was answered is needed for that
      parts.database().change(tx -> store.keep(tx, seen, next.said()));
    }
    open = true;
  }

  /// It is not as it was seen any more.
  private static final class Moved extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// What a machine that is being installed runs at its first start to come in above; an empty text
  /// where nobody wants it. Empty: ask again. A [Problem] says why there will be none.
  public Optional<String> firstBoot(Machine machine) {
    var wanted =
        parts.bound().get().stream().filter(one -> one.machine().equals(machine.id())).findFirst();
    if (wanted.isEmpty()) {
      return Optional.of("");
    }
    var name = wanted.get().target();
    var target =
        parts
            .targets()
            .find(name)
            .orElseThrow(() -> new Problem(409, "there is no target " + name + " any more"));
    var broker = parts.targets().broker(target);
    if (!broker.file().prepares()) {
      return Optional.of("");
    }
    var planned = planned(machine, wanted.get().role());
    return parts
        .preparations()
        .firstBoot(
            machine,
            new Targets.Brokering(name, broker, prepared -> broker.firstBoot(planned, prepared)),
            planned);
  }

  private Handover planned(Machine machine, String role) {
    return handover(machine, "ho-" + machine.id() + "-" + machine.epoch(), role);
  }

  /// The same where somebody else writes the script, with what the target prepares for the machine.
  public Optional<String> firstBoot(
      Machine machine, Wanted wanted, Function<Receipt, String> script) {
    var target =
        parts
            .targets()
            .find(wanted.target())
            .orElseThrow(() -> new Problem(409, "there is no target " + wanted.target()));
    return parts
        .preparations()
        .firstBoot(
            machine,
            new Targets.Brokering(wanted.target(), parts.targets().broker(target), script),
            planned(machine, wanted.role()));
  }

  /// How a machine stands with the layer above.
  public enum Stand {
    NONE,
    /// on its way
    GOING,
    /// in service, by the word of the layer above
    THERE,
    FAILED,
    /// being taken back, or taken back
    BACK,
    /// not let go: an operator has to decide
    STUCK
  }

  public record Standing(Stand stand, String why) {}

  /// @param since what is of an earlier deployment than this epoch does not count
  public Standing standing(MachineId machine, long since) {
    return of(machine)
        .filter(row -> row.epoch() > since)
        .map(row ->
            new Standing(
                switch (row.state()) {
                  case SENDING, PROVING -> Stand.GOING;
                  case IN_SERVICE -> Stand.THERE;
                  case FAILED -> Stand.FAILED;
                  case TAKING_BACK, TAKEN_BACK -> Stand.BACK;
                  case STUCK -> Stand.STUCK;
                },
                row.said().why()))
        .orElse(new Standing(Stand.NONE, ""));
  }

  /// Who wants machines handed over besides policies.
  public void wantedBy(Supplier<List<Wanted>> wishes) {
    others = wishes;
  }

  /// Somebody wants machines handed over that were not wanted before.
  public void wantedAnew() {
    deployed = true;
  }

  /// Why a release may not go on yet; empty: nothing above has the machine. Asks for it back, once.
  public Optional<String> holds(Machine machine) {
    var last = of(machine.id());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    var row = last.get();
    return switch (row.state()) {
      case TAKEN_BACK -> Optional.empty();
      case STUCK ->
          Optional.of(
              "held: %s does not let it go (%s); see to it, then say so at /api/machines/%s/hand-over/forget"
                  .formatted(row.target(), row.said().why(), machine.id()));
      case TAKING_BACK -> Optional.of("being taken back from " + row.target());
      case SENDING, PROVING, IN_SERVICE, FAILED -> {
        backwards(row);
        yield Optional.of("being taken back from " + row.target());
      }
    };
  }

  private void backwards(Row row) {
    var now = parts.clock().instant();
    var patience = file(row.target()).map(f -> f.patience().takeBack()).orElse(Duration.ZERO);
    var next = row.to(Row.State.TAKING_BACK, now, now.plus(patience), row.said().because(""));
    var _ = parts.database().inTransaction(tx -> store.change(tx, row, next));
    open = true;
  }

  /// An operator says that the layer above does not have it any more.
  public void forget(Machine machine, Origin by) {
    var row =
        of(machine.id())
            .orElseThrow(() -> new Problem(404, machine.hostname() + " was not handed over"));
    if (row.state().open() && running.contains(row.id())) {
      throw new Problem(409, row.target() + " is being spoken to: try again");
    }
    var now = parts.clock().instant();
    parts
        .database()
        .change(tx -> {
          store.change(
              tx, row, row.to(Row.State.TAKEN_BACK, now, now, row.said().because("by hand")));
          Audit.write(
              tx, now, by, "%s is no more with %s".formatted(machine.hostname(), row.target()));
        });
  }
}
