package io.rackstead.machine;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal;
import io.rackstead.access.Principal.Role;
import io.rackstead.archive.PackageArchives;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import io.rackstead.network.NetworkBook;
import io.rackstead.node.Around;
import io.rackstead.node.Setup;
import io.rackstead.node.Wiring;
import io.rackstead.node.Writable;
import io.rackstead.plan.DiskChoice;
import io.rackstead.power.BmcKeys;
import io.rackstead.power.PowerControl;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// What people and clients may do with a machine, the same for every API: who may, on which
/// machines, with an audit row for each write. A refusal is a [Problem] 403, 404 or 409 in words.
public final class Verbs {
  private final Machines machines;
  private final Database database;
  private final PowerControl power;
  private final InstantSource clock;
  private final Supplier<Optional<String>> brake;
  private final NetworkBook networks;
  private final PackageArchives archives;
  private volatile Consumer<Machine> beforeRemoval = _ -> {};

  /// @param brake asked before a machine is switched off or reset: why it may not be now
  public Verbs(
      Machines machines,
      Database database,
      PowerControl power,
      InstantSource clock,
      Supplier<Optional<String>> brake,
      NetworkBook networks) {
    this.machines = machines;
    this.database = database;
    this.power = power;
    this.clock = clock;
    this.brake = brake;
    this.networks = networks;
    archives = new PackageArchives(database, clock);
  }

  /// What has to be removed with a machine, elsewhere and before it; it may throw a [BmcException].
  public void beforeRemoval(Consumer<Machine> what) {
    beforeRemoval = what;
  }

  /// The machine of that id or hostname; one that is not theirs to see is not there.
  public Optional<Machine> find(Principal principal, String name) {
    return MachineId.parse(name)
        .flatMap(machines::find)
        .or(() -> machines.byHostname(name))
        .filter(machine -> principal.sees(machine.labels().owner(), machine.labels().pool()));
  }

  /// For what only those may do who run the place: inspecting, testing, mending, removing.
  public static void mustOperate(Request request) {
    var role = request.principal().role();
    if (role != Role.OPERATOR && role != Role.ADMIN) {
      throw new Problem(
          403, request.principal().username() + " may not do this: it takes an operator");
    }
  }

  /// The same for one machine: an operator of its pool will do.
  public static void mustOperate(Request request, Machine machine) {
    if (!request.principal().mayOperate(machine.labels().pool())) {
      throw new Problem(
          403,
          "%s may not do this: it takes an operator of the pool %s"
              .formatted(request.principal().username(), machine.labels().pool()));
    }
  }

  private static boolean mayTake(Request request, Machine machine) {
    return request.principal().mayTake(machine.labels().pool());
  }

  public static void mustOwn(Request request, Machine machine) {
    if (!request.principal().mayChange(machine.labels().owner(), machine.labels().pool())) {
      throw new Problem(
          403, request.principal().username() + " does not own " + machine.hostname());
    }
  }

  /// A locked machine is not changed by anybody until it is unlocked.
  public static void mustBeUnlocked(Machine machine) {
    if (machine.locked()) {
      throw new Problem(403, machine.hostname() + " is locked: unlock it first");
    }
  }

  public Machine apply(Request request, Machine machine, Event event) {
    return apply(request, machine, event, _ -> {});
  }

  public Machine apply(Request request, Machine machine, Event event, Consumer<Tx> with) {
    return applyAll(request, machine, List.of(event), with);
  }

  /// All of them or none.
  private Machine applyAll(Request request, Machine machine, List<Event> steps, Consumer<Tx> with) {
    return switch (attempt(request, machine, steps, with)) {
      case Outcome.Moved(var moved, _) -> moved;
      case Outcome.Refused(_, var reason) -> throw new Problem(409, reason);
    };
  }

  private Outcome attempt(Request request, Machine machine, Event event, Consumer<Tx> with) {
    return attempt(request, machine, List.of(event), with);
  }

  private Outcome attempt(Request request, Machine machine, List<Event> steps, Consumer<Tx> with) {
    var actor = request.principal().actor();
    try {
      return machines.apply(
          machine.id(),
          steps.stream().map(event -> new Machines.Act(event, actor)).toList(),
          tx -> {
            with.accept(tx);
            for (var event : steps) {
              audit(tx, request, words(event), machine);
            }
          });
    } catch (IllegalArgumentException e) {
      throw new Problem(404, "no machine " + machine.id(), e);
    }
  }

  private static String words(Event event) {
    return event instanceof Event.Configure(_, _, var what)
        ? "configure, " + what + ":"
        : Lifecycle.words(event.getClass());
  }

  private void audit(Tx tx, Request request, String what, Machine machine) {
    Audit.write(
        tx,
        clock.instant(),
        Origin.of(request),
        what + " " + machine.hostname() + " (" + machine.id() + ")");
  }

  public Machine allocate(Request request, Machine machine) {
    mustTake(request, machine);
    return apply(request, machine, new Event.Allocate(request.principal().username()));
  }

  private void mustTake(Request request, Machine machine) {
    if (!mayTake(request, machine)) {
      throw new Problem(
          403,
          "%s may not take machines of the pool %s"
              .formatted(request.principal().username(), machine.labels().pool()));
    }
  }

  /// Takes it if it is still free; empty when somebody was faster.
  ///
  /// @param wiring what its interfaces become by that
  public Optional<Machine> tryAllocate(
      Request request, Machine machine, String agent, UnaryOperator<Setup> wiring) {
    if (!mayTake(request, machine)) {
      return Optional.empty();
    }
    var steps = new ArrayList<Event>();
    steps.add(new Event.Allocate(request.principal().username(), agent));
    steps.addAll(wired(machine, wiring.apply(machine.node())));
    return attempt(request, machine, steps, _ -> {}) instanceof Outcome.Moved(var moved, _)
        ? Optional.of(moved)
        : Optional.empty();
  }

  private static List<Event> wired(Machine machine, Setup after) {
    return after.equals(machine.node())
        ? List.of()
        : List.of(new Event.Configure(machine.node(), after, "for its installation"));
  }

  /// Deploys; a machine that is Ready is allocated to the caller first.
  public Machine deploy(Request request, Machine machine, DeployOrder order) {
    return deploy(request, machine, order, UnaryOperator.identity());
  }

  /// @param wiring what its interfaces become before that
  public Machine deploy(
      Request request, Machine machine, DeployOrder order, UnaryOperator<Setup> wiring) {
    return deploy(request, machine, order, wiring, _ -> {});
  }

  /// @param with writes what belongs to it in the same transaction
  public Machine deploy(
      Request request,
      Machine machine,
      DeployOrder order,
      UnaryOperator<Setup> wiring,
      Consumer<Tx> with) {
    mustBeUnlocked(machine);
    boolean ready = machine.state() == State.READY;
    if (!ready) {
      mustOwn(request, machine);
    }
    if (!ready && machine.state() != State.ALLOCATED) {
      throw new Problem(
          409,
          "Can't deploy a machine that is in the '%s' state: it has to be Ready or Allocated"
              .formatted(machine.state().title()));
    }
    if (ready) {
      mustTake(request, machine);
    }
    var steps =
        installation(machine, order, request.principal().username(), wiring.apply(machine.node()));
    var moved = applyAll(request, machine, steps, with);
    if (moved.state() != State.DEPLOYING) {
      throw new Problem(409, "%s is %s now".formatted(moved.hostname(), moved.state().title()));
    }
    return moved;
  }

  /// What it takes to install that on a machine that is Ready or allocated, once everything that
  /// can be checked is right; who may is not asked.
  ///
  /// @param owner whose it becomes when it is nobody's
  /// @param setup what its disks and interfaces become before that
  public List<Event> installation(Machine machine, DeployOrder order, String owner, Setup setup) {
    var steps = new ArrayList<>(installed(machine.with(setup), order, owner));
    steps.addAll(steps.size() - 1, wired(machine, setup));
    return steps;
  }

  private List<Event> installed(Machine machine, DeployOrder order, String owner) {
    if (order.image().arch() != machine.arch()) {
      throw new Problem(
          409,
          "%s is %s, %s is for %s"
              .formatted(
                  machine.hostname(),
                  machine.arch().debianName(),
                  order.image().id(),
                  order.image().arch().debianName()));
    }
    var hardware =
        machine
            .hardware()
            .orElseThrow(
                () -> new Problem(409, machine.hostname() + " was never inspected: commission it"));
    var onto = onto(machine, order);
    if (DiskChoice.of(hardware, onto.disk(), order.image().raw().sizeBytes(), order.consentToWipe())
        instanceof DiskChoice.None(var why)) {
      throw new Problem(409, machine.hostname() + ": " + why);
    }
    var all = networks.now();
    var around =
        Around.of(all, networks::resolvers)
            .in(all.domainOf(machine.labels().domain()).name(), networks.timeServers());
    Wiring.uninstallable(machine.node(), around)
        .ifPresent(why -> {
          throw new Problem(409, machine.hostname() + " cannot be deployed: " + why);
        });
    var steps = new ArrayList<Event>();
    var labels = machine.labels();
    if (machine.state() == State.READY) {
      labels = labels.withOwner(owner);
      steps.add(new Event.Allocate(labels.owner()));
    }
    if (!order.hostname().isEmpty() && !order.hostname().equals(machine.hostname())) {
      labels = labels.withHostname(order.hostname());
      mustBeFree(labels.hostname());
      steps.add(new Event.Edit(labels));
    }
    steps.add(
        new Event.Deploy(
            new Deployment(
                order.image().id(),
                order.image().raw().sha256(),
                onto.disk(),
                order.sshKeys(),
                order.userData(),
                order.consentToWipe(),
                false,
                Optional.of(around.of(machine.node())),
                onto.rootBytes(),
                Optional.of(archives.all()))));
    return steps;
  }

  /// Where the image goes, and how much of it: what was laid out, or what this order says.
  private static Writable.Onto onto(Machine machine, DeployOrder order) {
    var image = order.image();
    return switch (Writable.of(machine.node().storage(), image.root().filesystem())) {
      case Writable.Not(var why) ->
          throw new Problem(
              409,
              "%s cannot be deployed with its storage layout: %s. Only the flat layout is written: set it by machines/%s/?op=set_storage_layout with storage_layout=flat"
                  .formatted(machine.hostname(), why, machine.id()));
      case Writable.Onto(var disk, var rootBytes) -> {
        if (rootBytes > 0
            && (image.root().partition().isEmpty() || rootBytes < image.raw().sizeBytes())) {
          throw new Problem(
              409,
              "%s cannot be deployed with its storage layout: / is to have %d bytes, and %s (%d bytes) cannot be cut to that"
                  .formatted(machine.hostname(), rootBytes, image.id(), image.raw().sizeBytes()));
        }
        if (!order.disk().isEmpty() && !disk.isEmpty() && !same(machine, order.disk(), disk)) {
          throw new Problem(
              409,
              "%s starts from the disk %s by its storage layout, and this deployment asks for %s"
                  .formatted(machine.hostname(), disk, order.disk()));
        }
        yield new Writable.Onto(disk.isEmpty() ? order.disk() : disk, rootBytes);
      }
    };
  }

  /// A disk can be called by its serial number or its WWN.
  private static boolean same(Machine machine, String one, String other) {
    return one.equals(other)
        || machine.hardware().stream()
            .flatMap(h -> h.disks().stream())
            .map(d -> List.of(d.serial(), d.wwn()))
            .anyMatch(names -> names.contains(one) && names.contains(other));
  }

  public Machine edit(Request request, Machine machine, Labels labels) {
    if (!labels.pool().equals(machine.labels().pool())
        && !request.principal().mayOperate(labels.pool())) {
      throw new Problem(
          403,
          "%s may not put machines into the pool %s"
              .formatted(request.principal().username(), labels.pool()));
    }
    if (!labels.hostname().equals(machine.hostname())) {
      mustBeFree(labels.hostname());
    }
    return apply(request, machine, new Event.Edit(labels));
  }

  private void mustBeFree(String hostname) {
    if (machines.byHostname(hostname).isPresent()) {
      throw new Problem(409, "another machine is called " + hostname);
    }
  }

  public Machine lock(Request request, Machine machine) {
    mustOwn(request, machine);
    if (machine.locked()) {
      throw new Problem(409, machine.hostname() + " is locked already");
    }
    if (!Actions.lockable(machine)) {
      throw new Problem(
          409,
          machine.hostname()
              + " is "
              + machine.state().title()
              + ": what is deployed can be locked");
    }
    return apply(request, machine, new Event.Lock());
  }

  public Machine unlock(Request request, Machine machine) {
    mustOwn(request, machine);
    if (!machine.locked()) {
      throw new Problem(409, machine.hostname() + " is not locked");
    }
    return apply(request, machine, new Event.Unlock());
  }

  /// Presses the button at once; its word is the hardware's. What was asked for is on record,
  /// timeline and audit together, before the BMC hears of it.
  public Machine press(Request request, Machine machine, PowerAction action) {
    mustBeUnlocked(machine);
    if (action != PowerAction.ON) {
      brake
          .get()
          .ifPresent(why -> {
            throw new Problem(503, machine.hostname() + " stays on: " + why);
          });
    }
    var what = "power " + action.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    try {
      power.press(
          machine, action, request.principal().actor(), tx -> audit(tx, request, what, machine));
    } catch (BmcException e) {
      throw new Problem(503, String.valueOf(e.getMessage()), e);
    }
    return machines.find(machine.id()).orElse(machine);
  }

  /// Accepts the TLS or SSH key that a BMC shows in place of the one it had.
  ///
  /// @param sshPort of a Redfish BMC's SSH server, where the key is that one's; 0: it is not
  public Machine trustBmc(Request request, Machine machine, String fingerprint, int sshPort) {
    mustOperate(request, machine);
    if (!BmcKeys.FINGERPRINT.matcher(fingerprint).matches()) {
      throw new Problem(
          400, "fingerprint is sha256: and 64 hexadecimal digits, got \"" + fingerprint + "\"");
    }
    if (sshPort < 0 || sshPort > 65535) {
      throw new Problem(400, "ssh_port is 1 to 65535, got " + sshPort);
    }
    var address =
        machine
            .power()
            .bmc()
            .filter(bmc ->
                sshPort == 0
                    ? bmc.scheme().equals("redfish+https") || bmc.scheme().equals("qemu+ssh")
                    : bmc.scheme().startsWith("redfish+"))
            .map(bmc -> sshPort == 0 ? bmc : BmcAddress.ssh(bmc.host(), sshPort))
            .orElseThrow(() ->
                new Problem(
                    409, machine.hostname() + " has no BMC that is spoken to over TLS or SSH"));
    power.trust(
        machine,
        address,
        fingerprint,
        request.principal().actor(),
        tx -> audit(tx, request, "accepted the BMC key " + fingerprint + " of", machine));
    return machine;
  }

  /// Asks the hardware now.
  public PowerState query(Machine machine) {
    try {
      return power.query(machine);
    } catch (BmcException e) {
      throw new Problem(503, String.valueOf(e.getMessage()), e);
    }
  }

  public void delete(Request request, Machine machine) {
    delete(request, machine, false);
  }

  /// @param force also where what it runs on cannot be removed
  public void delete(Request request, Machine machine, boolean force) {
    mustBeUnlocked(machine);
    var left = removedElsewhere(machine, force);
    machines.delete(
        machine.id(),
        request.principal().actor(),
        tx -> audit(tx, request, "removed" + left, machine));
  }

  private String removedElsewhere(Machine machine, boolean force) {
    try {
      beforeRemoval.accept(machine);
      return "";
    } catch (BmcException e) {
      if (!force) {
        throw new Problem(
            503,
            "%s was not removed, as what it runs on could not be: %s"
                .formatted(machine.hostname(), e.getMessage()),
            e);
      }
      return " (what it ran on is left: " + e.getMessage() + ")";
    }
  }
}
