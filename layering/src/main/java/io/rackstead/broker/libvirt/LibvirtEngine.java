package io.rackstead.broker.libvirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Engine;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.libvirt.VirtualHosts.Joining;
import java.util.Map;

/// A host of virtual servers of our own: it comes in with libvirt and our key, and is in service
/// when it answers over SSH with a storage pool and something to plug a network card into. As long
/// as machines of ours run on it, it is not taken back.
public final class LibvirtEngine implements Engine {
  private static final String HOST = "vm_host";

  private final VirtualHosts hosts;
  private final HostSettings settings;

  /// @param values the target's; [io.rackstead.broker.declared.BadBroker] says which is wrong
  public LibvirtEngine(VirtualHosts hosts, Map<String, String> values) {
    this.hosts = hosts;
    this.settings = HostSettings.read(values);
  }

  /// The layer above is this appliance.
  @Override
  public void test() {
    var _ = hosts.publicKey();
  }

  @Override
  public Receipt prepare(Handover planned) {
    return new Receipt(
        Map.of("public_key", hosts.publicKey(), "kernel_arguments", settings.kernelArguments()));
  }

  @Override
  public Receipt handOver(Handover handover, Receipt prepared) {
    var machine = handover.machine();
    var address = machine.path("address").asText("");
    if (address.isEmpty()) {
      throw new BrokerException(
          Kind.BUSY, machine.path("hostname").asText() + " has no address that is known yet");
    }
    return new Receipt(
        Map.of(
            HOST,
            hosts.register(
                new Joining(
                    machine.path("hostname").asText(),
                    machine.path("uuid").asText(""),
                    address,
                    settings.user(),
                    settings.pool()))));
  }

  @Override
  public Proof prove(Handover handover, Receipt receipt) {
    var host = handover.machine().path("hostname").asText();
    var said = hosts.look(receipt.kept().getOrDefault(HOST, ""));
    if (said.isEmpty()) {
      return new Proof.Lost(host + " is no VM host any more");
    }
    for (var what : new String[] {"storage_pools", "wires"}) {
      if (said.get().path(what).isEmpty()) {
        return new Proof.NotYet(
            "%s answers, but has no %s"
                .formatted(
                    host,
                    what.equals("wires")
                        ? "bridge or network to plug servers into"
                        : "storage pool"));
      }
    }
    var lacking = settings.lacking(said.get());
    if (lacking.isPresent()) {
      return new Proof.NotYet(host + " " + lacking.get());
    }
    JsonNode evidence = said.get();
    return new Proof.InService(evidence);
  }

  @Override
  public void takeBack(Handover handover, Receipt receipt) {
    var number = receipt.kept().getOrDefault(HOST, "");
    if (settings.evacuates() && !hosts.machinesOn(number).isEmpty()) {
      hosts.evacuate(number);
    }
    var there = hosts.machinesOn(number);
    if (!there.isEmpty()) {
      throw new BrokerException(
          Kind.BUSY,
          "%d machine%s composed on it: %s. %s"
              .formatted(
                  there.size(),
                  there.size() == 1 ? " is" : "s are",
                  String.join(", ", there.subList(0, Math.min(8, there.size()))),
                  settings.evacuates() ? "They are being released" : "Delete them first"));
    }
    hosts.forget(number);
  }
}
