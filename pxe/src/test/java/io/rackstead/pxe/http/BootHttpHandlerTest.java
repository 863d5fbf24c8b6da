package io.rackstead.pxe.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Noted;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BootHttpHandlerTest {
  @Test
  void aSlowDownloadLivesThroughTheFirstIdleEventAndADeadOneNotThroughTheNext() {
    var connection = new EmbeddedChannel(new BootHttpHandler(pages(), new RequestDeadline(10)));
    connection.pipeline().fireUserEventTriggered(IdleStateEvent.FIRST_ALL_IDLE_STATE_EVENT);
    assertThat(connection.isOpen()).isTrue();
    connection.pipeline().fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT);
    assertThat(connection.isOpen()).isFalse();
  }

  private static BootPages pages() {
    var nothing =
        new Booter() {
          @Override
          public BootAnswer decide(BootRequest request) {
            return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
          }

          @Override
          public Optional<BootFile> open(String name, InetAddress client) {
            return Optional.empty();
          }
        };
    return new BootPages(nothing, nothing::open, _ -> Optional.empty(), new Noted());
  }

  @Test
  void aNameThatOpensSomethingIsNotWrittenOutInTheTrace() {
    assertThat(BootPages.shown("/image/" + "0123456789abcdef".repeat(2)))
        .isEqualTo("/image/012345…");
    assertThat(BootPages.shown("/ephemeral/amd64/2026.1/vmlinuz"))
        .isEqualTo("/ephemeral/amd64/2026.1/vmlinuz");
  }
}
