package io.rackstead.machine;

import io.rackstead.pxe.net.MacAddress;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/// All machines in memory, and how to find some without looking at every one. Readers never wait.
final class Fleet {
  private final Map<MachineId, Machine> all = new ConcurrentSkipListMap<>();
  private final Map<MacAddress, MachineId> byMac = new ConcurrentHashMap<>();

  /// In lower case: names that differ only by that are two machines all the same.
  private final Index byHostname = new Index(machine -> Set.of(key(machine.hostname())));

  private final Index byZone = new Index(machine -> Set.of(machine.labels().zone()));
  private final Index byPool = new Index(machine -> Set.of(machine.labels().pool()));
  private final Index byTag = new Index(machine -> machine.labels().tags());
  private final List<Index> indexes = List.of(byHostname, byZone, byPool, byTag);

  /// Those that are Ready.
  private final NavigableSet<Priced> ready = new ConcurrentSkipListSet<>();

  /// The cheapest first.
  private record Priced(double price, MachineId id) implements Comparable<Priced> {
    static Priced of(Machine machine) {
      return new Priced(machine.price(), machine.id());
    }

    @Override
    public int compareTo(Priced other) {
      int byPrice = Double.compare(price, other.price);
      return byPrice != 0 ? byPrice : id.compareTo(other.id);
    }
  }

  List<Machine> list() {
    return List.copyOf(all.values());
  }

  Optional<Machine> find(MachineId id) {
    return Optional.ofNullable(all.get(id));
  }

  Optional<Machine> byMac(MacAddress mac) {
    return Optional.ofNullable(byMac.get(mac)).map(all::get);
  }

  /// Those of that name, in upper or lower case.
  List<Machine> named(String hostname) {
    return found(byHostname.of(key(hostname)));
  }

  List<Machine> inZone(String zone) {
    return found(byZone.of(zone));
  }

  List<Machine> inPool(String pool) {
    return found(byPool.of(pool));
  }

  List<Machine> tagged(String tag) {
    return found(byTag.of(tag));
  }

  private List<Machine> found(Collection<MachineId> ids) {
    // most of them, or all: then going through all is the shorter way
    return ids.size() > all.size() / 4
        ? all.values().stream().filter(machine -> ids.contains(machine.id())).toList()
        : ids.stream().flatMap(id -> find(id).stream()).toList();
  }

  /// Those that are Ready, the cheapest first, each as it is when its turn comes.
  Stream<Machine> ready() {
    return ready.stream().flatMap(priced -> find(priced.id()).stream());
  }

  /// Takes in what is not older than what is shown.
  synchronized void show(Machine machine) {
    var before = find(machine.id());
    if (before.isPresent() && before.get().version() > machine.version()) {
      return;
    }
    change(machine.id(), before, Optional.of(machine));
  }

  synchronized Optional<Machine> remove(MachineId id) {
    var gone = find(id);
    change(id, gone, Optional.empty());
    return gone;
  }

  /// What it keeps it is found by all the time: a reader never sees it gone in between.
  private void change(MachineId id, Optional<Machine> before, Optional<Machine> after) {
    after.ifPresentOrElse(machine -> all.put(id, machine), () -> all.remove(id));
    indexes.forEach(index -> index.change(id, before, after));
    var macs = after.map(now -> now.identity().macs()).orElse(List.of());
    before.stream()
        .flatMap(old -> old.identity().macs().stream())
        .filter(mac -> !macs.contains(mac))
        .forEach(mac -> byMac.remove(mac, id));
    macs.forEach(mac -> byMac.put(mac, id));
    var offered = after.filter(now -> now.state() == State.READY).map(Priced::of);
    offered.ifPresent(ready::add);
    before
        .map(Priced::of)
        .filter(old -> !offered.equals(Optional.of(old)))
        .ifPresent(ready::remove);
  }

  private static String key(String hostname) {
    return hostname.toLowerCase(Locale.ROOT);
  }
}
