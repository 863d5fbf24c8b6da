package io.rackstead.maas;

import io.rackstead.node.Device;
import io.rackstead.node.Partition;
import io.rackstead.node.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A disk that an allocation asks for: `root:20(ssd),data:100`. With the tag `partition` a
/// partition will do.
///
/// @param label empty: nobody wants to know which it is
record DiskWish(String label, double bytes, List<String> tags, boolean partition) {
  private static final Pattern ONE =
      Pattern.compile("(?:([A-Za-z0-9_.-]+):)?([0-9]+(?:\\.[0-9]+)?)(?:\\(([^)]*)\\))?");

  static final double GB = 1e9;
  private static final int MOST = 64;

  static List<DiskWish> parse(String text) {
    var wanted = new ArrayList<DiskWish>();
    var rest = text.strip();
    while (!rest.isEmpty()) {
      var matcher = ONE.matcher(rest);
      if (!matcher.lookingAt() || wanted.size() == MOST) {
        throw malformed(text);
      }
      var tags =
          Arrays.stream(Optional.ofNullable(matcher.group(3)).orElse("").split(",", -1))
              .map(String::strip)
              .filter(tag -> !tag.isEmpty())
              .toList();
      wanted.add(
          new DiskWish(
              Optional.ofNullable(matcher.group(1)).orElse(""),
              Double.parseDouble(matcher.group(2)) * GB,
              tags.stream().filter(tag -> !tag.equals("partition")).toList(),
              tags.contains("partition")));
      rest = rest.substring(matcher.end());
      if (!rest.isEmpty() && !rest.startsWith(",")) {
        throw malformed(text);
      }
      rest = rest.isEmpty() ? rest : rest.substring(1).strip();
    }
    return wanted;
  }

  private static FormErrors malformed(String text) {
    return FormErrors.of("storage", "Malformed storage constraint: " + text);
  }

  /// What each label has become: numbers of disks, `partition:NUMBER` of partitions. The first wish
  /// is for the boot disk, each other for one of its own; empty when not all can be met.
  static Optional<Map<String, List<Object>>> met(List<DiskWish> wishes, Storage storage) {
    var fitting = new ArrayList<List<Object>>();
    for (var wish : wishes) {
      fitting.add(wish.fitting(storage, fitting.isEmpty()));
    }
    var given = new LinkedHashMap<Object, Integer>();
    for (int wish = 0; wish < wishes.size(); wish++) {
      if (!give(wish, fitting, given, new ArrayList<>())) {
        return Optional.empty();
      }
    }
    var byLabel = new LinkedHashMap<String, List<Object>>();
    for (int wish = 0; wish < wishes.size(); wish++) {
      var label = wishes.get(wish).label();
      int one = wish;
      given.forEach((what, to) -> {
        if (to == one && !label.isEmpty()) {
          byLabel.computeIfAbsent(label, _ -> new ArrayList<>()).add(what);
        }
      });
    }
    return Optional.of(byLabel);
  }

  /// Augmenting paths: whoever has what this wish needs is asked to take another.
  private static boolean give(
      int wish, List<List<Object>> fitting, Map<Object, Integer> given, List<Object> asked) {
    for (var what : fitting.get(wish)) {
      if (asked.contains(what)) {
        continue;
      }
      asked.add(what);
      var holder = Optional.ofNullable(given.get(what));
      if (holder.isEmpty() || give(holder.get(), fitting, given, asked)) {
        given.put(what, wish);
        return true;
      }
    }
    return false;
  }

  /// Those that would do, the smallest first.
  private List<Object> fitting(Storage storage, boolean boot) {
    if (partition) {
      return storage.partitions().stream()
          .filter(p -> p.size() >= bytes)
          .filter(p -> storage.device(p.device()).filter(d -> fits(storage, d, boot)).isPresent())
          .sorted(Comparator.comparingLong(Partition::size))
          .<Object>map(p -> "partition:" + p.id())
          .toList();
    }
    return storage.physical().stream()
        .filter(d -> d.size() >= bytes && fits(storage, d, boot))
        .sorted(Comparator.comparingLong(Device::size))
        .<Object>map(Device::id)
        .toList();
  }

  private boolean fits(Storage storage, Device disk, boolean boot) {
    return disk.physical()
        && disk.tags().containsAll(tags)
        && (!boot || storage.bootDisk().equals(Optional.of(disk.id())));
  }

  @Override
  public String toString() {
    return (label.isEmpty() ? "" : label + ":")
        + bytes / GB
        + (tags.isEmpty() ? "" : "(" + String.join(",", tags) + ")");
  }
}
