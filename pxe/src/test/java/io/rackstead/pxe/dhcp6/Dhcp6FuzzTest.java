package io.rackstead.pxe.dhcp6;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Fuzz;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Lease6Log;
import io.rackstead.pxe.net.MalformedPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bad messages of IPv6 go the whole way, and afterwards a new start from that disk still serves.
class Dhcp6FuzzTest {
  private static final int BATCH = 64;

  @TempDir Path folder;
  private int sent;
  private int answered;

  @Test
  void noMessageWhateverStopsTheServerOrItsNextStart() throws IOException {
    Files.writeString(folder.resolve("snponly.efi"), "x");
    var loaders = Loaders.in(folder);
    var fuzz = new Fuzz(8415, good());
    try (var leases = Lease6Log.open(folder, () -> Six.NOW)) {
      var responder = Six.responder(leases, loaders, Six.network());
      Fuzz.campaign(Fuzz.INPUTS, fuzz::next, octets -> one(responder, leases, octets));
    }
    assertThat(answered).as("the inputs are not all refused at the door").isGreaterThan(100);
    try (var leases = Lease6Log.open(folder, () -> Six.NOW)) {
      assertThat(leases.list()).isNotEmpty();
      var newcomer =
          Six.message(
              MessageType6.SOLICIT, Six.from(Six.ANNA).with(Dhcp6Options.IA_NA, Six.wanting(1)));
      assertThat(
              Six.responder(leases, loaders, Six.network())
                  .answer(Question6.of(newcomer, Six.STRANGE), Six.on("prov0"))
                  .reply())
          .isPresent();
    }
  }

  private void one(Dhcp6Responder responder, Lease6Log leases, byte[] octets) {
    try {
      var packet = Dhcp6Packet.decode(ByteBuffer.wrap(octets));
      assertThat(Six.octets(packet)).as("read and written again").isEqualTo(octets);
      var answer = responder.answer(Question6.of(packet, Six.STRANGE), Six.on("prov0"));
      if (answer.reply().isPresent()) {
        answered++;
        Dhcp6Packet.decode(answer.reply().get().encode());
      }
      if (++sent % BATCH == 0) {
        leases.commit();
      }
    } catch (MalformedPacket e) {
      assertThat(e).hasMessageContaining("at octet");
    }
  }

  private static List<byte[]> good() {
    var good = new ArrayList<byte[]>();
    for (var type : MessageType6.values()) {
      var options =
          Six.firmware(Six.from(Six.BERT), 7, "PXEClient:Arch:00007:UNDI:003000")
              .with(Dhcp6Options.IA_NA, Six.wanting(1, "fd77::1005"));
      var plain = Six.message(type, options);
      var named = Six.message(type, options.with(Dhcp6Options.SERVER_ID, Six.SELF.octets()));
      good.add(Six.octets(plain));
      good.add(Six.octets(named));
      good.add(
          Six.octets(
              Six.relayed(
                  "::",
                  Six.STRANGE,
                  Six.relayed(
                      "fd77::2",
                      Six.STRANGE,
                      named,
                      Dhcp6Options.NONE.with(Dhcp6Options.INTERFACE_ID, "eth7")),
                  Dhcp6Options.NONE)));
    }
    return good;
  }
}
