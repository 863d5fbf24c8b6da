package io.rackstead.event;

import io.rackstead.machine.MachineId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What one client has still to be told. Bounded: a client that is too slow is let go, comes back
/// and reads the whole again; a machine that changes often waits in the queue once.
final class Feed {
  static final int WAITING = 5000;

  /// A session that has ended must not listen for ever: after an hour a client shows itself anew.
  private static final long LIFE_NANOS = TimeUnit.HOURS.toNanos(1);

  sealed interface Item {
    record Changed(MachineId id) implements Item {}

    record Happened(MachineId id, Entry entry) implements Item {}

    record Nothing() implements Item {}

    /// End the stream.
    record Over() implements Item {}
  }

  private final LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>(WAITING);
  private final Set<MachineId> queued = ConcurrentHashMap.newKeySet();
  private final long began = System.nanoTime();
  private volatile boolean overrun;

  void changed(MachineId id) {
    if (queued.add(id)) {
      offer(new Item.Changed(id));
    }
  }

  void happened(Entry entry) {
    entry.machine().ifPresent(id -> offer(new Item.Happened(id, entry)));
  }

  private void offer(Item item) {
    if (!queue.offer(item)) {
      overrun = true;
    }
  }

  Item next() throws InterruptedException {
    if (overrun || System.nanoTime() - began > LIFE_NANOS) {
      return new Item.Over();
    }
    var item = queue.poll(10, TimeUnit.SECONDS);
    if (item == null) {
      return new Item.Nothing();
    }
    if (item instanceof Item.Changed(var id)) {
      // before it is read: a change from now on queues it again
      queued.remove(id);
    }
    return item;
  }
}
