package io.rackstead.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StaticPagesTest {
  /// On a thread with little room, where a pattern must not go deeper with each part.
  @Test
  void aPathOfThousandsOfPartsIsNotFoundAndNothingMore() throws Exception {
    var pages = StaticPages.ofClassPath();
    for (var part : List.of("a/", "a.", "a", "-_./")) {
      var found = new CompletableFuture<Boolean>();
      var thread =
          new Thread(
              null,
              () ->
                  found.completeAsync(
                      () -> pages.page(part.repeat(20_000)).isPresent(), Runnable::run),
              "small",
              256 << 10);
      thread.start();
      assertThat(thread.join(Duration.ofSeconds(20))).as(part).isTrue();
      assertThat(found.join()).as(part).isFalse();
    }
  }
}
