package io.rackstead.boot;

import io.rackstead.http.Reply;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.Tally;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/// `/metrics`: what the boot services did since the start, in the text format of Prometheus, for
/// anybody with a key.
public final class MetricsApi {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Tally tally;
  private final Supplier<List<ServiceState>> states;

  public MetricsApi(Tally tally, Supplier<List<ServiceState>> states) {
    this.tally = tally;
    this.states = states;
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
            "/metrics",
            Access.VIEW,
            _ -> Reply.bytes(TYPE, text().getBytes(StandardCharsets.UTF_8))));
  }

  String text() {
    var text = new StringBuilder();
    head(text, "rackstead_boot_answered_total", "counter", "questions that had an answer");
    tally
        .answered()
        .forEach((service, count) ->
            text.append(
                "rackstead_boot_answered_total{service=\"%s\"} %d\n".formatted(service, count)));
    head(text, "rackstead_boot_dropped_total", "counter", "questions without one, and why");
    tally
        .dropped()
        .forEach((service, reasons) ->
            reasons.forEach((reason, count) ->
                text.append(
                    "rackstead_boot_dropped_total{service=\"%s\",reason=\"%s\"} %d\n"
                        .formatted(service, reason.word(), count))));
    head(text, "rackstead_boot_service_up", "gauge", "1 while the service answers");
    for (var state : states.get()) {
      if (state.status() != Status.OFF) {
        text.append(
            "rackstead_boot_service_up{service=\"%s\"} %d\n"
                .formatted(state.name(), state.status() == Status.SERVING ? 1 : 0));
      }
    }
    return text.toString();
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP %1$s %3$s\n# TYPE %1$s %2$s\n".formatted(name, type, help));
  }
}
