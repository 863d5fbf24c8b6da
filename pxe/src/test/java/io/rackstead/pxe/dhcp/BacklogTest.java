package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Tally;
import io.rackstead.pxe.Tally.Dropped;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacklogTest {
  private long nanos;
  private final Tally tally = new Tally();
  private final Backlog backlog = new Backlog(() -> nanos, tally);

  private static DhcpMessage discover(long mac, String relay) {
    return Dhcp.relayed(
        new MacAddress(mac), MessageType.DISCOVER, relay, "0.0.0.0", DhcpOptions.NONE);
  }

  private void add(long mac, String relay, boolean known) {
    backlog.add(discover(mac, relay), Dhcp.on("prov0"), known);
  }

  private List<Long> all() {
    var order = new ArrayList<Long>();
    for (var one = backlog.next(); one.isPresent(); one = backlog.next()) {
      order.add(one.get().asked().chaddr().bits());
    }
    return order;
  }

  private long dropped(Dropped why) {
    return tally.dropped().getOrDefault("dhcp", Map.of()).getOrDefault(why, 0L);
  }

  @Test
  void machinesOnRecordGoFirstAndStrangersAreNotForgotten() {
    for (int i = 1; i <= 10; i++) {
      add(100 + i, "10.1.0.1", false);
      add(i, "10.1.0.1", true);
    }
    assertThat(all())
        .containsExactly(
            1L, 2L, 3L, 4L, 5L, 6L, 7L, 101L, 8L, 9L, 10L, 102L, 103L, 104L, 105L, 106L, 107L, 108L,
            109L, 110L);
  }

  @Test
  void aRackInAStormLeavesTheOthersTheirTurn() {
    for (int i = 1; i <= 1000; i++) {
      add(i, "10.1.0.1", true);
    }
    add(5001, "10.2.0.1", true);
    add(5002, "10.3.0.1", true);
    assertThat(all().subList(0, 4)).containsExactly(1L, 5001L, 5002L, 2L);
  }

  @ParameterizedTest
  @CsvSource({"system, 2999, 1", "system, 3001, 0", "loader, 999, 1", "loader, 1001, 0"})
  void whatWaitedLongerThanItsClientDoesIsLetFall(String client, long millis, int answered) {
    var options =
        client.equals("loader")
            ? DhcpOptions.NONE.with(DhcpOptions.USER_CLASS, "iPXE")
            : DhcpOptions.NONE;
    var asked = Dhcp.from(Dhcp.ANNA, MessageType.DISCOVER, options);
    backlog.add(asked, Dhcp.on("prov0"), true);
    nanos += millis * 1_000_000;
    assertThat(all()).hasSize(answered);
    assertThat(dropped(Dropped.STALE)).isEqualTo(1 - answered);
    assertThat(backlog.size()).isZero();
  }

  @Test
  void whatOnePlaceSendsTooMuchAndWhatAllDoIsBounded() {
    for (int i = 1; i <= 5000; i++) {
      add(i, "10.1.0.1", false);
    }
    assertThat(backlog.size()).isEqualTo(4096);
    assertThat(dropped(Dropped.OVERFLOW)).isEqualTo(904);
    for (int i = 1; i <= 50_000; i++) {
      add(10_000 + i, "10." + (2 + i % 200) + ".0.1", false);
    }
    assertThat(backlog.size()).isEqualTo(16_384);
  }

  /// Four times as much as is answered: what is answered is fresh, and the rate does not fall.
  @Test
  void underOverloadWhatIsAnsweredIsFresh() {
    int answered = 0;
    long oldest = 0;
    for (int milli = 0; milli < 20_000; milli++) {
      for (int i = 0; i < 4; i++) {
        add(milli * 4L + i + 1, "10." + i + ".0.1", true);
      }
      nanos += 1_000_000;
      var next = backlog.next();
      if (next.isPresent()) {
        answered++;
        oldest = Math.max(oldest, nanos - next.get().since());
      }
    }
    assertThat(answered).as("one a millisecond").isEqualTo(20_000);
    assertThat(oldest).isLessThanOrEqualTo(3_000_000_000L);
    assertThat(dropped(Dropped.STALE)).isPositive();
  }
}
