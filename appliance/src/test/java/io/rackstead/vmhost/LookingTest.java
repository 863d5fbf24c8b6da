package io.rackstead.vmhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.BmcException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookingTest {
  private static final int PATIENCE_S = 60;

  @TempDir Path data;

  @Test
  void allAreLookedAtAFewAtATime() throws Exception {
    try (var hall = new Hall(data, 9)) {
      var at = new AtomicInteger();
      var most = new AtomicInteger();
      var four = new CountDownLatch(4);
      var go = new CountDownLatch(1);
      var seen = new LinkedBlockingQueue<String>();
      var looking =
          new Looking(
              hall.hosts,
              host -> {
                most.accumulateAndGet(at.incrementAndGet(), Math::max);
                four.countDown();
                awaited(go);
                at.decrementAndGet();
                seen.add(host.name());
              });
      looking.all();
      assertThat(four.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
      // those that are under way are not begun again
      looking.all();
      go.countDown();
      for (int i = 0; i < 9; i++) {
        assertThat(seen.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("kvm");
      }
      assertThat(most.get()).isEqualTo(4);
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void oneThatDoesNotAnswerKeepsNoOtherWaiting() throws Exception {
    try (var hall = new Hall(data, 6)) {
      var seen = new LinkedBlockingQueue<String>();
      var looking =
          new Looking(
              hall.hosts,
              host -> {
                seen.add(host.name());
                if (!host.name().equals("kvm6")) {
                  throw new BmcException(
                      BmcException.Kind.UNREACHABLE, host.address(), "no answer within 10 s");
                }
              });
      looking.all();
      for (int i = 0; i < 6; i++) {
        assertThat(seen.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("kvm");
      }
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
