package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.lease.Leases;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the disk, so that those who answer need not: everything that comes to wait while one
/// write is under way shares the next.
final class Committer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final int STOP_MILLIS = 5000;
  private static final int WAKE_MILLIS = 200;

  private final Leases leases;
  private final LinkedBlockingQueue<Consumer<Boolean>> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  Committer(Leases leases) {
    this.leases = leases;
    this.thread = Thread.ofPlatform().name("dhcp-commit").daemon().start(this::run);
  }

  /// Told true once the disk has all that was bound before this call, false when it did not take
  /// it.
  void whenWritten(Consumer<Boolean> then) {
    waiting.add(then);
  }

  private void run() {
    var batch = new ArrayList<Consumer<Boolean>>();
    while (!closed || !waiting.isEmpty()) {
      try {
        var first = waiting.poll(WAKE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          waiting.drainTo(batch);
          commit(batch);
          batch.clear();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void commit(List<Consumer<Boolean>> batch) {
    boolean written = false;
    try {
      written = leases.commit();
    } catch (RuntimeException e) {
      LOG.error("leases are not written", e); // they are not promised either; the next may be
    }
    for (var then : batch) {
      try {
        then.accept(written);
      } catch (RejectedExecutionException e) {
        LOG.debug("an answer is not sent any more, the server ends: {}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
