package io.rackstead.boot;

import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Capability;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.ImageStore;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.iso.Template;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// The discs that lie in BMCs' drives: each for one start of one machine, behind a name that nobody
/// can guess. A disc is a template with one machine's settings over it, so making one writes
/// nothing. They are in memory: after a restart of ours the server's start is made again, with
/// another disc.
public final class Discs {
  private static final String NAME = "disc/";
  private static final String FILE = "/rackstead.iso";

  /// The self-test of a large server, and then some.
  private static final Duration LIFE = Duration.ofMinutes(45);

  private final Machines machines;
  private final ImageStore images;
  private final Capabilities capabilities;
  private final EventLog events;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Function<InetAddress, Optional<MachineBooter.Urls>> towards;
  private final Map<String, Given> given = new ConcurrentHashMap<>();
  private final Map<Path, Template> templates = new ConcurrentHashMap<>();

  private record Given(
      MachineId machine, long epoch, BootFile.Overlaid file, Instant until, AtomicBoolean read) {}

  /// Why there is no disc for a machine, and how to mend that.
  public static final class NoDisc extends Exception {
    private static final long serialVersionUID = 1L;

    NoDisc(String message) {
      super(message);
    }

    NoDisc(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// @param towards where we are, as seen from an address
  public Discs(
      Machines machines,
      ImageStore images,
      Capabilities capabilities,
      EventLog events,
      InstantSource clock,
      SecureRandom random,
      Function<InetAddress, Optional<MachineBooter.Urls>> towards) {
    this.machines = machines;
    this.images = images;
    this.capabilities = capabilities;
    this.events = events;
    this.clock = clock;
    this.random = random;
    this.towards = towards;
  }

  /// A disc for the next start of a machine, in place of any that it had.
  ///
  /// @return where its BMC can read it
  public URI give(Machine machine, StaticNetwork network, BmcAddress bmc) throws NoDisc {
    var template = template(machine);
    var agents = urls("the address " + network.address(), InetAddress.ofLiteral(network.address()));
    var readers = urls("the BMC " + bmc, resolved(bmc));
    end(machine.id());
    var capability =
        capabilities.mint(
            Optional.of(machine.id()),
            mac(machine, network),
            machine.epoch(),
            Capability.Kind.BOOT,
            network.address(),
            LIFE);
    var words = new ArrayList<String>();
    words.add("rackstead.server=" + agents.api());
    words.add("rackstead.files=" + agents.files());
    words.add("rackstead.cap=" + capability.text());
    words.addAll(network.words());
    var name = HexFormat.of().formatHex(bytes());
    try {
      var disc = template.with(words);
      var file =
          new BootFile.Overlaid(
              new BootFile.OnDisk(template.file(), template.sizeBytes(), name),
              template.slotAt(),
              disc.slot(),
              name);
      capabilities.keep(capability);
      given.put(
          name,
          new Given(
              machine.id(),
              machine.epoch(),
              file,
              clock.instant().plus(LIFE),
              new AtomicBoolean()));
    } catch (IllegalArgumentException e) {
      throw new NoDisc(String.valueOf(e.getMessage()), e);
    }
    return URI.create(readers.files() + "/" + NAME + name + FILE);
  }

  /// Whether what lies in a drive came from here: what people put there is theirs.
  public static boolean ours(String image) {
    return image.matches("http://[^/]+/" + NAME + "[0-9a-f]{32}" + FILE);
  }

  public boolean has(MachineId machine) {
    return given.values().stream().anyMatch(one -> one.machine().equals(machine));
  }

  /// Nobody can read its disc any more.
  public void end(MachineId machine) {
    given.values().removeIf(one -> one.machine().equals(machine));
  }

  /// The disc behind a name, while it is good: for its epoch, and for the time of one start.
  public Optional<BootFile> open(String name, InetAddress reader) {
    if (!name.startsWith(NAME) || !name.endsWith(FILE)) {
      return Optional.empty();
    }
    var key = name.substring(NAME.length(), Math.max(NAME.length(), name.length() - FILE.length()));
    var one = Optional.ofNullable(given.get(key)).filter(this::good);
    if (one.isEmpty()) {
      given.remove(key);
      return Optional.empty();
    }
    if (one.get().read().compareAndSet(false, true)) {
      events.trace(
          Entry.of(
              clock.instant(),
              one.get().machine(),
              "disc",
              reader.getHostAddress(),
              "the disc of this start is being read"));
    }
    return one.map(Given::file);
  }

  private boolean good(Given one) {
    return clock.instant().isBefore(one.until())
        && machines.find(one.machine()).map(m -> m.epoch() == one.epoch()).orElse(false);
  }

  private Template template(Machine machine) throws NoDisc {
    var disc = images.ephemeral(machine.arch()).flatMap(EphemeralSystem::disc);
    if (disc.isEmpty()) {
      throw new NoDisc(
          "no disc of the ephemeral system for %s: run 'appliance/run images build disc'"
              .formatted(machine.arch().debianName()));
    }
    var known = templates.get(disc.get().file());
    if (known != null) {
      return known;
    }
    try {
      var opened = Template.open(disc.get().file());
      templates.clear(); // one is in use, older ones are gone
      templates.put(disc.get().file(), opened);
      return opened;
    } catch (IOException e) {
      throw new NoDisc("the disc of the ephemeral system cannot be read: " + e.getMessage(), e);
    }
  }

  private MachineBooter.Urls urls(String whom, InetAddress address) throws NoDisc {
    return towards
        .apply(address)
        .orElseThrow(() -> new NoDisc("no interface of ours leads to " + whom));
  }

  private static InetAddress resolved(BmcAddress bmc) throws NoDisc {
    try {
      return InetAddress.getByName(bmc.host());
    } catch (UnknownHostException e) {
      throw new NoDisc("the BMC's name cannot be resolved: " + bmc.host(), e);
    }
  }

  private static MacAddress mac(Machine machine, StaticNetwork network) {
    return network.mac().isEmpty()
        ? machine.identity().macs().stream().findFirst().orElseGet(() -> new MacAddress(0))
        : MacAddress.parse(network.mac());
  }

  private byte[] bytes() {
    var bytes = new byte[16];
    random.nextBytes(bytes);
    return bytes;
  }
}
