package io.rackstead.vmhost;

import io.rackstead.access.Vault;
import io.rackstead.agent.AgentWork;
import io.rackstead.bmc.BmcException;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/// Composes machines: written down, made on the host, and then a machine whose power is switched
/// through its host. What is interrupted is removed when the host is looked at next.
public final class Composing {
  private final VmHosts hosts;
  private final Database database;
  private final Machines machines;
  private final Vault vault;
  private final RandomGenerator random;

  public Composing(
      VmHosts hosts, Database database, Machines machines, Vault vault, RandomGenerator random) {
    this.hosts = hosts;
    this.database = database;
    this.machines = machines;
    this.vault = vault;
    this.random = random;
  }

  /// @param with writes what belongs to the newcomer in the same transaction
  public Machine compose(
      VmHost host, Wish wish, Actor actor, BiConsumer<? super Tx, ? super Machine> with) {
    return hosts.alone(host, () -> made(host, wish, actor, with));
  }

  private Machine made(
      VmHost known, Wish wish, Actor actor, BiConsumer<? super Tx, ? super Machine> with) {
    try (var hypervisor = hosts.open(known)) {
      var host = hosts.shown(known, hypervisor);
      var uuid =
          new UUID(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() >>> 2 | 1L << 63);
      var name = wish.hostname().isEmpty() ? machines.freeName() : wish.hostname();
      var server = Fitting.of(host, wish, uuid.toString(), name, this::mac);
      var begun = database.inTransaction(tx -> hosts.store().begin(tx, host, server.uuid()));
      try {
        hypervisor.make(server, host.seen().facts());
      } catch (BmcException e) {
        // what could not be removed either is found by the next look, so its row stays
        if (e.getSuppressed().length == 0) {
          database.change(tx -> hosts.store().forget(tx, begun));
        }
        throw e;
      }
      var macs = server.cards().stream().map(card -> MacAddress.parse(card.mac())).toList();
      var password = hosts.password(host);
      var machine =
          machines.enlist(
              Identity.of(macs, server.uuid(), ""),
              Fitting.architecture(host),
              name,
              Optional.empty(),
              actor,
              (tx, made) -> {
                hosts.store().become(tx, begun, made.id());
                password.ifPresent(
                    secret -> vault.put(tx, AgentWork.bmcPassword(made.id()), secret));
                tx.afterCommit(() ->
                    hosts.show(
                        new Vm(begun.id(), host.id(), server.uuid(), Optional.of(made.id()))));
                with.accept(tx, made);
              });
      var power =
          new Event.SetPower(Optional.of(host.address().withSystem(server.uuid())), host.user());
      machines.apply(machine.id(), power, actor);
      var _ = hosts.shown(host, hypervisor);
      return machines.find(machine.id()).orElse(machine);
    }
  }

  /// One of QEMU's own (52:54:00) that no machine has.
  private String mac() {
    while (true) {
      var mac = new MacAddress(0x525400000000L | random.nextInt(1 << 24));
      if (machines.byMac(mac).isEmpty()) {
        return mac.toString();
      }
    }
  }
}
