package io.rackstead.pxe.dhcp6;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.dhcp.ForeignServers;
import io.rackstead.pxe.net.Subnet6;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ForeignProbe6Test {
  private static final int ID = 0x123456;
  private static final Duid OURS = Duid.of(new UUID(1, 2));
  private static final Duid THEIRS = Duid.of(new UUID(3, 4));
  private static final Dhcp6Options BOOT =
      Dhcp6Options.NONE.with(Dhcp6Options.BOOT_FILE_URL, new byte[] {'x'});

  private final ForeignServers foreign = new ForeignServers(() -> Instant.EPOCH);
  private final ForeignProbe6 probe = new ForeignProbe6(foreign, OURS);

  @Test
  void theQuestionNamesNoClientAndWantsNoAddress() {
    var asked = ForeignProbe6.question(ID);
    assertThat(asked.type()).isEqualTo(MessageType6.INFORMATION_REQUEST);
    assertThat(asked.options().has(Dhcp6Options.CLIENT_ID)).isFalse();
    assertThat(asked.options().has(Dhcp6Options.IA_NA)).isFalse();
    assertThat(Dhcp6Packet.decode(asked.encode()).encode()).isEqualTo(asked.encode());
  }

  @Test
  void anotherServersAnswerIsASignAndOursIsNone() {
    assertThat(sign(MessageType6.REPLY, ID, THEIRS, Dhcp6Options.NONE))
        .contains("it answered a probe");
    assertThat(sign(MessageType6.REPLY, ID, THEIRS, BOOT)).contains("it told a probe what to boot");
    assertThat(sign(MessageType6.REPLY, ID, OURS, BOOT)).isEmpty();
    assertThat(sign(MessageType6.REPLY, ID + 1, THEIRS, BOOT)).isEmpty();
    assertThat(sign(MessageType6.ADVERTISE, ID, THEIRS, BOOT)).isEmpty();
    assertThat(probe.sign(ByteBuffer.wrap(new byte[] {7, 1}), ID)).isEmpty();
  }

  @Test
  void aServerThatAnsweredIsToldOfWithItsLinkAndTheMend() {
    foreign.server6(Subnet6.address("fe80::1"), "eth1", "it answered a probe");
    assertThat(foreign.rogues().getFirst().text())
        .isEqualTo(
            "another DHCPv6 server, fe80::1, answers on eth1: it answered a probe; switch it off");
  }

  private Optional<String> sign(MessageType6 type, int id, Duid server, Dhcp6Options more) {
    var options = more.with(Dhcp6Options.SERVER_ID, server.octets());
    return probe.sign(new Dhcp6Packet.Message(type, id, options).encode(), ID);
  }
}
