package io.rackstead.node;

import java.util.List;
import java.util.stream.Stream;

/// What several devices and partitions are put together to. Members are numbers of devices or
/// partitions: there is one sequence for both.
public sealed interface Volumes {
  long id();

  String name();

  String uuid();

  List<Long> members();

  record Group(long id, String name, String uuid, List<Long> members) implements Volumes {
    public Group {
      members = List.copyOf(members);
    }
  }

  /// @param active without the spares
  record Raid(long id, String name, String uuid, String level, List<Long> active, List<Long> spares)
      implements Volumes {
    public Raid {
      active = List.copyOf(active);
      spares = List.copyOf(spares);
    }

    @Override
    public List<Long> members() {
      return Stream.concat(active.stream(), spares.stream()).toList();
    }
  }

  /// The fast half of bcaches.
  record CacheSet(long id, String name, String uuid, long device) implements Volumes {
    @Override
    public List<Long> members() {
      return List.of(device);
    }
  }

  /// @param mode `writeback`, `writethrough`, `writearound`
  record Bcache(long id, String name, String uuid, long cacheSet, long backing, String mode)
      implements Volumes {
    @Override
    public List<Long> members() {
      return List.of(backing);
    }
  }

  /// What a member is there for, in words.
  default String role(long member) {
    return switch (this) {
      case Group g -> "LVM volume for " + g.name();
      case Raid r ->
          (r.spares().contains(member) ? "Spare " : "Active ")
              + r.level()
              + " device for "
              + r.name();
      case CacheSet c -> "Cache device for " + c.name();
      case Bcache b -> "Backing device for " + b.name();
    };
  }

  /// What a member is formatted as, for this and nothing else.
  default String format(long member) {
    return switch (this) {
      case Group _ -> "lvm-pv";
      case Raid r -> r.spares().contains(member) ? "raid-spare" : "raid";
      case CacheSet _ -> "bcache-cache";
      case Bcache _ -> "bcache-backing";
    };
  }
}
