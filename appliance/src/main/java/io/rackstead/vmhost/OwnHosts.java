package io.rackstead.vmhost;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Origin;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.libvirt.NewPool;
import io.rackstead.bmc.libvirt.Wire;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.libvirt.VirtualHosts;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.place.Place;
import io.rackstead.power.BmcKeys;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Machines of ours that become VM hosts: registered under their own names, known by the UUID of
/// their firmware.
public final class OwnHosts implements VirtualHosts {
  private static final int SSH = 22;

  private final VmHosts hosts;
  private final BmcKeys keys;
  private final Evacuating evacuating;

  /// @param keys the SSH keys that hosts are known by: one that we install anew has another
  public OwnHosts(VmHosts hosts, BmcKeys keys, Evacuating evacuating) {
    this.hosts = hosts;
    this.keys = keys;
    this.evacuating = evacuating;
  }

  @Override
  public String publicKey() {
    return hosts.publicKey();
  }

  @Override
  public String register(Joining joining) {
    var address = new BmcAddress("qemu+ssh", bracketed(joining.address()), SSH);
    var known = hosts.at(address);
    if (known.isPresent()) {
      return asked(() -> number(mustBe(joining, hosts.refresh(known.get()))));
    }
    var wanted =
        new VmHost(
            0,
            freeName(joining.name()),
            address,
            joining.user(),
            Place.DEFAULT,
            Place.DEFAULT,
            List.of(),
            1,
            1,
            Optional.empty(),
            VmHosts.UNSEEN);
    return asked(() -> {
      hosts.ready(
          wanted,
          host -> {
            mustBe(joining, host.facts().uuid());
            host.pool(pool(joining.pool()));
          });
      return number(hosts.add(Origin.APPLIANCE, wanted, Optional.empty()));
    });
  }

  private static NewPool pool(Pool wanted) {
    return wanted.group().isEmpty()
        ? new NewPool.Folder(wanted.name(), wanted.folder())
        : new NewPool.VolumeGroup(wanted.name(), wanted.group());
  }

  private static String bracketed(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  private String freeName(String name) {
    boolean taken = hosts.list().stream().anyMatch(host -> host.name().equals(name));
    return taken ? name + "-" + (hosts.list().size() + 1) : name;
  }

  private static VmHost mustBe(Joining joining, VmHost host) {
    mustBe(joining, host.seen().facts().uuid());
    return host;
  }

  private static void mustBe(Joining joining, String says) {
    if (!joining.uuid().isEmpty() && !says.isEmpty() && !says.equalsIgnoreCase(joining.uuid())) {
      throw new BrokerException(
          Kind.UNEXPECTED,
          "%s answers at %s as another server: its UUID is %s, ours is %s"
              .formatted(joining.name(), joining.address(), says, joining.uuid()));
    }
  }

  private static String number(VmHost host) {
    return Long.toString(host.id());
  }

  private Optional<VmHost> find(String number) {
    return number.matches("[0-9]{1,18}") ? hosts.find(Long.parseLong(number)) : Optional.empty();
  }

  @Override
  public Optional<JsonNode> look(String number) {
    return find(number).map(host -> asked(() -> evidence(hosts.refresh(host))));
  }

  private static JsonNode evidence(VmHost host) {
    var seen = host.seen();
    var out = Json.instance().createObjectNode();
    out.put("vm_host", host.id());
    out.put("address", host.uri().toString());
    out.put("uuid", seen.facts().uuid());
    out.put("cpu_model", seen.facts().cpuModel());
    out.put("cores", seen.facts().cores());
    out.put("memory_mib", seen.facts().memoryMib());
    seen.facts().domainTypes().forEach(out.putArray("domain_types")::add);
    var pools = out.putArray("storage_pools");
    seen.pools()
        .forEach(pool ->
            pools
                .addObject()
                .put("name", pool.name())
                .put("type", pool.type())
                .put("capacity", pool.capacity()));
    seen.abilities()
        .ifPresent(abilities -> {
          var pages = out.putObject("large_pages");
          new TreeMap<>(abilities.pages())
              .forEach((kib, count) -> pages.put(Integer.toString(kib), count));
          out.put("iommu", abilities.iommu());
          out.put("nested", abilities.nested());
          var shared = out.putObject("sr_iov");
          new TreeMap<>(abilities.virtualFunctions()).forEach(shared::put);
        });
    seen.wires().stream().map(Wire::toString).forEach(out.putArray("wires")::add);
    return out;
  }

  @Override
  public List<String> machinesOn(String number) {
    return find(number).stream()
        .flatMap(host -> hosts.machinesOn(host).stream())
        .map(Machine::hostname)
        .toList();
  }

  @Override
  public void evacuate(String number) {
    var stuck =
        find(number).stream().flatMap(host -> asked(() -> evacuating.step(host)).stream()).toList();
    if (!stuck.isEmpty()) {
      throw new BrokerException(Kind.BUSY, String.join("; ", stuck));
    }
  }

  @Override
  public void forget(String number) {
    find(number)
        .ifPresent(host -> {
          hosts.forget(Origin.APPLIANCE, host);
          keys.forget(host.address());
        });
  }

  /// What is not there yet may come: a first start installs libvirt and makes the user.
  private static <T> T asked(Supplier<T> what) {
    try {
      return what.get();
    } catch (BmcException e) {
      var why = String.valueOf(e.getMessage());
      throw new BrokerException(
          switch (e.kind()) {
            case UNREACHABLE -> Kind.UNREACHABLE;
            case BUSY, REFUSED_CREDENTIALS, UNSUPPORTED, PROTOCOL -> Kind.BUSY;
            case UNTRUSTED -> Kind.UNAUTHORIZED;
          },
          why,
          e);
    } catch (Rejected e) {
      throw new BrokerException(
          Kind.UNEXPECTED, e.field().toLowerCase(Locale.ROOT) + ": " + e.why(), e);
    }
  }
}
