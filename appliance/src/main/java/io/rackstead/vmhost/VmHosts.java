package io.rackstead.vmhost;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.agent.AgentWork;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.libvirt.HostFacts;
import io.rackstead.bmc.libvirt.Hypervisor;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.http.Problem;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.network.Rejected;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// The one door to VM hosts. Readings come from memory, as the hosts were when they were last
/// looked at; what is changed on one is changed by one caller at a time.
public final class VmHosts {
  /// What is put in before a host has been looked at.
  public static final Seen UNSEEN =
      new Seen(
          new HostFacts("", "", "", 0, 0, 0, List.of()),
          Optional.empty(),
          List.of(),
          List.of(),
          0,
          0,
          0);

  private final Parts parts;
  private final VmStore store = new VmStore();
  private final Map<Long, VmHost> hosts = new ConcurrentSkipListMap<>();
  private final Map<MachineId, Vm> vms = new ConcurrentHashMap<>();
  private final Map<Long, ReentrantLock> locks = new ConcurrentHashMap<>();

  /// What it is made of.
  public record Parts(
      Database database, Machines machines, Vault vault, Libvirt libvirt, InstantSource clock) {}

  public VmHosts(Parts parts) {
    this.parts = parts;
    reload();
    parts.database().onReopened(this::reload);
    var _ =
        parts
            .machines()
            .listen(change -> {
              if (change.now().isEmpty()) {
                vms.remove(change.id());
              }
            });
  }

  private void reload() {
    var there = parts.database().read(store::hosts);
    hosts.keySet().retainAll(there.stream().map(VmHost::id).toList());
    there.forEach(host -> hosts.put(host.id(), host));
    var made = parts.database().read(store::vms);
    vms.keySet().retainAll(made.stream().flatMap(vm -> vm.machine().stream()).toList());
    made.forEach(vm -> vm.machine().ifPresent(machine -> vms.put(machine, vm)));
  }

  public List<VmHost> list() {
    return List.copyOf(hosts.values());
  }

  public Optional<VmHost> find(long id) {
    return Optional.ofNullable(hosts.get(id));
  }

  public Optional<VmHost> at(BmcAddress address) {
    return list().stream().filter(host -> host.address().equals(address)).findFirst();
  }

  /// The host on which that machine was composed.
  public Optional<VmHost> hostOf(MachineId machine) {
    return Optional.ofNullable(vms.get(machine)).flatMap(vm -> find(vm.host()));
  }

  /// The machines that were composed on it.
  public List<Machine> machinesOn(VmHost host) {
    return vms.entrySet().stream()
        .filter(entry -> entry.getValue().host() == host.id())
        .flatMap(entry -> parts.machines().find(entry.getKey()).stream())
        .toList();
  }

  /// Where disks are made there that name no pool.
  public Optional<StoragePool> defaultPool(VmHost host) {
    return Fitting.defaultPool(host);
  }

  /// The machine of ours that it is, by the UUID of its firmware.
  public Optional<Machine> machineOf(VmHost host) {
    var uuid = host.seen().facts().uuid();
    return parts.machines().list().stream()
        .filter(machine ->
            machine
                .identity()
                .uuid()
                .map(own -> own.toString().equalsIgnoreCase(uuid))
                .orElse(false))
        .findFirst();
  }

  /// Takes a host in once it has answered.
  ///
  /// @param wanted without what is seen there
  public VmHost add(Origin by, VmHost wanted, Optional<Secret> password) {
    at(wanted.address())
        .ifPresent(known -> {
          throw new Rejected(
              "power_address", wanted.address() + " is VM host " + known.name() + " already.");
        });
    Seen seen;
    try (var host = parts.libvirt().open(wanted.address(), account(wanted, password))) {
      seen = Seen.of(host);
    }
    var added =
        parts
            .database()
            .inTransaction(tx -> {
              checkName(store.hosts(tx), wanted);
              var made = store.insert(tx, wanted.withSeen(seen));
              password.ifPresent(secret -> parts.vault().put(tx, made.passwordOwner(), secret));
              audit(tx, by, "added VM host %s (%s)".formatted(made.name(), made.uri()));
              return made;
            });
    hosts.put(added.id(), added);
    return added;
  }

  /// What is done on a host before it is one of ours.
  void ready(VmHost wanted, Consumer<Hypervisor> what) {
    try (var host = parts.libvirt().open(wanted.address(), account(wanted, Optional.empty()))) {
      what.accept(host);
    }
  }

  private static void checkName(List<VmHost> all, VmHost wanted) {
    if (all.stream()
        .anyMatch(host -> host.id() != wanted.id() && host.name().equals(wanted.name()))) {
      throw new Rejected("name", "VM host with name '" + wanted.name() + "' already exists.");
    }
  }

  private void audit(Tx tx, Origin by, String what) {
    Audit.write(tx, parts.clock().instant(), by, what);
  }

  private static BmcCredentials account(VmHost host, Optional<Secret> password) {
    return new BmcCredentials(host.user(), password.map(Secret::reveal).orElse("").toCharArray());
  }

  public Optional<Secret> password(VmHost host) {
    return parts.database().read(tx -> parts.vault().get(tx, host.passwordOwner()));
  }

  /// What its `authorized_keys` has to hold.
  public String publicKey() {
    return parts.libvirt().authorized();
  }

  Hypervisor open(VmHost host) {
    return parts.libvirt().open(host.address(), account(host, password(host)));
  }

  /// Looks at it again, and removes there what an interrupted composition has left.
  public VmHost refresh(VmHost host) {
    return alone(
        host,
        () -> {
          try (var hypervisor = open(host)) {
            for (var begun : begun(host)) {
              hypervisor.remove(begun.uuid());
              parts.database().change(tx -> store.forget(tx, begun));
            }
            return keep(host, Seen.of(hypervisor));
          }
        });
  }

  private List<Vm> begun(VmHost host) {
    return parts.database().read(store::vms).stream()
        .filter(vm -> vm.host() == host.id() && vm.machine().isEmpty())
        .toList();
  }

  private VmHost keep(VmHost host, Seen seen) {
    return change(host, now -> now.withSeen(seen), _ -> {});
  }

  /// Changes what we know of it.
  public VmHost change(
      Origin by, VmHost host, UnaryOperator<VmHost> how, Optional<Secret> password) {
    return change(
        host,
        how,
        tx -> {
          password.ifPresent(secret -> {
            if (secret.reveal().isEmpty()) {
              parts.vault().remove(tx, host.passwordOwner());
            } else {
              parts.vault().put(tx, host.passwordOwner(), secret);
            }
            // each is switched through the same account
            machinesOn(host)
                .forEach(
                    machine -> parts.vault().put(tx, AgentWork.bmcPassword(machine.id()), secret));
          });
          audit(tx, by, "changed VM host " + host.name());
        });
  }

  private VmHost change(VmHost host, UnaryOperator<VmHost> how, Consumer<Tx> with) {
    var changed =
        parts
            .database()
            .inTransaction(tx -> {
              var before = store.host(tx, host.id()).orElseThrow(() -> gone(host));
              var after = how.apply(before);
              checkName(store.hosts(tx), after);
              store.update(tx, after);
              with.accept(tx);
              return after;
            });
    hosts.put(changed.id(), changed);
    return changed;
  }

  private static Problem gone(VmHost host) {
    return new Problem(404, "VM host " + host.name() + " was removed");
  }

  /// Forgets a host. The machines that were composed there stay machines, and what they run on
  /// stays there.
  public void forget(Origin by, VmHost host) {
    parts
        .database()
        .change(tx -> {
          store.delete(tx, host);
          parts.vault().remove(tx, host.passwordOwner());
          audit(tx, by, "removed VM host " + host.name());
        });
    hosts.remove(host.id());
    vms.values().removeIf(vm -> vm.host() == host.id());
  }

  /// Removes what a machine that was composed runs on, with its disks; any other machine has
  /// nothing of the kind.
  public void decompose(Machine machine) {
    var vm = vms.get(machine.id());
    var host = hostOf(machine.id());
    if (vm == null || host.isEmpty()) {
      return;
    }
    var _ =
        alone(
            host.get(),
            () -> {
              try (var hypervisor = open(host.get())) {
                hypervisor.remove(vm.uuid());
                return shown(host.get(), hypervisor);
              }
            });
  }

  /// What is done on a host by one caller at a time.
  <T> T alone(VmHost host, Supplier<T> what) {
    var lock = locks.computeIfAbsent(host.id(), _ -> new ReentrantLock());
    lock.lock();
    try {
      return what.get();
    } finally {
      lock.unlock();
    }
  }

  VmStore store() {
    return store;
  }

  void show(Vm vm) {
    vm.machine().ifPresent(machine -> vms.put(machine, vm));
  }

  VmHost shown(VmHost host, Hypervisor hypervisor) {
    return keep(host, host.seen().again(hypervisor));
  }
}
