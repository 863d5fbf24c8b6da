package io.rackstead.tests.bmc;

import io.rackstead.bmc.SerialConsole;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A screen that remembers all it was shown.
public final class Terminal implements SerialConsole.Screen {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final StringBuilder text = new StringBuilder();
  private final CompletableFuture<String> end = new CompletableFuture<>();

  @Override
  public void shows(byte[] output) {
    lock.lock();
    try {
      text.append(new String(output, StandardCharsets.ISO_8859_1));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ended(String why) {
    end.complete(why);
  }

  Optional<String> ended() {
    return Optional.ofNullable(end.getNow(null));
  }

  public String waitUntilEnded() throws InterruptedException, ExecutionException, TimeoutException {
    return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /// All of it, once that is among it.
  public String waitFor(String part) throws InterruptedException {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
      while (text.indexOf(part) < 0) {
        if (left <= 0) {
          throw new AssertionError("never shown: " + part + ", but " + text);
        }
        left = changed.awaitNanos(left);
      }
      return text.toString();
    } finally {
      lock.unlock();
    }
  }
}
