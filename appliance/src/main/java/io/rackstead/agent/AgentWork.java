package io.rackstead.agent;

import static io.rackstead.agent.Purpose.ENLIST;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Vault;
import io.rackstead.commission.Hardware;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Outcome;
import io.rackstead.plan.Seed;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands steps to agents and takes their results in. A result and what follows from it are one
/// transaction; a repeated result changes nothing; one for an older epoch ends the agent's work.
public final class AgentWork {
  private static final Logger LOG = LoggerFactory.getLogger(AgentWork.class);
  private static final long POLL_NANOS = 25_000_000_000L;
  private static final Duration RENEW = Duration.ofSeconds(60);

  private final Machines machines;
  private final Database database;
  private final EventLog events;
  private final Vault vault;
  private final Planner planner;
  private final StepStore steps = new StepStore();
  private final Sessions sessions;
  private final Progresses progresses;
  private final InstantSource clock;
  private final Newcomers newcomers;
  private final Consumer<MachineId> done;
  private final Map<MachineId, Object> doors = new ConcurrentHashMap<>();
  private volatile Above above = _ -> Optional.of("");
  private final Map<MachineId, Instant> renewed = new ConcurrentHashMap<>();

  /// The agent's work is over: what it holds is of an older epoch, or of an older boot.
  public static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Over(String why) {
      super(why);
    }
  }

  /// Whom a machine is installed for, where that is another system.
  @FunctionalInterface
  public interface Above {
    /// A script for the first start, the same for one deployment; an empty text for none. Empty: it
    /// cannot be had now. A [Problem] says why it never will.
    Optional<String> firstBoot(Machine machine);
  }

  public void installFor(Above other) {
    above = other;
  }

  /// @param newcomers which of them are accepted without a person
  /// @param done hears of each machine that got something done
  public AgentWork(
      Machines machines,
      Database database,
      EventLog events,
      Vault vault,
      Planner planner,
      Sessions sessions,
      Progresses progresses,
      InstantSource clock,
      Newcomers newcomers,
      Consumer<MachineId> done) {
    this.machines = machines;
    this.database = database;
    this.events = events;
    this.vault = vault;
    this.planner = planner;
    this.sessions = sessions;
    this.progresses = progresses;
    this.clock = clock;
    this.newcomers = newcomers;
    this.done = done;
    machines.listen(change -> knock(change.id()));
  }

  /// The first step without a result, waiting for one for a while; empty: ask again.
  ///
  /// @param after the last one that the agent has done
  Optional<ObjectNode> next(MachineId id, long after, String address, String server)
      throws InterruptedException {
    long until = System.nanoTime() + POLL_NANOS;
    while (true) {
      sessions.heard(id);
      var machine = machine(id);
      var purpose =
          Purpose.of(machine)
              .orElseThrow(() ->
                  new Over(
                      machine.hostname() + " is " + machine.state().title() + ": nothing to do"));
      var step = step(machine, purpose, after, address);
      if (step.isPresent()) {
        return ready(machine, step.get())
            ? Optional.of(handOut(machine, step.get(), server))
            : Optional.empty();
      }
      var door = doors.computeIfAbsent(id, _ -> new Object());
      synchronized (door) {
        long left = (until - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return Optional.empty();
        }
        door.wait(Math.min(left, 2000));
      }
    }
  }

  /// A seed waits for what the layer above gives the machine to come in with.
  private boolean ready(Machine machine, Step step) {
    if (!step.kind().equals("seed")) {
      return true;
    }
    try {
      return above.firstBoot(machine).isPresent();
    } catch (Problem e) {
      machines.apply(machine.id(), new Event.Failed(e.detail()), Actor.APPLIANCE);
      throw new Over(e.detail());
    }
  }

  private Optional<Step> step(Machine machine, Purpose purpose, long after, String address) {
    var planned = database.read(tx -> steps.steps(tx, machine.id(), machine.epoch(), purpose));
    if (planned.isEmpty()) {
      plan(machine, purpose, address);
      planned = database.read(tx -> steps.steps(tx, machine.id(), machine.epoch(), purpose));
    }
    var open = planned.stream().filter(Step::open).findFirst();
    open.filter(step -> step.seq() <= after)
        .ifPresent(step ->
            LOG.warn(
                "machine={} has done step {} and its result is not on record: it is asked again",
                machine.id(),
                step.seq()));
    return open;
  }

  private void plan(Machine machine, Purpose purpose, String address) {
    switch (planner.plan(machine, purpose, address)) {
      case Planner.Steps(var drafts, var also) ->
          database.change(tx -> {
            if (steps.steps(tx, machine.id(), machine.epoch(), purpose).isEmpty()) {
              steps.plan(tx, machine.id(), machine.epoch(), purpose, drafts);
              also.accept(tx);
            }
          });
      case Planner.Impossible(var why) -> {
        machines.apply(machine.id(), new Event.Failed(why), Actor.APPLIANCE);
        throw new Over(why);
      }
    }
  }

  private ObjectNode handOut(Machine machine, Step step, String server) {
    var answer = step.fields().<ObjectNode>deepCopy();
    answer.put("seq", step.seq());
    answer.put("kind", step.kind());
    answer.put("name", step.name());
    answer.put("timeout_s", step.timeoutS());
    answer.put("repeat", step.repeatable());
    switch (step.kind()) {
      case "bmc" ->
          answer.put(
              "password",
              database
                  .read(tx -> vault.get(tx, freshBmcPassword(machine.id())))
                  .orElseThrow()
                  .reveal());
      case "seed" -> {
        int n = 0;
        for (var file : answer.withArray("files")) {
          var content = seedFile(machine, step, n, server);
          ((ObjectNode) file)
              .put("url", "/agent/files/" + step.seq() + "/" + n++)
              .put("sha256", Sha256.hex(content));
        }
      }
      default -> {}
    }
    boolean first = step.startedAt().isEmpty();
    database.change(tx -> steps.begun(tx, step, clock.instant()));
    say(machine.id(), (first ? "" : "again: ") + step.name());
    progresses.set(machine.id(), new Progresses.Progress(step.kind(), step.name(), 0, 0, 0));
    renew(machine.id(), step.name(), true);
    if (!machine.power().prompt().isEmpty()) {
      machines.apply(machine.id(), new Event.Prompted(""), Actor.agent(machine.id()));
    }
    return answer;
  }

  /// A file of the seed, for the agent that is about to write it.
  byte[] seedFile(MachineId id, long seq, int n, String server) {
    var step =
        database
            .read(tx -> steps.step(tx, id, seq))
            .orElseThrow(() -> new Problem(404, "no step " + seq));
    return seedFile(machine(id), step, n, server);
  }

  private byte[] seedFile(Machine machine, Step step, int n, String server) {
    var path = step.fields().path("files").path(n).path("path").asText();
    if (path.isEmpty() || !step.kind().equals("seed")) {
      throw new Problem(404, "no file " + n + " in step " + step.seq());
    }
    return Seed.content(
        path,
        machine,
        server + "/MAAS/metadata/status/" + step.fields().path("report").asText(),
        above
            .firstBoot(machine)
            .orElseThrow(() -> new Problem(503, "the layer above cannot be asked now")));
  }

  void progress(MachineId id, long seq, long done, long total, long rate) {
    sessions.heard(id);
    var step = current(id, seq);
    progresses.set(id, new Progresses.Progress(step.kind(), step.name(), done, total, rate));
    renew(id, step.name(), false);
  }

  void log(MachineId id, List<String> lines) {
    sessions.heard(id);
    lines.stream().limit(200).forEach(line -> say(id, line));
  }

  void result(MachineId id, long seq, Step.Result result) {
    sessions.heard(id);
    var ended =
        database
            .read(tx -> steps.step(tx, id, seq))
            .orElseThrow(() -> new Over("no step " + seq + " for this machine"));
    if (!ended.open()) {
      return;
    }
    var step = current(id, seq);
    progresses.clear(id);
    var output = result.output().strip();
    say(
        id,
        "%s: %s in %.1f s%s"
            .formatted(
                step.name(),
                result.status(),
                result.seconds(),
                result.status().equals("ok") ? "" : ": " + lastLines(output)));
    follow(machine(id), step, result);
    done.accept(id);
    knock(id);
  }

  /// What a result means for the machine.
  private void follow(Machine machine, Step step, Step.Result result) {
    var id = machine.id();
    var actor = Actor.agent(id);
    var now = clock.instant();
    var all = database.read(tx -> steps.steps(tx, id, machine.epoch(), step.purpose()));
    var acts =
        new ArrayList<>(
            Verdict.of(step, result, all).stream().map(e -> new Machines.Act(e, actor)).toList());
    var also = new ArrayList<Consumer<Tx>>();
    Consumer<Tx> record =
        tx -> {
          also.forEach(one -> one.accept(tx));
          if (steps.ended(tx, step, result, now) && step.kind().equals("bmc")) {
            keepPassword(tx, id, result);
          }
        };
    for (var act : List.copyOf(acts)) {
      if (act.event() instanceof Event.HardwareReported(var seen, var hardware)) {
        mustBeItself(machine, seen);
        if (step.purpose() == ENLIST) {
          accepted(machine, hardware)
              .ifPresent(accepted -> {
                acts.add(new Machines.Act(new Event.Commission(), Actor.rule(accepted.rule())));
                also.add(accepted.with());
              });
        }
      }
    }
    if (acts.isEmpty()) {
      database.change(record);
    } else if (machines.apply(id, acts, record) instanceof Outcome.Refused(_, var why)) {
      throw new Over(why);
    }
  }

  /// A report that speaks for two machines is believed for neither: both are held for a person.
  private void mustBeItself(Machine machine, Identity seen) {
    var others =
        machines.list().stream()
            .filter(other -> !other.id().equals(machine.id()) && other.identity().shares(seen))
            .toList();
    var why =
        machine
            .identity()
            .conflict(seen)
            .or(() ->
                others.stream()
                    .findFirst()
                    .map(other ->
                        "its report has parts that are on record for " + other.hostname()));
    if (why.isEmpty()) {
      return;
    }
    var rule = Actor.rule("identity");
    machines.apply(machine.id(), new Event.Quarantine(why.get()), rule);
    others.forEach(other ->
        machines.apply(
            other.id(),
            new Event.Quarantine("parts of it were reported by " + machine.hostname()),
            rule));
    machines.apply(machine.id(), new Event.Failed(why.get()), rule);
    throw new Over(machine.hostname() + " is quarantined: " + why.get());
  }

  /// A rule hands over nobody's data: a machine that comes with some waits for a person.
  private Optional<Newcomers.Accepted> accepted(Machine machine, Hardware hardware) {
    var accepted = newcomers.of(machine.with(hardware));
    if (accepted.isPresent() && !hardware.foreign().isEmpty()) {
      say(
          machine.id(),
          ("not accepted by the rule %s, for its disks hold data (%s): to commission it by hand"
                  + " gives that away")
              .formatted(accepted.get().rule(), String.join(", ", hardware.foreign())));
      return Optional.empty();
    }
    return accepted;
  }

  /// The account is on the BMC now: its password is the machine's from here on.
  private void keepPassword(Tx tx, MachineId id, Step.Result result) {
    if (result.status().equals("ok") && !result.facts().path("absent").asBoolean()) {
      vault
          .get(tx, freshBmcPassword(id))
          .ifPresent(password -> {
            vault.put(tx, bmcPassword(id), password);
            vault.remove(tx, freshBmcPassword(id));
          });
    }
  }

  private Step current(MachineId id, long seq) {
    var machine = machine(id);
    return database
        .read(tx -> steps.step(tx, id, seq))
        .filter(step ->
            step.epoch() == machine.epoch()
                && Purpose.of(machine).equals(Optional.of(step.purpose())))
        .orElseThrow(() ->
            new Over(
                "step "
                    + seq
                    + " is of an older epoch; "
                    + machine.hostname()
                    + " is "
                    + machine.state().title()));
  }

  private Machine machine(MachineId id) {
    return machines.find(id).orElseThrow(() -> new Over("the machine was removed"));
  }

  /// A sign of life renews the patience; on disk at most once a minute.
  private void renew(MachineId id, String message, boolean now) {
    var instant = clock.instant();
    var last = renewed.get(id);
    if (now || last == null || last.plus(RENEW).isBefore(instant)) {
      renewed.put(id, instant);
      machines.apply(id, new Event.Progressed(message), Actor.agent(id));
    }
  }

  private void say(MachineId id, String line) {
    events.trace(Entry.of(clock.instant(), id, "agent", Actor.agent(id).toString(), line));
  }

  private void knock(MachineId id) {
    var door = doors.get(id);
    if (door != null) {
      synchronized (door) {
        door.notifyAll();
      }
    }
  }

  static String lastLines(String output) {
    var lines = output.lines().toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
  }

  public static String bmcPassword(MachineId id) {
    return "machine/" + id + "/bmc";
  }

  /// The password that is about to be set, known before the BMC knows it.
  public static String freshBmcPassword(MachineId id) {
    return "machine/" + id + "/bmc-fresh";
  }
}
