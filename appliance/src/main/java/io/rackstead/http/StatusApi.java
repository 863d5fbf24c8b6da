package io.rackstead.http;

import io.rackstead.http.Route.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// How the appliance itself is: its services, and what an operator should know.
public final class StatusApi {
  private final Supplier<Status> status;

  /// @param notices sentences for the operator, such as a restore that waits to be confirmed
  public record Status(String version, List<Service> services, List<String> notices) {
    public Status {
      services = List.copyOf(services);
      notices = List.copyOf(notices);
    }

    boolean healthy() {
      return services.stream().noneMatch(service -> service.state() == Service.State.FAILED);
    }
  }

  /// @param detail where it serves, or why it does not
  public record Service(String name, State state, String detail) {
    public enum State {
      SERVING,
      OFF,
      FAILED
    }

    String line() {
      return "%-8s %-8s %s".formatted(name, word(), detail);
    }

    String word() {
      return state.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public StatusApi(Supplier<Status> status) {
    this.status = status;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/health", Access.PUBLIC, _ -> Reply.json(health(status.get()))),
        Route.get("/api/status", Access.VIEW, _ -> Reply.json(shown(status.get()))));
  }

  /// For everyone, so names and words only: why a service failed is for those who signed in.
  private static Map<String, Object> health(Status status) {
    var services = new LinkedHashMap<String, String>();
    status.services().forEach(service -> services.put(service.name(), service.word()));
    return Map.of("status", status.healthy() ? "ok" : "degraded", "services", services);
  }

  /// The same for the command line.
  public static List<String> lines(Status status) {
    var lines = new java.util.ArrayList<String>();
    lines.add("rackstead " + status.version() + (status.healthy() ? "" : " (something failed)"));
    status.services().forEach(service -> lines.add(service.line()));
    lines.addAll(status.notices());
    return lines;
  }

  private static Map<String, Object> shown(Status status) {
    return Map.of(
        "version",
        status.version(),
        "services",
        status.services().stream()
            .map(service ->
                Map.of("name", service.name(), "state", service.word(), "detail", service.detail()))
            .toList(),
        "notices",
        status.notices());
  }
}
