package io.rackstead.maas;

import io.rackstead.image.Architecture;
import io.rackstead.network.Rejected;
import io.rackstead.vmhost.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What is asked of `compose`, read.
final class ComposeWish {
  private static final int MOST_CORES = 4096;
  private static final int MOST_MEMORY_MIB = 64 << 20;
  private static final double MOST_GB = 1e6;
  private static final double GB = 1e9;
  private static final int MOST = 16;

  /// `label:size(pool,tag,…)`, the label and what is in brackets may be left out.
  private static final Pattern DISK =
      Pattern.compile(
          "(?:[A-Za-z0-9_-]{1,64}:)?([0-9]{1,7}(?:\\.[0-9]{1,3})?)(?:\\(([^()]{0,200})\\))?");

  /// `label:key=value,…`, as `eth0:bridge=br0`.
  private static final Pattern CARD = Pattern.compile("[A-Za-z0-9_.-]{1,15}:(.{0,200})");

  private ComposeWish() {}

  /// What a network card may be wished to be on.
  private static final Set<String> NETWORKS =
      Set.of(
          "subnet", "subnet_cidr", "vlan", "vid", "fabric", "fabric_class", "space", "name", "tag");

  /// @param bridges the bridge that is on such a network
  static Wish of(
      Call call, String hostname, Function<? super Map<String, String>, String> bridges) {
    var pinned = call.list("pinned_cores").stream().map(ComposeWish::core).toList();
    if (!pinned.isEmpty() && Fields.filled(call, "cores").isPresent()) {
      throw new Rejected("pinned_cores", "Say cores or pinned_cores, not both.");
    }
    int cores =
        pinned.isEmpty()
            ? within("cores", Fields.number(call, "cores").orElse(1), MOST_CORES)
            : pinned.size();
    return new Wish(
        hostname,
        cores,
        pinned,
        within("memory", Fields.number(call, "memory").orElse(2048), MOST_MEMORY_MIB),
        call.truth("hugepages_backed").orElse(false),
        Fields.filled(call, "architecture").map(ComposeWish::architecture),
        Fields.number(call, "cpu_speed").orElse(0),
        disks(call),
        cards(call, bridges));
  }

  private static int core(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      throw new Rejected("pinned_cores", "Enter whole numbers.");
    }
    return Integer.parseInt(text);
  }

  private static int within(String field, int value, int most) {
    if (value < 1 || value > most) {
      throw new Rejected(field, "Enter a number from 1 to %d.".formatted(most));
    }
    return value;
  }

  private static Architecture architecture(String text) {
    try {
      return Architecture.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Rejected("architecture", String.valueOf(e.getMessage()));
    }
  }

  private static List<Wish.Disk> disks(Call call) {
    var text = Fields.filled(call, "storage").orElse("8");
    var disks = new ArrayList<Wish.Disk>();
    for (var part : split(text, "storage")) {
      var matcher = DISK.matcher(part);
      if (!matcher.matches()) {
        throw new Rejected(
            "storage",
            "A disk is label:size(pool), its size in GB, as root:20(default), got " + part);
      }
      double gb = Double.parseDouble(matcher.group(1));
      if (gb <= 0 || gb > MOST_GB) {
        throw new Rejected("storage", "A disk has more than 0 and at most a million GB.");
      }
      var tags = matcher.group(2) == null ? "" : matcher.group(2).strip();
      if (tags.contains(",")) {
        throw new Rejected(
            "storage", "One word in brackets, the name of a storage pool, got " + part);
      }
      disks.add(new Wish.Disk(Math.round(gb * GB), tags));
    }
    return disks;
  }

  /// At commas outside of brackets.
  private static List<String> split(String text, String field) {
    var parts = Stream.of(text.split(",(?![^(]*\\))", -1)).map(String::strip).toList();
    if (parts.size() > MOST) {
      throw new Rejected(field, "At most %d.".formatted(MOST));
    }
    return parts;
  }

  private static List<Wish.Card> cards(
      Call call, Function<? super Map<String, String>, String> bridges) {
    var text = Fields.filled(call, "interfaces");
    if (text.isEmpty()) {
      return List.of(new Wish.Card(""));
    }
    var cards = new ArrayList<Wish.Card>();
    for (var part : text.get().split(";", MOST + 1)) {
      var matcher = CARD.matcher(part.strip());
      if (!matcher.matches() || cards.size() == MOST) {
        throw new Rejected(
            "interfaces",
            "At most %d interfaces, each as eth0:bridge=br0, got %s".formatted(MOST, part));
      }
      cards.add(new Wish.Card(wire(matcher.group(1).strip(), bridges)));
    }
    return cards;
  }

  private static String wire(
      String constraints, Function<? super Map<String, String>, String> bridges) {
    if (constraints.isEmpty()) {
      return "";
    }
    var keys = new TreeMap<String, String>();
    for (var part : constraints.split(",", -1)) {
      var pair = part.strip().split("=", 2);
      if (pair.length < 2 || !pair[1].matches("[A-Za-z0-9_.:/-]{1,64}")) {
        throw unknown(constraints);
      }
      keys.put(pair[0], pair[1]);
    }
    for (var wire : List.of("bridge", "network")) {
      if (keys.size() == 1 && keys.containsKey(wire)) {
        return keys.firstEntry().getValue();
      }
    }
    if (!NETWORKS.containsAll(keys.keySet())) {
      throw unknown(constraints);
    }
    return bridges.apply(keys);
  }

  private static Rejected unknown(String constraints) {
    return new Rejected(
        "interfaces",
        "'"
            + constraints
            + "' is not known: an interface names a bridge, as eth0:bridge=br0, a network of"
            + " libvirt's, as eth0:network=default, or what it shall be on, as"
            + " eth0:subnet=10.0.9.0/24 or eth0:vlan=guests,fabric=hall.");
  }
}
