package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.lease.Leases.Binding;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConflictsTest {
  private static final Optional<String> PROV0 = Optional.of("prov0");
  private static final MacAddress STATIC = MacAddress.parse("02:00:00:00:00:05");

  @TempDir Path folder;
  private final Noted noted = new Noted();
  private final List<Inet4Address> asked = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private LeaseLog leases;
  private Conflicts conflicts;
  private Served network = Dhcp.network("prov0", "10.0.0", Mode.SERVER);

  @BeforeEach
  void start() throws IOException {
    leases = LeaseLog.open(folder, () -> now);
    conflicts = new Conflicts(leases, noted, () -> Duration.between(Instant.EPOCH, now).toNanos());
    conflicts.by((_, target) -> asked.add(target));
  }

  @AfterEach
  void stop() throws IOException {
    leases.close();
  }

  @Test
  void whatIsGivenOutNextIsAskedAboutTwiceAheadAndThenNobodyWaits() {
    conflicts.lookAhead(List.of(network));
    assertThat(asked).hasSize(11).startsWith(Dhcp.at("10.0.0.50"), Dhcp.at("10.0.0.51"));
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isTrue();
    now = now.plusSeconds(1);
    conflicts.lookAhead(List.of(network));
    assertThat(asked).hasSize(22);
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isFalse();
    now = now.plusSeconds(1);
    conflicts.lookAhead(List.of(network));
    assertThat(asked).as("asked enough for some minutes").hasSize(22);
    now = now.plusSeconds(490);
    conflicts.lookAhead(List.of(network));
    assertThat(asked).hasSize(33);
  }

  @Test
  void anAddressThatNobodyAskedAboutIsWaitedFor() {
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isTrue();
    assertThat(asked).containsExactly(Dhcp.at("10.0.0.50"));
    now = now.plusMillis(100);
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isTrue();
    now = now.plusMillis(150);
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isFalse();
    assertThat(asked).hasSize(1);
    assertThat(conflicts.mustWait(Optional.empty(), Dhcp.at("10.0.0.51")))
        .as("without an interface there is nobody to ask")
        .isFalse();
  }

  @Test
  void anAddressThatIsClaimedIsNotOfferedForAnHour() throws Exception {
    conflicts.lookAhead(List.of(network));
    conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0.50")));
    assertThat(offer(Dhcp.ANNA)).contains(Dhcp.at("10.0.0.51"));
    assertThat(noted.next().text()).startsWith("it sits on 10.0.0.50 without having asked");
    assertThat(leases.commit()).isTrue();
    leases.close();
    leases = LeaseLog.open(folder, () -> now);
    assertThat(leases.at(Dhcp.at("10.0.0.50")).orElseThrow().kind()).isEqualTo(Kind.OCCUPIED);
    assertThat(leases.bind(STATIC, network, Dhcp.at("10.0.0.50")))
        .as("who sits there may have it")
        .isInstanceOf(Binding.Bound.class);
  }

  @Test
  void anHourLaterItIsAskedAboutAgain() {
    network = withRange("10.0.0.50-10.0.0.50");
    conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"));
    conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0.50")));
    assertThat(offer(Dhcp.ANNA)).isEmpty();
    now = now.plusSeconds(3601);
    assertThat(offer(Dhcp.ANNA)).contains(Dhcp.at("10.0.0.50"));
    assertThat(conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"))).isTrue();
    conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0.50")));
    assertThat(offer(Dhcp.ANNA)).isEmpty();
  }

  @Test
  void whoWasGivenAnAddressMayClaimIt() {
    leases.offer(Dhcp.ANNA, network, Optional.empty());
    leases.bind(Dhcp.ANNA, network, Dhcp.at("10.0.0.50"));
    conflicts.mustWait(PROV0, Dhcp.at("10.0.0.50"));
    conflicts.heard(new ArpPacket(Dhcp.ANNA, Dhcp.at("10.0.0.50")));
    conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0.50")));
    assertThat(leases.at(Dhcp.at("10.0.0.50")).orElseThrow().kind()).isEqualTo(Kind.BOUND);
    conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0.200")));
    assertThat(leases.at(Dhcp.at("10.0.0.200"))).as("not ours to give").isEmpty();
  }

  @Test
  void whoClaimsEverythingIsNotBelieved() {
    network = withRange("10.0.0.50-10.0.0.200");
    for (int address = 50; address <= 200; address++) {
      conflicts.mustWait(PROV0, Dhcp.at("10.0.0." + address));
      conflicts.heard(new ArpPacket(STATIC, Dhcp.at("10.0.0." + address)));
    }
    assertThat(leases.list()).hasSize(64);
    assertThat(offer(Dhcp.ANNA)).contains(Dhcp.at("10.0.0.114"));
  }

  @Test
  void aProbeIsRfc5227sOctetByOctetAndItsAnswerIsRead() {
    var probe = ArpPacket.probe(MacAddress.parse("52:54:00:00:00:01"), Dhcp.at("10.0.0.50"));
    assertThat(HexFormat.of().formatHex(probe))
        .isEqualTo("0001080006040001" + "525400000001" + "00000000" + "000000000000" + "0a000032");
    var answer =
        HexFormat.of()
            .parseHex("0001080006040002" + "020000000005" + "0a000032" + "5254000000010a000001");
    assertThat(ArpPacket.decode(ByteBuffer.wrap(answer)))
        .contains(new ArpPacket(STATIC, Dhcp.at("10.0.0.50")));
    var random = new Random(826);
    for (int length = 0; length < answer.length; length++) {
      assertThat(ArpPacket.decode(ByteBuffer.wrap(answer, 0, length))).isEmpty();
      var noise = new byte[length * 2];
      random.nextBytes(noise);
      assertThat(ArpPacket.decode(ByteBuffer.wrap(noise))).isEmpty();
    }
  }

  private Optional<Inet4Address> offer(MacAddress mac) {
    return leases.offer(mac, network, Optional.empty());
  }

  private static Served withRange(String range) {
    var like = Dhcp.network("prov0", "10.0.0", Mode.SERVER);
    return new Served(
        like.networkInterface(),
        like.subnet(),
        like.mode(),
        like.serverAddress(),
        List.of(AddressRange.parse(range)),
        Map.of(),
        like.router(),
        like.dnsServers(),
        like.domain(),
        like.leaseTime());
  }
}
