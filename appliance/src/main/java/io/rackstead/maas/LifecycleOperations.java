package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.bmc.PowerAction;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.node.Bridges;
import io.rackstead.node.Interface;
import io.rackstead.node.Setup;
import io.rackstead.node.Wiring;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// What machines go through: allocate, deploy, release, and the rest of the lifecycle's verbs.
final class LifecycleOperations {
  private static final String ALL = "machines/";
  private static final String ONE = "machines/{system_id}/";
  private final Parts parts;
  private final MachineOperations machines;
  private final NodeEdits edits;
  private final Taking taking = new Taking();

  /// What a deployment may be asked for that this one would not do.
  private static final Map<String, String> NOT_DONE =
      Map.of(
          "install_rackd", "there are no rack controllers: one process serves all networks",
          "ephemeral_deploy", "the image is always written to a disk",
          "enable_hw_sync", "hardware is inspected when a machine is commissioned, not later",
          "enable_kernel_crash_dump", "the image is written as it is: let its user data do that");

  LifecycleOperations(Parts parts, MachineOperations machines, NodeEdits edits) {
    this.parts = parts;
    this.machines = machines;
    this.edits = edits;
  }

  List<MaasOperation> operations() {
    return List.of(
        post("Machines", ALL, "allocate", Access.OPERATE, this::allocate),
        post("Machines", ALL, "release", Access.OPERATE, this::releaseMany),
        post("Machines", ALL, "accept", Access.OPERATE, this::accept),
        post("Machines", ALL, "accept_all", Access.OPERATE, this::acceptAll),
        post("Machine", ONE, "commission", Access.OPERATE, this::commission),
        post("Machine", ONE, "deploy", Access.OPERATE, this::deploy),
        post("Machine", ONE, "release", Access.OPERATE, this::release),
        post("Machine", ONE, "abort", Access.OPERATE, call -> owned(call, new Event.Abort())),
        post("Machine", ONE, "power_on", Access.OPERATE, this::powerOn),
        post("Machine", ONE, "power_off", Access.OPERATE, this::powerOff),
        get("Machine", ONE, "query_power_state", Access.VIEW, this::queryPower),
        post("Machine", ONE, "lock", Access.OPERATE, this::lock),
        post("Machine", ONE, "unlock", Access.OPERATE, this::unlock),
        post("Machine", ONE, "rescue_mode", Access.OPERATE, c -> owned(c, new Event.EnterRescue())),
        post(
            "Machine",
            ONE,
            "exit_rescue_mode",
            Access.OPERATE,
            c -> owned(c, new Event.ExitRescue())),
        post("Machine", ONE, "mark_broken", Access.OPERATE, this::markBroken),
        post("Machine", ONE, "mark_fixed", Access.OPERATE, c -> operated(c, new Event.MarkFixed())),
        post("Machine", ONE, "test", Access.OPERATE, c -> operated(c, new Event.Test())),
        post(
            "Machine",
            ONE,
            "override_failed_testing",
            Access.OPERATE,
            this::overrideFailedTesting));
  }

  private Reply owned(Call call, Event event) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    Verbs.mustOwn(call.request(), machine);
    return machines.shown(parts.verbs().apply(call.request(), machine, event));
  }

  private Reply operated(Call call, Event event) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    Verbs.mustOperate(call.request(), machine);
    return machines.shown(parts.verbs().apply(call.request(), machine, event));
  }

  private Reply allocate(Call call) {
    var allocation = Allocation.of(call, parts.networks().now());
    machines.checkPlaces(call.all());
    var principal = call.principal();
    Predicate<Machine> free =
        machine ->
            machine.state() == State.READY
                && principal.mayTake(machine.labels().pool())
                && !machine.locked()
                && machine.quarantine().isEmpty();
    boolean dryRun = call.truth("dry_run").orElse(false);
    var agent = call.text("agent_name").orElse("");
    var wiring = wiring(call);
    var mine =
        free.and(MachineOperations.seenBy(principal))
            .and(PodFilter.of(parts.surroundings().vmHosts(), call.all()));
    var each =
        call.truth("verbose").orElse(false)
            ? verbose(allocation.among(parts.machines(), mine))
            : Map.<String, Object>of();
    return taking
        .first(
            allocation.among(parts.machines(), mine),
            candidate ->
                dryRun
                    ? Optional.of(candidate.machine())
                    : parts
                        .machines()
                        .find(candidate.machine().id())
                        .filter(free)
                        .flatMap(m -> parts.verbs().tryAllocate(call.request(), m, agent, wiring)))
        .map(taken -> {
          var shape = machines.shape(taken.machine());
          var byType = new LinkedHashMap<>(taken.byType());
          byType.putAll(each);
          shape.put("constraints_by_type", byType);
          return Dispatch.json(shape);
        })
        .orElseThrow(() ->
            new Problem(
                409, allocation.nothing(parts.machines().list().stream().filter(mine).toList())));
  }

  /// What the labels would become on each machine that fits.
  private static Map<String, Object> verbose(Iterator<Allocation.Candidate> fitting) {
    var storage = new LinkedHashMap<String, Object>();
    var interfaces = new LinkedHashMap<String, Object>();
    fitting.forEachRemaining(candidate -> {
      var id = candidate.machine().id().text();
      storage.put(id, candidate.byType().getOrDefault("storage", Map.of()));
      interfaces.put(id, candidate.byType().getOrDefault("interfaces", Map.of()));
    });
    return Map.of("verbose_storage", storage, "verbose_interfaces", interfaces);
  }

  /// What `bridge_all` makes of the interfaces of a machine.
  private UnaryOperator<Setup> wiring(Call call) {
    return call.truth("bridge_all").orElse(false) ? bridged(call) : UnaryOperator.identity();
  }

  private UnaryOperator<Setup> bridged(Call call) {
    var asked = new TreeMap<String, String>();
    for (var name : List.of("bridge_type", "bridge_stp", "bridge_fd")) {
      call.text(name).filter(text -> !text.isEmpty()).ifPresent(text -> asked.put(name, text));
    }
    Wiring.params(Interface.Kind.BRIDGE, Map.of(), asked);
    var numbers = edits.numbers();
    return setup -> Bridges.over(setup, asked, numbers);
  }

  private Reply commission(Call call) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    Verbs.mustOperate(call.request(), machine);
    return machines.shown(commissioned(call, machine));
  }

  /// A wrong state is a bad request here, not a conflict.
  private Machine commissioned(Call call, Machine machine) {
    try {
      return parts.verbs().apply(call.request(), machine, new Event.Commission());
    } catch (Problem problem) {
      throw problem.status() == 409 ? new Problem(400, problem.detail(), problem) : problem;
    }
  }

  private Reply accept(Call call) {
    var accepted = new ArrayList<Map<String, Object>>();
    for (var id : call.texts("machines")) {
      var machine =
          machines
              .find(call, id)
              .orElseThrow(() -> new Problem(400, "Unknown machine(s): " + id + "."));
      Verbs.mustOperate(call.request(), machine);
      if (machine.state() == State.NEW) {
        accepted.add(machines.shape(commissioned(call, machine)));
      }
    }
    return Dispatch.json(accepted);
  }

  private Reply acceptAll(Call call) {
    var accepted = new ArrayList<Map<String, Object>>();
    for (var machine : machines.visible(call)) {
      boolean theirs = call.principal().mayOperate(machine.labels().pool());
      if (theirs && machine.state() == State.NEW && machine.quarantine().isEmpty()) {
        accepted.add(machines.shape(commissioned(call, machine)));
      }
    }
    return Dispatch.json(accepted);
  }

  private Reply deploy(Call call) {
    var machine = machines.machine(call);
    NOT_DONE.forEach((name, why) -> {
      if (call.truth(name).orElse(false)) {
        throw FormErrors.of(name, "It is not done here: " + why + ".");
      }
    });
    var keys =
        parts.database().read(tx -> parts.sshKeys().of(tx, owner(call, machine))).stream()
            .map(key -> key.text())
            .toList();
    var order =
        new DeployOrder(
            image(call, machine),
            keys,
            userData(call),
            call.text("hostname").orElse(""),
            call.text("disk").orElse(""),
            call.truth("consent_to_wipe").orElse(false));
    return machines.shown(
        becomesVmHost(call)
            ? deployedAsHost(call, machine, order)
            : parts.verbs().deploy(call.request(), machine, order, wiring(call)));
  }

  private static boolean becomesVmHost(Call call) {
    return call.truth("install_kvm").orElse(false) || call.truth("register_vmhost").orElse(false);
  }

  /// It is handed over to this appliance when it is deployed. Servers on it are plugged into
  /// bridges, so its interfaces get some.
  private Machine deployedAsHost(Call call, Machine machine, DeployOrder order) {
    if (call.principal().role() != Role.ADMIN) {
      throw new Problem(403, "a machine is made a VM host by an administrator");
    }
    var role = parts.surroundings().hostRole();
    var target = role.target(Origin.of(call.request()));
    return parts
        .verbs()
        .deploy(
            call.request(),
            machine,
            order,
            call.truth("bridge_all").isPresent() ? wiring(call) : bridged(call),
            tx -> role.bind(tx, machine, target));
  }

  private static String owner(Call call, Machine machine) {
    var owner = machine.labels().owner();
    return owner.isEmpty() ? call.principal().username() : owner;
  }

  private static String userData(Call call) {
    var text = call.text("user_data").orElse("");
    if (text.isEmpty()) {
      return "";
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("user_data", "user_data is base64, this is not: " + e.getMessage());
    }
    try {
      return DeployOrder.userData(bytes);
    } catch (Problem problem) {
      throw FormErrors.of("user_data", problem.detail());
    }
  }

  /// `debian/bookworm`, `bookworm`, `debian-12`, or the series with `osystem` beside it; none: the
  /// newest Debian there is.
  private Image image(Call call, Machine machine) {
    var settings = parts.things().settings();
    var series =
        call.text("distro_series")
            .filter(text -> !text.isEmpty())
            .orElseGet(() -> settings.text("default_distro_series"));
    var osystem =
        call.text("osystem")
            .filter(text -> !text.isEmpty())
            .orElseGet(() ->
                call.text("distro_series").filter(text -> !text.isEmpty()).isPresent()
                    ? ""
                    : settings.text("default_osystem"));
    var images =
        parts.images().images().stream().filter(image -> image.arch() == machine.arch()).toList();
    if (series.isEmpty()) {
      return images.stream()
          .filter(image -> image.id().osystem().equals(osystem.isEmpty() ? "debian" : osystem))
          .max(Comparator.comparing(Image::builtAt))
          .orElseThrow(() ->
              new Problem(
                  400,
                  "there is no image to deploy: appliance/run images build debian-12 makes one"));
    }
    Optional<ImageId> id;
    try {
      id =
          Optional.of(
              osystem.isEmpty() || series.contains("/")
                  ? ImageId.parse(series)
                  : new ImageId(osystem, series));
    } catch (IllegalArgumentException _) {
      id = Optional.empty();
    }
    return id.flatMap(wanted -> images.stream().filter(i -> i.id().equals(wanted)).findFirst())
        .orElseThrow(() ->
            FormErrors.of(
                "distro_series",
                "'%s' is not a valid distro_series.  It should be one of: %s."
                    .formatted(
                        series,
                        String.join(
                            ", ",
                            images.stream().map(i -> "'" + i.id() + "'").sorted().toList()))));
  }

  /// What the request says, and the site's settings where it says nothing.
  private EraseMode erase(Call call) {
    var settings = parts.things().settings();
    if (!call.truth("erase").orElseGet(() -> settings.truth("enable_disk_erasing_on_release"))) {
      return EraseMode.NONE;
    }
    if (call.truth("secure_erase")
        .orElseGet(() -> settings.truth("disk_erase_with_secure_erase"))) {
      return EraseMode.SECURE;
    }
    return call.truth("quick_erase").orElseGet(() -> settings.truth("disk_erase_with_quick_erase"))
        ? EraseMode.QUICK
        : EraseMode.FULL;
  }

  private Reply release(Call call) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    if (machine.state() == State.READY || machine.state() == State.RELEASING) {
      return machines.shown(machine);
    }
    Verbs.mustOwn(call.request(), machine);
    return machines.shown(
        parts.verbs().apply(call.request(), machine, new Event.Release(erase(call))));
  }

  /// All or none: every machine is looked at before the first is released.
  private Reply releaseMany(Call call) {
    var ids = call.texts("machines");
    var found = new ArrayList<Machine>();
    for (var id : ids) {
      found.add(
          machines
              .find(call, id)
              .orElseThrow(() -> new Problem(400, "Unknown machine(s): " + id + ".")));
    }
    for (var machine : found) {
      Verbs.mustBeUnlocked(machine);
      boolean done = machine.state() == State.READY || machine.state() == State.RELEASING;
      if (!done && !call.principal().mayChange(machine.labels().owner(), machine.labels().pool())) {
        throw new Problem(
            403, "You don't have the required permission to release " + machine.id() + ".");
      }
    }
    var released = new ArrayList<String>();
    var refused = new ArrayList<String>();
    for (var machine : found) {
      if (machine.state() != State.READY && machine.state() != State.RELEASING) {
        try {
          parts.verbs().apply(call.request(), machine, new Event.Release(erase(call)));
          released.add(machine.id().text());
        } catch (Problem problem) {
          refused.add(problem.detail());
        }
      }
    }
    if (!refused.isEmpty()) {
      throw new Problem(
          409,
          "Machine(s) cannot be released in their current state: " + String.join("; ", refused));
    }
    return Dispatch.json(released);
  }

  private Reply powerOn(Call call) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    if (machine.labels().owner().isEmpty()) {
      throw new Problem(
          409, "Can't start node: it hasn't been allocated (" + machine.hostname() + ").");
    }
    Verbs.mustOwn(call.request(), machine);
    return machines.shown(parts.verbs().press(call.request(), machine, PowerAction.ON));
  }

  private Reply powerOff(Call call) {
    var machine = machines.machine(call);
    Verbs.mustOwn(call.request(), machine);
    var action =
        switch (call.text("stop_mode").orElse("hard")) {
          case "soft" -> PowerAction.GRACEFUL_SHUTDOWN;
          case "hard", "" -> PowerAction.FORCE_OFF;
          default -> throw FormErrors.of("stop_mode", "stop_mode is hard or soft.");
        };
    return machines.shown(parts.verbs().press(call.request(), machine, action));
  }

  private Reply queryPower(Call call) {
    var state = parts.verbs().query(machines.machine(call));
    return Dispatch.json(Map.of("state", state.name().toLowerCase(Locale.ROOT)));
  }

  private Reply lock(Call call) {
    return machines.shown(parts.verbs().lock(call.request(), machines.machine(call)));
  }

  private Reply unlock(Call call) {
    return machines.shown(parts.verbs().unlock(call.request(), machines.machine(call)));
  }

  private Reply markBroken(Call call) {
    var comment = call.text("comment").orElse("");
    return owned(
        call, new Event.MarkBroken(comment.substring(0, Math.min(1000, comment.length()))));
  }

  private Reply overrideFailedTesting(Call call) {
    var machine = machines.machine(call);
    if (machine.state() != State.FAILED_TESTING) {
      throw new Problem(
          409, machine.hostname() + " is " + machine.state().title() + ", not Failed testing");
    }
    return operated(call, new Event.MarkFixed());
  }
}
