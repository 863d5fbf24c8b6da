package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.EventLog;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The event log (DSP2046 LogService), which stands beside the system or beside its manager and
/// goes by many names.
final class RedfishLog implements EventLog {
  private static final int MOST_SERVICES = 32;
  private static final int MOST_ENTRIES = 10_000;
  private static final List<String> NAMES =
      List.of("sel", "iml", "log1", "eventlog", "standardlog");

  private final RedfishSession session;
  private final Resource service;

  private RedfishLog(RedfishSession session, Resource service) {
    this.session = session;
    this.service = service;
  }

  static Optional<EventLog> of(RedfishSession session, Resource system) {
    var managers =
        system.links("Links", "ManagedBy").stream().flatMap(path -> session.find(path).stream());
    return Stream.concat(Stream.of(system), managers)
        .flatMap(holder -> holder.link("LogServices").stream())
        .filter(path -> session.find(path).isPresent())
        .flatMap(path -> session.members(path, MOST_SERVICES).stream())
        .filter(service -> service.link("Entries").isPresent())
        .min(Comparator.comparingInt(RedfishLog::rank))
        .map(service -> new RedfishLog(session, service));
  }

  private static int rank(Resource service) {
    if (service.text("LogEntryType").equals("SEL")) {
      return 0;
    }
    int known = NAMES.indexOf(service.id().toLowerCase(Locale.ROOT));
    return known < 0 ? NAMES.size() + 1 : known + 1;
  }

  @Override
  public List<Entry> entries(int most) {
    return session.members(service.link("Entries").orElseThrow(), MOST_ENTRIES).stream()
        .limit(most)
        .map(entry ->
            new Entry(
                entry.id(), entry.text("Created"), entry.text("Severity"), entry.text("Message")))
        .toList();
  }

  @Override
  public void clear() {
    var target = Resource.text(service.at("Actions", "#LogService.ClearLog", "target"));
    if (target.isEmpty()) {
      throw new BmcException(
          UNSUPPORTED, session.address(), "its log %s cannot be cleared".formatted(service.id()));
    }
    var _ = session.change(Ask.post(target.get(), RedfishJson.object(), "Clear the event log"));
  }
}
