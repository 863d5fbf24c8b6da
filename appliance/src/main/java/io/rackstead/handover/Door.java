package io.rackstead.handover;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// The way to one target: so many conversations at a time, and somewhat more at work, so that what
/// is written down between two of them takes nothing from them.
final class Door {
  private final Semaphore workers;
  private final Semaphore conversations;
  private final ArrayDeque<Row> waiting = new ArrayDeque<>();

  Door(int concurrency) {
    conversations = new Semaphore(concurrency);
    workers = new Semaphore(concurrency + Math.max(1, concurrency / 2));
  }

  boolean enter() {
    return workers.tryAcquire();
  }

  void leave() {
    workers.release();
  }

  /// Each that is due is given out once; when there is none left it is looked again.
  synchronized Optional<Row> next(Supplier<? extends Collection<Row>> due) {
    if (waiting.isEmpty()) {
      waiting.addAll(due.get());
    }
    return Optional.ofNullable(waiting.poll());
  }

  /// Speaks with the target when it is its turn.
  <T> T speak(Supplier<T> conversation) {
    conversations.acquireUninterruptibly();
    try {
      return conversation.get();
    } finally {
      conversations.release();
    }
  }
}
