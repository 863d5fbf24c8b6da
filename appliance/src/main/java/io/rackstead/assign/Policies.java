package io.rackstead.assign;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.SshKeys;
import io.rackstead.access.Users;
import io.rackstead.agent.Newcomers;
import io.rackstead.assign.PolicyStore.Wish;
import io.rackstead.http.Problem;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import io.rackstead.machine.Actor;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Outcome;
import io.rackstead.machine.State;
import io.rackstead.machine.Task;
import io.rackstead.machine.Verbs;
import io.rackstead.network.Rejected;
import io.rackstead.node.NodeNumbers;
import io.rackstead.policy.Policy;
import io.rackstead.policy.Policy.Trigger;
import io.rackstead.policy.Preview;
import io.rackstead.policy.Table;
import io.rackstead.policy.Verdict;
import io.rackstead.policy.Verdict.Explained;
import io.rackstead.policy.Verdict.Kind;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import io.rackstead.task.TaskStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/// The policies at work. A machine that is to become something waits as a row; when a line takes
/// it, that is a task of its own, and line, order and audit are written in one transaction. Nothing
/// is read before it is asked for.
public final class Policies implements Newcomers {
  private final PolicyStore store = new PolicyStore();
  private final Database database;
  private final Machines machines;
  private final TaskStore tasks;
  private final Verbs verbs;
  private final ImageStore images;
  private final Users users;
  private final SshKeys sshKeys;
  private final InstantSource clock;
  private final UnaryOperator<Machine> tagged;
  private final KnownFacts known = new KnownFacts();
  private final AtomicBoolean looking = new AtomicBoolean();

  /// What they work with.
  ///
  /// @param tagged gives a machine the automatic tags that its hardware earns now
  /// @param later runs what follows from a change, off the changing thread
  public record Parts(
      Database database,
      Machines machines,
      TaskStore tasks,
      Verbs verbs,
      ImageStore images,
      Users users,
      SshKeys sshKeys,
      InstantSource clock,
      UnaryOperator<Machine> tagged,
      Executor later) {}

  public Policies(Parts parts) {
    database = parts.database();
    machines = parts.machines();
    tasks = parts.tasks();
    verbs = parts.verbs();
    images = parts.images();
    users = parts.users();
    sshKeys = parts.sshKeys();
    clock = parts.clock();
    tagged = parts.tagged();
    machines.listen(change -> {
      boolean free = change.now().filter(machine -> machine.state() == State.READY).isPresent();
      if (free && looking.compareAndSet(false, true)) {
        parts.later().execute(this::look);
      }
    });
  }

  Lines lines() {
    return database.read(store::lines);
  }

  private Fleet fleet(Tx tx) {
    return new Fleet(store.wishes(tx), store.bindings(tx), known::of);
  }

  /// [Problem] 409 when somebody else has saved meanwhile.
  Lines save(long from, List<Line> lines, Origin by) {
    var next = table(from + 1, lines);
    lines.stream().map(Line::owner).distinct().forEach(this::mustBeThere);
    database.change(tx -> {
      long now = store.lines(tx).version();
      if (now != from) {
        throw new Problem(
            409, "the policies were edited meanwhile: version %d, not %d".formatted(now, from));
      }
      store.save(tx, next);
      Audit.write(
          tx,
          clock.instant(),
          by,
          "policies, version %d: %s"
              .formatted(next.version(), lines.stream().map(Line::name).toList()));
    });
    look();
    return next;
  }

  private static Lines table(long version, List<Line> lines) {
    try {
      return new Lines(version, lines);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private void mustBeThere(String owner) {
    if (database.read(tx -> users.find(tx, owner)).isEmpty()) {
      throw new Problem(400, "there is no user " + owner + " whom machines could belong to");
    }
  }

  Preview preview(List<Line> lines) {
    var after = table(0, lines).table();
    var fleet = database.read(this::fleet);
    return Preview.of(lines().table(), after, fleet.subjects(machines.list()), clock.instant());
  }

  Explained explain(Machine machine) {
    var fleet = database.read(this::fleet);
    return lines()
        .table()
        .explain(machine.id().text(), fleet.subjects(machines.list()), clock.instant());
  }

  /// What a machine is by a line that took it, in words; empty: none did.
  Optional<String> taken(Machine machine) {
    return database.read(this::fleet).binding(machine).map(PolicyStore.Binding::policy);
  }

  /// What lines took, and whom they hand it to.
  public List<Taken> handed() {
    return database.read(store::bindings).stream()
        .map(binding -> new Taken(binding.machine(), binding.target(), binding.role()))
        .toList();
  }

  /// Somebody has a machine become that without a line of ours; in the transaction of its
  /// deployment.
  public void bind(Tx tx, Machine machine, String role, String target) {
    store.forget(tx, machine.id());
    store.bind(tx, machine.id(), "", role, target, machine.epoch(), clock.instant());
  }

  /// @param target empty: nobody
  public record Taken(MachineId machine, String target, String role) {}

  /// Has the machines judged, and taken when a line wants them.
  void ask(List<Machine> which, Origin by) {
    database.change(tx -> {
      for (var machine : which) {
        store.wish(tx, machine.id(), Trigger.DEMAND, by.actor());
      }
      Audit.write(
          tx,
          clock.instant(),
          by,
          "policies applied to " + which.stream().map(Machine::hostname).toList());
    });
    look();
  }

  /// Whether a line wants a newcomer: it is then commissioned, and waits to be taken. The disks are
  /// the caller's to look at.
  @Override
  public Optional<Accepted> of(Machine newcomer) {
    var table = lines().table();
    if (table.lines().isEmpty()) {
      return Optional.empty();
    }
    // its tags are given behind its report
    var reported = tagged.apply(newcomer);
    var empty = reported.hardware().map(h -> reported.with(h.erased())).orElse(reported);
    return verdict(table, empty)
        .filter(verdict -> verdict.kind() == Kind.TAKES || verdict.kind() == Kind.WAITS)
        .map(verdict ->
            new Accepted(
                rule(verdict.lineName()),
                tx -> store.wish(tx, newcomer.id(), Trigger.ENROLMENT, rule(verdict.lineName()))));
  }

  private static String rule(String line) {
    return "policy-" + line;
  }

  /// Judged after those that wait already, with the places that are taken.
  private Optional<Verdict> verdict(Table table, Machine machine) {
    var fleet = database.read(this::fleet);
    var among = new ArrayList<Machine>();
    machines.list().stream()
        .filter(other -> !other.id().equals(machine.id()) && fleet.counts(other))
        .forEach(among::add);
    among.add(machine);
    var verdicts = table.judge(fleet.subjects(among), clock.instant());
    return Optional.ofNullable(verdicts.get(machine.id().text()));
  }

  /// Makes tasks for those that wait and whose line may begin. To be called now and then: schedules
  /// open, and places become free.
  public void look() {
    looking.set(false);
    leave();
    var waiting = database.read(store::wishes);
    if (waiting.isEmpty()) {
      return;
    }
    var table = lines().table();
    var fleet = database.read(this::fleet);
    var counted = machines.list().stream().filter(fleet::counts).toList();
    var verdicts = table.judge(fleet.subjects(counted), clock.instant());
    boolean begun = false;
    for (var wish : waiting) {
      var verdict = verdicts.get(wish.machine().text());
      if (verdict != null && verdict.kind() == Kind.TAKES) {
        begun |= begin(wish);
      }
    }
    if (begun) {
      tasks.wake();
    }
  }

  /// What is free again is no line's any more.
  private void leave() {
    var gone =
        database.read(store::bindings).stream()
            .filter(binding ->
                machines
                    .find(binding.machine())
                    .filter(now -> now.state() == State.READY && now.epoch() > binding.epoch())
                    .isPresent())
            .toList();
    if (!gone.isEmpty()) {
      database.change(tx -> gone.forEach(binding -> store.unbind(tx, binding)));
    }
  }

  private boolean begin(Wish wish) {
    return database.inTransaction(tx -> {
      var machine = machines.find(wish.machine());
      if (machine.isEmpty()
          || machine.get().state() != State.READY
          || tasks.waits(tx, wish.machine(), Task.FOLLOW_POLICY)) {
        return false;
      }
      tasks.add(
          tx, wish.machine(), machine.get().epoch(), List.of(Task.FOLLOW_POLICY), clock.instant());
      return true;
    });
  }

  /// The task: takes the machine for the line that wants it now. Done before, it changes nothing.
  public Optional<Event> follow(Machine machine) {
    var fleet = database.read(this::fleet);
    var wish = fleet.wish(machine);
    if (wish.isEmpty() || machine.state() != State.READY) {
      return Optional.empty();
    }
    var verdict = verdict(lines().table(), machine);
    if (verdict.isPresent() && verdict.get().kind() == Kind.TAKES) {
      verdict.get().line().ifPresent(line -> take(machine, wish.get(), line));
    }
    return Optional.empty();
  }

  private void take(Machine machine, Wish wish, Policy line) {
    var actor = Actor.rule(rule(line.name()));
    var by = new Origin(actor.toString(), "for " + cut(wish.by()));
    try {
      var order = order(machine, line);
      var numbers = NodeNumbers.given(database);
      var events =
          verbs.installation(
              machine,
              order,
              line.becoming().owner(),
              Shaping.of(machine, line.becoming(), numbers));
      var outcome =
          machines.apply(
              machine.id(),
              events.stream().map(event -> new Machines.Act(event, actor)).toList(),
              tx -> {
                store.forget(tx, machine.id());
                store.bind(
                    tx,
                    machine.id(),
                    line.name(),
                    line.becoming().role(),
                    line.becoming().target(),
                    machine.epoch(),
                    clock.instant());
                Audit.write(
                    tx,
                    clock.instant(),
                    by,
                    "%s (%s) becomes %s"
                        .formatted(machine.hostname(), machine.id(), line.becoming()));
              });
      if (outcome instanceof Outcome.Refused(_, var why)) {
        throw new Problem(409, why);
      }
    } catch (Problem | Rejected e) {
      // asked once, refused once: it does not try for ever, and its timeline says why
      machines.note(
          machine.id(),
          "policy %s could not take it: %s".formatted(line.name(), why(e)),
          actor,
          tx -> store.forget(tx, machine.id()));
    }
  }

  private static String why(RuntimeException e) {
    return e instanceof Problem problem ? problem.detail() : String.valueOf(e.getMessage());
  }

  private static String cut(String text) {
    return text.length() > 40 ? text.substring(0, 40) : text;
  }

  private DeployOrder order(Machine machine, Policy line) {
    var becoming = line.becoming();
    var keys =
        database.read(tx -> sshKeys.of(tx, becoming.owner())).stream()
            .map(SshKeys.SshKey::text)
            .toList();
    return new DeployOrder(image(becoming.image(), machine), keys, "", "", "", false);
  }

  private Image image(String name, Machine machine) {
    return images
        .image(ImageId.parse(name), machine.arch())
        .orElseThrow(() ->
            new Problem(
                409,
                "no image %s for %s in the store".formatted(name, machine.arch().debianName())));
  }
}
