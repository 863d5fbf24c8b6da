package io.rackstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.Tally;
import io.rackstead.pxe.Tally.Dropped;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsApiTest {
  @Test
  void whatWasAnsweredAndWhatWasNotIsToldAsPrometheusReadsIt() {
    var tally = new Tally();
    tally.answered("dhcp");
    tally.answered("dhcp");
    tally.dropped("dhcp", Dropped.STALE);
    var states =
        List.of(
            new ServiceState("dhcp", Status.SERVING, ""),
            new ServiceState("tftp", Status.FAILED, ""),
            new ServiceState("http", Status.OFF, ""));
    var text = new MetricsApi(tally, () -> states).text();
    assertThat(text.lines())
        .contains(
            "# TYPE rackstead_boot_answered_total counter",
            "rackstead_boot_answered_total{service=\"dhcp\"} 2",
            "rackstead_boot_dropped_total{service=\"dhcp\",reason=\"stale\"} 1",
            "rackstead_boot_dropped_total{service=\"dhcp\",reason=\"no_free_address\"} 0",
            "rackstead_boot_service_up{service=\"dhcp\"} 1",
            "rackstead_boot_service_up{service=\"tftp\"} 0")
        .allMatch(line -> line.matches("# .*|[a-z_]+\\{[a-z_]+=\"[a-z0-9]+\".*} [0-9]+"))
        .noneMatch(line -> line.contains("http"));
  }
}
