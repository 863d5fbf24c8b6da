package io.rackstead.machine;

import static io.rackstead.machine.State.*;
import static io.rackstead.machine.Task.POWER_OFF;
import static io.rackstead.machine.Task.START_FROM_DISK;
import static io.rackstead.machine.Task.START_FROM_NETWORK;

import io.rackstead.machine.Event.*;
import io.rackstead.machine.Outcome.Moved;
import io.rackstead.machine.Outcome.Refused;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The map of the product. A line of the table is a sentence: in these states, when this happens,
/// go there and do that. Pure: no clock, disk or network.
public final class Lifecycle {
  /// A line of the table.
  ///
  /// @param to empty: back to where the machine came from
  public record Rule(State from, Class<? extends Event> on, Optional<State> to, List<Task> tasks) {}

  private static final Set<State> SETTLED = EnumSet.of(READY, ALLOCATED, DEPLOYED);
  private static final Set<State> FAILED_WITH_DISK =
      EnumSet.of(FAILED_DEPLOYMENT, RELEASING_FAILED, FAILED_DISK_ERASING);

  private static final List<Rule> RULES =
      rules(
          on(
              EnumSet.of(NEW, READY, FAILED_COMMISSIONING, FAILED_TESTING, BROKEN),
              Commission.class,
              COMMISSIONING,
              START_FROM_NETWORK),
          on(EnumSet.of(COMMISSIONING), CommissioningDone.class, TESTING),
          on(EnumSet.of(READY, FAILED_TESTING), Test.class, TESTING, START_FROM_NETWORK),
          on(EnumSet.of(TESTING), TestsPassed.class, READY, POWER_OFF),
          on(EnumSet.of(READY), Allocate.class, ALLOCATED),
          on(EnumSet.of(ALLOCATED), Deploy.class, DEPLOYING, START_FROM_NETWORK),
          on(EnumSet.of(DEPLOYING), ImageWritten.class, DEPLOYING),
          on(EnumSet.of(DEPLOYING), Booted.class, DEPLOYED),
          on(EnumSet.of(DISK_ERASING), Erased.class, RELEASING, POWER_OFF),
          on(EnumSet.of(RELEASING), PoweredOff.class, READY),
          // a failure has its own state, and each of those its way back
          on(EnumSet.of(COMMISSIONING), Failed.class, FAILED_COMMISSIONING),
          on(EnumSet.of(TESTING), Failed.class, FAILED_TESTING),
          on(EnumSet.of(DEPLOYING), Failed.class, FAILED_DEPLOYMENT),
          on(EnumSet.of(RELEASING), Failed.class, RELEASING_FAILED),
          on(EnumSet.of(DISK_ERASING), Failed.class, FAILED_DISK_ERASING),
          on(EnumSet.of(ENTERING_RESCUE_MODE), Failed.class, FAILED_ENTERING_RESCUE_MODE),
          on(EnumSet.of(EXITING_RESCUE_MODE), Failed.class, FAILED_EXITING_RESCUE_MODE),
          // abort goes back to where the work began
          back(EnumSet.of(COMMISSIONING, TESTING), Abort.class, POWER_OFF),
          on(EnumSet.of(DEPLOYING), Abort.class, ALLOCATED, POWER_OFF),
          on(EnumSet.of(DISK_ERASING), Abort.class, FAILED_DISK_ERASING, POWER_OFF),
          back(EnumSet.of(ENTERING_RESCUE_MODE), Abort.class, POWER_OFF),
          // rescue mode: the ephemeral system with a way in, and back to what was before
          on(
              EnumSet.of(
                  READY,
                  ALLOCATED,
                  DEPLOYED,
                  BROKEN,
                  FAILED_DEPLOYMENT,
                  FAILED_TESTING,
                  FAILED_COMMISSIONING),
              EnterRescue.class,
              ENTERING_RESCUE_MODE,
              START_FROM_NETWORK),
          on(
              EnumSet.of(FAILED_ENTERING_RESCUE_MODE, FAILED_EXITING_RESCUE_MODE),
              EnterRescue.class,
              ENTERING_RESCUE_MODE,
              START_FROM_NETWORK),
          on(EnumSet.of(ENTERING_RESCUE_MODE), RescueReached.class, RESCUE_MODE),
          on(
              EnumSet.of(RESCUE_MODE, FAILED_ENTERING_RESCUE_MODE, FAILED_EXITING_RESCUE_MODE),
              ExitRescue.class,
              EXITING_RESCUE_MODE),
          back(EnumSet.of(EXITING_RESCUE_MODE), RescueLeft.class),
          // broken, and mended
          on(EnumSet.complementOf(EnumSet.of(BROKEN, RETIRED)), MarkBroken.class, BROKEN),
          on(EnumSet.of(BROKEN, FAILED_TESTING), MarkFixed.class, READY),
          // release: where the disks are erased first, the ephemeral system has to come up for it
          releases());

  private Lifecycle() {}

  public static List<Rule> rules() {
    return RULES;
  }

  /// What comes of an event. `now` is only written down, never decided on.
  public static Outcome next(Machine machine, Event event, Instant now) {
    var objection = objection(machine, event);
    if (objection.isPresent()) {
      return new Refused(machine, objection.get());
    }
    if (fact(event)) {
      return new Moved(remember(machine, event), List.of());
    }
    if (event instanceof Progressed(var message)) {
      return machine.state().patience().isEmpty()
          ? new Refused(machine, machine.hostname() + " is not busy")
          : new Moved(
              machine.with(
                  machine
                      .standing()
                      .withMessage(message)
                      .withDeadline(now.plus(machine.state().patience().get()))),
              List.of());
    }
    for (var rule : RULES) {
      if (rule.from() == machine.state() && rule.on() == event.getClass() && fits(rule, event)) {
        return moved(machine, event, rule, now);
      }
    }
    return new Refused(
        machine,
        "%s cannot %s: it is %s"
            .formatted(machine.hostname(), words(event.getClass()), machine.state().title()));
  }

  /// The intents that the table has a line for and that nothing stands against.
  public static Set<Class<? extends Event>> allowed(Machine machine) {
    var allowed = new java.util.LinkedHashSet<Class<? extends Event>>();
    for (var rule : RULES) {
      if (rule.from() == machine.state() && intent(rule.on()) && !held(machine, rule.on())) {
        allowed.add(rule.on());
      }
    }
    return allowed;
  }

  private static Moved moved(Machine machine, Event event, Rule rule, Instant now) {
    var before = machine.standing();
    var to = rule.to().orElseGet(() -> before.previous().orElse(NEW));
    boolean intent = intent(event.getClass());
    var previous =
        to.busy() && !before.state().busy() ? Optional.of(resting(before)) : before.previous();
    var standing =
        new Standing(
            to,
            to.busy() || to == RESCUE_MODE ? previous : Optional.empty(),
            intent ? before.epoch() + 1 : before.epoch(),
            to == before.state() ? before.since() : now,
            to.patience().map(now::plus),
            message(event));
    var tasks = new ArrayList<>(rule.tasks());
    if (event instanceof ExitRescue) {
      tasks.add(previous.equals(Optional.of(DEPLOYED)) ? START_FROM_DISK : POWER_OFF);
    }
    return new Moved(remember(machine.with(standing), event), tasks);
  }

  /// Where a rescue or test that is entered from a failed rescue goes back to.
  private static State resting(Standing before) {
    return before.state() == RESCUE_MODE
            || before.state() == FAILED_ENTERING_RESCUE_MODE
            || before.state() == FAILED_EXITING_RESCUE_MODE
        ? before.previous().orElse(READY)
        : before.state();
  }

  /// The facts that an event leaves on the machine.
  private static Machine remember(Machine machine, Event event) {
    return switch (event) {
      case Allocate(var owner, var agent) ->
          machine.with(machine.labels().withOwner(owner).withAgent(agent));
      case Deploy(var deployment) -> machine.withDeployment(Optional.of(deployment));
      case ImageWritten(var disk) -> written(machine, disk);
      case Release(var erase) -> machine.withErase(erase);
      case PoweredOff() ->
          machine
              .with(machine.labels().withOwner(""))
              .with(machine.power().withPrompt(""))
              .with(machine.node().released())
              .withDeployment(Optional.empty())
              .withErase(EraseMode.NONE);
      case Erased() -> machine.hardware().map(h -> machine.with(h.erased())).orElse(machine);
      case Lock() -> machine.withLocked(true);
      case Unlock() -> machine.withLocked(false);
      case Edit(var labels) -> machine.with(labels);
      case Configure(_, var after, _) -> machine.with(after);
      case SetPower(var bmc, var user) -> machine.with(machine.power().by(bmc, user));
      case SetDisc(var network) -> machine.with(machine.power().withDisc(network));
      case HardwareReported(var identity, var hardware) ->
          // to commission a machine is to hand it over, with what lies on its disks
          machine
              .with(machine.identity().updated(identity))
              .with(machine.state() == COMMISSIONING ? hardware.asGiven() : hardware);
      case Quarantine(var reason) -> machine.withQuarantine(Optional.of(reason));
      case ClearQuarantine() -> machine.withQuarantine(Optional.empty());
      case PowerSeen(var state) -> machine.with(machine.power().withState(state));
      case Prompted(var prompt) -> machine.with(machine.power().withPrompt(prompt));
      case Commission(),
          Test(),
          Abort(),
          EnterRescue(),
          ExitRescue(),
          MarkBroken(_),
          MarkFixed(),
          CommissioningDone(),
          TestsPassed(),
          Booted(),
          RescueReached(),
          RescueLeft(),
          Progressed(_),
          Failed(_) ->
          machine;
    };
  }

  private static Machine written(Machine machine, String disk) {
    var image = machine.deployment().map(d -> d.image().toString()).orElse("");
    var after = machine.withDeployment(machine.deployment().map(Deployment::asWritten));
    return machine.hardware().map(h -> after.with(h.holding(disk, image))).orElse(after);
  }

  private static String message(Event event) {
    return switch (event) {
      case Failed(var reason) -> reason;
      case MarkBroken(var comment) -> comment;
      case ImageWritten(_) -> "image written and read back, starting from the disk";
      default -> "";
    };
  }

  /// Facts are noted in any state; they move nothing.
  private static boolean fact(Event event) {
    return switch (event) {
      case Lock(),
          Unlock(),
          Edit(_),
          Configure(_, _, _),
          SetPower(_, _),
          SetDisc(_),
          ClearQuarantine(),
          Quarantine(_),
          HardwareReported(_, _),
          PowerSeen(_),
          Prompted(_) ->
          true;
      default -> false;
    };
  }

  /// What somebody wants, as against what a machine reports: it begins a new epoch.
  static boolean intent(Class<? extends Event> event) {
    return INTENTS.contains(event);
  }

  private static final Set<Class<? extends Event>> INTENTS =
      Set.of(
          Commission.class,
          Test.class,
          Allocate.class,
          Deploy.class,
          Release.class,
          Abort.class,
          EnterRescue.class,
          ExitRescue.class,
          MarkBroken.class,
          MarkFixed.class);

  private static Optional<String> objection(Machine machine, Event event) {
    if (event instanceof HardwareReported
        && machine.state() != NEW
        && machine.state() != COMMISSIONING) {
      return Optional.of(
          machine.hostname() + " is " + machine.state().title() + ": its report is late");
    }
    if (event instanceof Configure(var before, _, _) && !before.equals(machine.node())) {
      return Optional.of(machine.hostname() + " was configured by somebody else meanwhile");
    }
    if (!held(machine, event.getClass())) {
      return Optional.empty();
    }
    return Optional.of(
        machine.locked()
            ? machine.hostname() + " is locked: unlock it first"
            : machine.hostname()
                + " is quarantined: "
                + machine.quarantine().orElse("")
                + "; look at it and clear the quarantine first");
  }

  private static boolean held(Machine machine, Class<? extends Event> event) {
    return intent(event)
        && (machine.locked() && event != Allocate.class
            || machine.quarantine().isPresent()
                && event != Abort.class
                && event != MarkBroken.class);
  }

  private static boolean fits(Rule rule, Event event) {
    return !(event instanceof Release(var erase))
        || (erase == EraseMode.NONE) == rule.to().equals(Optional.of(RELEASING));
  }

  private static List<Rule> releases() {
    var from = EnumSet.copyOf(SETTLED);
    from.remove(READY);
    from.add(DEPLOYING);
    from.addAll(FAILED_WITH_DISK);
    from.add(BROKEN);
    var lines = new ArrayList<Rule>();
    lines.addAll(on(from, Release.class, RELEASING, POWER_OFF));
    lines.addAll(on(from, Release.class, DISK_ERASING, START_FROM_NETWORK));
    return lines;
  }

  /// `CommissioningDone` in words.
  static String words(Class<? extends Event> event) {
    return event.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  private static List<Rule> on(
      Set<State> from, Class<? extends Event> event, State to, Task... tasks) {
    return from.stream()
        .map(state -> new Rule(state, event, Optional.of(to), List.of(tasks)))
        .toList();
  }

  private static List<Rule> back(Set<State> from, Class<? extends Event> event, Task... tasks) {
    return from.stream()
        .map(state -> new Rule(state, event, Optional.empty(), List.of(tasks)))
        .toList();
  }

  @SafeVarargs
  private static List<Rule> rules(List<Rule>... lines) {
    var all = new ArrayList<Rule>();
    for (var line : lines) {
      all.addAll(line);
    }
    return List.copyOf(all);
  }
}
