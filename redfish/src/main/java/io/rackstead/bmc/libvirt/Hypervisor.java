package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// One host of virtual servers. Calls block, each has a limit, and what is so already is as good as
/// done; what fails is a [BmcException] that names the host and the command, in virsh's own words.
public final class Hypervisor implements AutoCloseable {
  /// Of more a host is asked for the first ones only: each costs two questions.
  private static final int MOST_CARDS = 32;

  /// What libvirt plugs servers in with, which comes and goes with them.
  private static final String OF_A_SERVER = "net_vnet";

  private final Line line;
  private final BmcTrace trace;

  Hypervisor(Line line, BmcTrace trace) {
    this.line = line;
    this.trace = trace;
  }

  public BmcAddress address() {
    return line.address();
  }

  SerialConsole.Stream console(String server, SerialConsole.Screen screen, boolean takeOver) {
    return line.console(server, screen, takeOver);
  }

  public HostFacts facts() {
    var capabilities = ask(Command.of(Verb.CAPABILITIES));
    var node = ask(Command.of(Verb.NODEINFO));
    return read("capabilities", () -> HostFacts.read(capabilities, node));
  }

  /// What its hardware and kernel let its servers have.
  public HostAbilities abilities(HostFacts facts) {
    var capabilities = ask(Command.of(Verb.CAPABILITIES));
    var kvm = facts.domainTypes().contains("kvm") ? ask(Command.of(Verb.KVM_CAPABILITIES)) : "";
    var shared = virtualFunctions();
    return read("capabilities", () -> HostAbilities.read(capabilities, kvm, shared));
  }

  /// By the names of the devices that they are functions of, as libvirt calls these.
  private Map<String, Integer> virtualFunctions() {
    var found = new TreeMap<String, Integer>();
    var cards =
        names(Command.of(Verb.NETWORK_DEVICES)).stream()
            .filter(name -> !name.startsWith(OF_A_SERVER))
            .limit(MOST_CARDS)
            .toList();
    for (var card : cards) {
      var parent = read(Command.of(Verb.DEVICE, card), xml -> Xml.textOf(Xml.parse(xml), "parent"));
      if (parent.startsWith("pci_") && Command.harmless(parent)) {
        int functions = read(Command.of(Verb.DEVICE, parent), HostAbilities::virtualFunctions);
        if (functions > 0) {
          found.put(parent, functions);
        }
      }
    }
    return found;
  }

  /// Those that are active, with their room as it is now.
  public List<StoragePool> pools() {
    return ids(Verb.POOLS).stream()
        .map(uuid -> read(Command.of(Verb.POOL, uuid), StoragePool::read))
        .toList();
  }

  /// Bridges first: what is on one is on the same wire as the host.
  public List<Wire> wires() {
    var wires = new ArrayList<Wire>();
    for (var name : names(Command.of(Verb.INTERFACES))) {
      var interfaceOf = Command.of(Verb.INTERFACE, name);
      if (read(interfaceOf, xml -> Xml.parse(xml).getAttribute("type")).equals("bridge")) {
        wires.add(new Wire(Wire.Kind.BRIDGE, name));
      }
    }
    for (var uuid : ids(Verb.NETWORKS)) {
      var name = read(Command.of(Verb.NETWORK, uuid), xml -> Xml.textOf(Xml.parse(xml), "name"));
      wires.add(new Wire(Wire.Kind.NETWORK, name));
    }
    return wires;
  }

  /// A libvirt without the driver that knows of such has none to tell of.
  private List<String> names(Command command) {
    var said = line.run(command);
    if (said.status() != 0 && said.errors().contains("not supported")) {
      return List.of();
    }
    return said.orElseThrow(address(), command)
        .lines()
        .map(row -> row.strip().split("\\s+", 2)[0])
        .filter(Command::harmless)
        .toList();
  }

  /// The UUIDs of all its servers, running or not.
  public List<String> servers() {
    return ids(Verb.LIST);
  }

  /// @param id a UUID, or a name
  public VirtualServer server(String id) {
    return read(Command.of(Verb.DUMP, id), VirtualServer::read);
  }

  public PowerState state(String id) {
    return switch (ask(Command.of(Verb.STATE, id)).strip()) {
      case "running", "idle", "paused", "in shutdown", "pmsuspended" -> PowerState.ON;
      case "shut off", "crashed" -> PowerState.OFF;
      default -> PowerState.UNKNOWN;
    };
  }

  /// A start for once is one from then on.
  public void start(String id) {
    soThat(Command.of(Verb.START, id), () -> state(id) == PowerState.ON);
    var once = server(id).bootOverride().filter(change -> change.how() == Persistence.ONCE);
    if (once.isPresent()) {
      change(id, BootChange::takenOut);
    }
  }

  /// As if its cable were pulled.
  public void stop(String id) {
    if (state(id) != PowerState.OFF) {
      soThat(Command.of(Verb.DESTROY, id), () -> state(id) == PowerState.OFF);
    }
  }

  /// Asks its system to end.
  public void shutDown(String id) {
    if (state(id) != PowerState.OFF) {
      soThat(Command.of(Verb.SHUTDOWN, id), () -> state(id) == PowerState.OFF);
    }
  }

  /// Changes its document, which counts from its next start on.
  void change(String id, Function<String, String> edit) {
    var before = ask(Command.of(Verb.DUMP, id));
    var after = read(Verb.DUMP.words().getFirst(), () -> edit.apply(before));
    var _ = ask(Command.reading(Verb.DEFINE, after));
  }

  /// Makes a server, switched off, or leaves nothing behind.
  public void make(NewServer wanted, HostFacts host) {
    try {
      for (int i = 0; i < wanted.disks().size(); i++) {
        var pool = wanted.disks().get(i).pool().uuid();
        var _ = ask(Command.reading(Verb.VOLUME_CREATE, wanted.volumeXml(i), pool));
      }
      var _ = ask(Command.reading(Verb.DEFINE, wanted.xml(host)));
    } catch (BmcException e) {
      try {
        remove(wanted.uuid());
      } catch (BmcException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /// Switches a server off and removes it with the disks that were made for it; those of others
  /// stay. What is gone already is as good as removed.
  public void remove(String uuid) {
    if (servers().contains(uuid)) {
      stop(uuid);
      var verb = server(uuid).efi() ? Verb.UNDEFINE_NVRAM : Verb.UNDEFINE;
      soThat(Command.of(verb, uuid), () -> !servers().contains(uuid));
    }
    var ours = NewServer.volumes(uuid);
    for (var pool : ids(Verb.POOLS)) {
      for (var row : ask(Command.of(Verb.VOLUMES, pool)).lines().toList()) {
        var name = row.strip().split("\\s+", 2)[0];
        if (name.startsWith(ours) && Command.harmless(name)) {
          var _ = ask(Command.of(Verb.VOLUME_DELETE, name, pool));
        }
      }
    }
  }

  /// Makes sure of a pool of that name, started now and with the host.
  public void pool(NewPool wanted) {
    var name = wanted.name();
    if (!ask(Command.of(Verb.POOL_NAMES)).lines().map(String::strip).toList().contains(name)) {
      var _ = ask(Command.reading(Verb.POOL_DEFINE, wanted.xml()));
      switch (wanted) {
        case NewPool.Folder _ -> {
          var _ = ask(Command.of(Verb.POOL_BUILD, name));
        }
        case NewPool.VolumeGroup _ -> {
          // to build one is to make the group, which would take disks
        }
      }
    }
    soThat(Command.of(Verb.POOL_START, name), () -> runs(name));
    var _ = ask(Command.of(Verb.POOL_AUTOSTART, name));
  }

  private boolean runs(String pool) {
    return ask(Command.of(Verb.POOL_INFO, pool))
        .lines()
        .anyMatch(line -> line.matches("State: +running"));
  }

  private List<String> ids(Verb list) {
    return ask(Command.of(list))
        .lines()
        .map(row -> row.strip().toLowerCase(Locale.ROOT))
        .filter(row -> !row.isEmpty())
        .toList();
  }

  /// Where it fails, but is so, somebody else was quicker.
  private void soThat(Command command, Supplier<Boolean> so) {
    try {
      var _ = ask(command);
    } catch (BmcException e) {
      if (e.kind() != PROTOCOL || !so.get()) {
        throw e;
      }
    }
  }

  private <T> T read(Command command, Function<String, T> reader) {
    var output = ask(command);
    return read(command.toString(), () -> reader.apply(output));
  }

  private <T> T read(String what, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new BmcException(
          PROTOCOL, address(), "%s cannot be read: %s".formatted(what, e.getMessage()), e);
    }
  }

  private String ask(Command command) {
    long began = System.nanoTime();
    var result = Optional.of("failed");
    try {
      var output = line.run(command).orElseThrow(address(), command);
      result = Optional.of("ok");
      return output;
    } catch (BmcException e) {
      result = Optional.of(String.valueOf(e.getMessage()));
      throw e;
    } finally {
      trace.command(
          address(), command.toString(), result.get(), (System.nanoTime() - began) / 1_000_000);
    }
  }

  /// Never throws.
  @Override
  public void close() {
    line.close();
  }
}
