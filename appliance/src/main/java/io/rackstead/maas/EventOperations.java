package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.event.Entry;
import io.rackstead.event.EventSearch;
import io.rackstead.event.EventSearch.Way;
import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What happened to machines, out of our own log.
final class EventOperations {
  private static final String ALL = "events/";
  private static final int MOST = 1000;
  private static final int USUAL = 100;
  private static final Set<String> PACKETS = Set.of("dhcp", "proxydhcp", "tftp", "http");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM. yyyy HH:mm:ss", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private final MachineOperations machines;
  private final EventSearch search;

  private enum Level {
    DEBUG,
    INFO,
    WARNING,
    ERROR,
    CRITICAL,
    AUDIT
  }

  EventOperations(Parts parts, MachineOperations machines) {
    this.machines = machines;
    this.search = new EventSearch(parts.database());
  }

  List<MaasOperation> operations() {
    return List.of(get("Events", ALL, "query", Access.VIEW, this::query));
  }

  private Reply query(Call call) {
    int limit = limit(call);
    var before = position(call, "before");
    var after = position(call, "after");
    if (before.isPresent() && after.isPresent()) {
      throw new Problem(
          400, "There is undetermined behaviour when both `after` and `before` are specified.");
    }
    var seen = machines(call);
    var wanted = wanted(call, seen);
    var one =
        seen.size() == 1
            ? Optional.of(seen.keySet().iterator().next())
            : Optional.<MachineId>empty();
    var page =
        search.page(
            after.isPresent() ? Way.NEWER : Way.OLDER,
            after.or(() -> before).orElse(Long.MAX_VALUE),
            one,
            wanted,
            limit);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("count", page.size());
    shape.put("events", page.stream().map(entry -> shape(entry, seen)).toList());
    shape.put(
        "next_uri",
        page.stream().findFirst().map(Entry::id).or(() -> after).map(id -> uri(call, "after", id)));
    var oldest =
        page.isEmpty()
            ? after.map(id -> id + 1).or(() -> before)
            : Optional.of(page.getLast().id());
    shape.put(
        "prev_uri",
        oldest
            .filter(id -> !search.page(Way.OLDER, id, one, wanted, 1).isEmpty())
            .map(id -> uri(call, "before", id)));
    return Dispatch.json(shape);
  }

  private static int limit(Call call) {
    long limit = position(call, "limit").orElse((long) USUAL);
    if (limit > MOST) {
      throw new Problem(
          400, "Requested number of events %d is greater than limit: %d".formatted(limit, MOST));
    }
    return (int) Math.max(limit, 1);
  }

  private static Optional<Long> position(Call call, String name) {
    var text = Fields.filled(call, name);
    if (text.isPresent() && !text.get().matches("[0-9]{1,18}")) {
      throw FormErrors.of(name, "Please enter an integer value");
    }
    return text.map(Long::parseLong);
  }

  /// Those that may be seen and that the filters name.
  private Map<MachineId, Machine> machines(Call call) {
    var seen = new HashMap<MachineId, Machine>();
    for (var machine : machines.visible(call)) {
      if (named(call, "hostname", machine.hostname()::equals)
          && named(call, "id", machine.id().text()::equals)
          && named(call, "zone", machine.labels().zone()::equals)
          && named(call, "agent_name", machine.labels().agent()::equals)
          && named(
              call,
              "mac_address",
              mac -> machine.identity().macs().contains(Fields.mac("mac_address", mac)))) {
        seen.put(machine.id(), machine);
      }
    }
    return seen;
  }

  private static boolean named(Call call, String name, Predicate<String> is) {
    var asked = call.texts(name).stream().filter(text -> !text.isEmpty()).toList();
    return asked.isEmpty() || asked.stream().anyMatch(is);
  }

  private static Predicate<Entry> wanted(Call call, Map<MachineId, Machine> seen) {
    var least = Fields.filled(call, "level").map(EventOperations::level);
    var owners = call.texts("owner").stream().filter(text -> !text.isEmpty()).toList();
    return entry ->
        entry.machine().filter(seen::containsKey).isPresent()
            && (least.isEmpty() || reaches(level(entry), least.get()))
            && (owners.isEmpty() || owners.contains(username(entry)));
  }

  private static Level level(String name) {
    try {
      return Level.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "Unrecognised log level: " + name, e);
    }
  }

  /// What people did is a kind of its own, not the gravest.
  private static boolean reaches(Level level, Level least) {
    return level == Level.AUDIT || least == Level.AUDIT
        ? level == least
        : level.compareTo(least) >= 0;
  }

  private static Level level(Entry entry) {
    if (entry.move().filter(move -> failure(move)).isPresent()) {
      return Level.ERROR;
    }
    if (!username(entry).isEmpty()) {
      return Level.AUDIT;
    }
    return PACKETS.contains(entry.source()) ? Level.DEBUG : Level.INFO;
  }

  private static boolean failure(Entry.Move move) {
    return move.from() != move.to() && move.to().name().matches("FAILED_.*|.*_FAILED|BROKEN");
  }

  private static String username(Entry entry) {
    var actor = entry.actor();
    return actor.startsWith("user:") ? actor.substring("user:".length()) : "";
  }

  private static Map<String, Object> shape(Entry entry, Map<MachineId, Machine> seen) {
    var machine = entry.machine();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", entry.id());
    shape.put("node", machine.map(MachineId::text).orElse(""));
    shape.put(
        "hostname",
        machine.flatMap(id -> Optional.ofNullable(seen.get(id))).map(Machine::hostname).orElse(""));
    shape.put("level", level(entry).name());
    shape.put("created", TIME.format(entry.at()));
    shape.put("type", entry.move().map(Entry.Move::event).orElse(entry.source()));
    shape.put("description", entry.text());
    shape.put("username", username(entry));
    return shape;
  }

  /// The same question from another position.
  private static String uri(Call call, String way, long id) {
    var uri = new StringBuilder(Dispatch.ROOT).append(ALL).append("?op=query");
    call.all()
        .forEach((name, values) -> {
          if (!name.equals("before") && !name.equals("after")) {
            values.forEach(value ->
                uri.append('&')
                    .append(Encoding.encode(name))
                    .append('=')
                    .append(Encoding.encode(value)));
          }
        });
    if (call.text("limit").isEmpty()) {
      uri.append("&limit=").append(USUAL);
    }
    return uri.append('&').append(way).append('=').append(id).toString();
  }
}
