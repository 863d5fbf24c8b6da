package io.rackstead.pxe.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.lease.Leases.Binding;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseLogTest {
  private static final Duration LEASE = Duration.ofHours(1);
  private static final MacAddress ANNA = MacAddress.parse("52:54:00:00:00:0a");
  private static final MacAddress BERT = MacAddress.parse("52:54:00:00:00:0b");
  private static final MacAddress CARL = MacAddress.parse("52:54:00:00:00:0c");

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource clock = () -> now;

  @Test
  void aClientKeepsItsAddressThroughFirmwareLoaderAndSystemWithOneWrite() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      var first = dora(log, ANNA);
      now = now.plusSeconds(20);
      assertThat(log.bind(ANNA, network(), first)).isEqualTo(bound(log, first, false));
      assertThat(dora(log, ANNA)).isEqualTo(first);
      assertThat(log.list()).hasSize(1);
    }
  }

  @Test
  void whatWasCommittedIsThereAfterARestart() throws IOException {
    Inet4Address anna;
    try (var log = LeaseLog.open(folder, clock)) {
      anna = dora(log, ANNA);
      dora(log, BERT);
      log.release(BERT, log.of(BERT, network()).orElseThrow().address());
    }
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(log.at(anna).orElseThrow().mac()).isEqualTo(ANNA);
      assertThat(log.of(BERT, network()).orElseThrow().kind()).isEqualTo(Kind.RELEASED);
      assertThat(dora(log, ANNA)).isEqualTo(anna);
    }
  }

  @Test
  void aLogCutOffAnywhereGivesBackAllRecordsBeforeTheCut() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      dora(log, ANNA);
      dora(log, BERT);
      dora(log, CARL);
    }
    var whole = Files.readAllBytes(folder.resolve("leases.log"));
    for (int length = 0;
        length <= 3 * LeaseRecord.SIZE;
        length += length % 64 < 3 || length % 64 > 60 ? 1 : 7) {
      var cut = folder.resolve("cut");
      Files.createDirectories(cut);
      Files.write(cut.resolve("leases.log"), Arrays.copyOf(whole, length));
      try (var log = LeaseLog.open(cut, clock)) {
        assertThat(log.list()).hasSize(length / LeaseRecord.SIZE);
        dora(log, MacAddress.parse("52:54:00:00:00:0d"));
      }
      try (var log = LeaseLog.open(cut, clock)) {
        assertThat(log.list()).hasSize(length / LeaseRecord.SIZE + 1);
      }
    }
  }

  @Test
  void aDamagedRecordHidesOnlyItself() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      dora(log, ANNA);
      dora(log, BERT);
      dora(log, CARL);
    }
    var octets = Files.readAllBytes(folder.resolve("leases.log"));
    for (int at = 0; at < LeaseRecord.SIZE; at++) {
      var damaged = octets.clone();
      damaged[LeaseRecord.SIZE + at] ^= 0x10;
      Files.write(folder.resolve("leases.log"), damaged);
      try (var log = LeaseLog.open(folder, clock)) {
        assertThat(log.list()).extracting(Lease::mac).containsExactly(ANNA, CARL);
      }
    }
  }

  @Test
  void reservedAndServerAddressesAreNeverGivenToOthers() throws IOException {
    var network = network(Map.of(CARL, Subnet.address("10.0.0.3")));
    try (var log = LeaseLog.open(folder, clock)) {
      var given = new HashSet<Inet4Address>();
      for (int i = 0; i < 9; i++) {
        var mac = new MacAddress(0x5254_0000_0100L + i);
        log.offer(mac, network, Optional.of(Subnet.address("10.0.0.3"))).ifPresent(given::add);
      }
      assertThat(given)
          .containsExactlyInAnyOrder(
              Subnet.address("10.0.0.4"), Subnet.address("10.0.0.5"), Subnet.address("10.0.0.6"));
      assertThat(log.offer(CARL, network, Optional.empty())).contains(Subnet.address("10.0.0.3"));
      assertThat(log.bind(ANNA, network, Subnet.address("10.0.0.3")))
          .isInstanceOf(Binding.Refused.class);
      assertThat(log.bind(ANNA, network, Subnet.address("10.0.0.2")))
          .isInstanceOf(Binding.Refused.class);
    }
  }

  @Test
  void aReservationMadeLaterMovesItsClientAtTheNextRenewal() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      var before = dora(log, ANNA);
      var edited = network(Map.of(ANNA, Subnet.address("10.0.0.9")));
      assertThat(log.bind(ANNA, edited, before)).isInstanceOf(Binding.Refused.class);
      assertThat(log.offer(ANNA, edited, Optional.of(before))).contains(Subnet.address("10.0.0.9"));
    }
  }

  @Test
  void aFullNetworkGivesTheAddressThatWasUnusedForLongest() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      var oldest = dora(log, ANNA);
      now = now.plusSeconds(60);
      for (int i = 0; i < 3; i++) {
        dora(log, new MacAddress(0x5254_0000_0100L + i));
      }
      assertThat(log.offer(BERT, network(), Optional.empty())).isEmpty();
      now = now.plus(LEASE);
      assertThat(log.offer(BERT, network(), Optional.empty())).contains(oldest);
    }
  }

  @Test
  void aDeclinedAddressIsSetAsideForAnHourAlsoAfterARestart() throws IOException {
    Inet4Address bad;
    try (var log = LeaseLog.open(folder, clock)) {
      bad = dora(log, ANNA);
      log.decline(ANNA, bad);
      assertThat(log.offer(ANNA, network(), Optional.of(bad)).orElseThrow()).isNotEqualTo(bad);
    }
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(log.bind(ANNA, network(), bad)).isInstanceOf(Binding.Refused.class);
      now = now.plus(Duration.ofHours(2));
      assertThat(log.bind(ANNA, network(), bad)).isInstanceOf(Binding.Bound.class);
    }
  }

  @Test
  void aLogOfMostlyHistoryIsWrittenAnewAndKeepsEveryLease() throws IOException {
    var large = large();
    try (var log = LeaseLog.open(folder, clock)) {
      for (int round = 0; round < 20; round++) {
        for (int client = 0; client < 1000; client++) {
          var mac = new MacAddress(0x5254_0000_0000L + client);
          var address = Subnet.address(Subnet.bits(Subnet.address("10.0.1.0")) + client);
          assertThat(log.bind(mac, large, address)).isInstanceOf(Binding.Bound.class);
        }
        assertThat(log.commit()).isTrue();
        now = now.plus(LEASE.dividedBy(2));
      }
    }
    assertThat(Files.size(folder.resolve("leases.log"))).isLessThanOrEqualTo(1 << 20);
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(log.list()).hasSize(1000).allMatch(lease -> lease.activeAt(now));
    }
  }

  @Test
  void aFullDiskGivesNoNewLease() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    Files.createSymbolicLink(folder.resolve("leases.log"), Path.of("/dev/full"));
    try (var log = LeaseLog.open(folder, clock)) {
      var address = log.offer(ANNA, network(), Optional.empty()).orElseThrow();
      assertThat(((Binding.Bound) log.bind(ANNA, network(), address)).fresh()).isTrue();
      assertThat(log.commit()).isFalse();
    }
  }

  @Test
  void aDiskThatTakesNothingStopsNewLeasesAndNotTheKnownOnes() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      var known = dora(log, ANNA);
      now = now.plus(LEASE.dividedBy(2));
      assertThat(((Binding.Bound) log.bind(ANNA, network(), known)).fresh()).isFalse();
      var other = log.offer(BERT, network(), Optional.empty()).orElseThrow();
      assertThat(((Binding.Bound) log.bind(BERT, network(), other)).fresh()).isTrue();
      // a channel refuses its work to an interrupted thread: a disk that fails, without a disk
      Thread.currentThread().interrupt();
      assertThat(log.commit()).isFalse();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(log.at(known).orElseThrow().until()).isEqualTo(now.plus(LEASE));
      assertThat(log.at(other).map(Lease::kind)).contains(Kind.OFFERED);
      assertThat(((Binding.Bound) log.bind(BERT, network(), other)).fresh()).isTrue();
      assertThat(log.commit()).isTrue();
    }
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(log.list()).extracting(Lease::mac).containsExactlyInAnyOrder(ANNA, BERT);
    }
  }

  @Test
  void lookingHoldsNothing() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      var first = log.look(ANNA, network(), Optional.empty(), true);
      assertThat(log.look(BERT, network(), Optional.empty(), true)).isEqualTo(first);
      assertThat(log.list()).isEmpty();
      assertThat(log.offer(CARL, network(), Optional.empty())).isEqualTo(first);
    }
  }

  @Test
  void nineOfTenAddressesAreNearlyAllOfThem() throws IOException {
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(log.usage(network())).isEqualTo(new Leases.Usage(0, 4));
      dora(log, ANNA);
      dora(log, BERT);
      dora(log, CARL);
      assertThat(log.usage(network()).nearlyFull()).isFalse();
      log.offer(new MacAddress(7), network(), Optional.empty());
      assertThat(log.usage(network())).isEqualTo(new Leases.Usage(4, 4));
      assertThat(log.usage(network()).nearlyFull()).isTrue();
      now = now.plus(LEASE);
      assertThat(log.usage(network()).used()).isZero();
    }
  }

  @Test
  void leasesMoveWithAClockThatIsSet() throws IOException {
    var elapsed = new long[1];
    Inet4Address annas;
    try (var log = LeaseLog.open(folder, clock, () -> elapsed[0])) {
      annas = dora(log, ANNA);
      for (var jump : List.of(Duration.ofDays(400), Duration.ofDays(-700))) {
        now = now.plus(jump).plusSeconds(60);
        elapsed[0] += 60_000_000_000L;
        log.offer(BERT, network(), Optional.of(annas));
        assertThat(log.at(annas).orElseThrow().mac()).isEqualTo(ANNA);
      }
      assertThat(Duration.between(now, log.at(annas).orElseThrow().until()))
          .isEqualTo(LEASE.minusSeconds(120));
      dora(log, BERT);
    }
    try (var log = LeaseLog.open(folder, clock)) {
      assertThat(Duration.between(now, log.at(annas).orElseThrow().until()))
          .isEqualTo(LEASE.minusSeconds(120));
    }
  }

  @Test
  void aSlowDriftIsNoJump() throws IOException {
    var elapsed = new long[1];
    try (var log = LeaseLog.open(folder, clock, () -> elapsed[0])) {
      var annas = dora(log, ANNA);
      var until = log.at(annas).orElseThrow().until();
      for (int i = 0; i < 100; i++) {
        now = now.plusSeconds(2);
        elapsed[0] += 1_000_000_000L;
        log.usage(network());
      }
      assertThat(log.at(annas).orElseThrow().until()).isEqualTo(until);
    }
  }

  private Inet4Address dora(LeaseLog log, MacAddress mac) {
    var address = log.offer(mac, network(), Optional.empty()).orElseThrow();
    assertThat(log.bind(mac, network(), address)).isInstanceOf(Binding.Bound.class);
    assertThat(log.commit()).isTrue();
    return address;
  }

  private static Binding bound(LeaseLog log, Inet4Address address, boolean fresh) {
    return new Binding.Bound(log.at(address).orElseThrow(), fresh);
  }

  private static Served large() {
    return new Served(
        "prov0",
        Subnet.parse("10.0.0.0/16"),
        Mode.SERVER,
        Subnet.address("10.0.0.2"),
        List.of(AddressRange.parse("10.0.1.0-10.0.9.255")),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        LEASE);
  }

  private static Served network() {
    return network(Map.of());
  }

  private static Served network(Map<MacAddress, Inet4Address> reservations) {
    return new Served(
        "prov0",
        Subnet.parse("10.0.0.0/24"),
        Mode.SERVER,
        Subnet.address("10.0.0.2"),
        List.of(AddressRange.parse("10.0.0.2-10.0.0.6")),
        reservations,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        LEASE);
  }
}
