package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.capture.BootCaptures;
import io.rackstead.pxe.capture.Pcap;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecorderTest {
  private final BootCaptures captures = new BootCaptures();
  private final Recorder recorder =
      new Recorder(captures, () -> Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void aBootClientIsRecordedWithoutItsPasswords() {
    var options =
        DhcpOptions.NONE
            .with(DhcpOptions.CLASS_ID, "PXEClient")
            .with(191, "s3cret")
            .with(90, new byte[] {1, 2, 3});
    recorder.asked(Dhcp.from(Dhcp.ANNA, MessageType.DISCOVER, options), Dhcp.on("prov0"), 67);
    var packet = Pcap.read(captures.pcap(Dhcp.ANNA).orElseThrow()).getFirst();
    var read = DhcpMessage.decode(ByteBuffer.wrap(packet.octets()));
    assertThat(read.options().text(191)).contains("xxxxxx");
    assertThat(read.options().text(90)).contains("xxx");
    assertThat(read.chaddr()).isEqualTo(Dhcp.ANNA);
    assertThat(packet.toPort()).isEqualTo(67);
  }

  @Test
  void aSystemThatOnlyWantsAnAddressIsNot() {
    recorder.asked(
        Dhcp.from(Dhcp.BERT, MessageType.DISCOVER, DhcpOptions.NONE), Dhcp.on("prov0"), 67);
    assertThat(captures.pcap(Dhcp.BERT)).isEmpty();
  }
}
