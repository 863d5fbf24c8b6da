package io.rackstead.place;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import io.rackstead.store.StoreException;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// All zones, or all resource pools: kept in the database, read from memory. Machines name their
/// place, so a change of name changes them in the same transaction.
public final class Places {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9 _.-]{0,254})");
  private static final int DESCRIPTION = 4000;

  /// Which of the two it is.
  public enum Kind {
    ZONE("zone", "physical zone"),
    POOL("pool", "resource pool");

    private final String table;
    private final String words;

    Kind(String table, String words) {
      this.table = table;
      this.words = words;
    }

    String of(Labels labels) {
      return switch (this) {
        case ZONE -> labels.zone();
        case POOL -> labels.pool();
      };
    }

    Labels put(Labels labels, String name) {
      return switch (this) {
        case ZONE -> labels.withPlace(name, labels.pool());
        case POOL -> labels.withPlace(labels.zone(), name);
      };
    }
  }

  private final Kind kind;
  private final Database database;
  private final Machines machines;
  private final InstantSource clock;
  private final Map<String, Place> view = new ConcurrentHashMap<>();

  public Places(Kind kind, Database database, Machines machines, InstantSource clock) {
    this.kind = kind;
    this.database = database;
    this.machines = machines;
    this.clock = clock;
    reload();
    adopt();
    database.onReopened(this::reload);
  }

  private void reload() {
    var rows =
        database.read(tx ->
            tx.list(
                "select id, name, description from " + kind.table,
                row -> new Place(row.getLong(1), row.getString(2), row.getString(3))));
    view.clear();
    rows.forEach(place -> view.put(place.name(), place));
  }

  /// What machines name from before there were rows becomes one.
  private void adopt() {
    var strange =
        machines.list().stream()
            .map(machine -> kind.of(machine.labels()))
            .filter(name -> !view.containsKey(name))
            .collect(Collectors.toSet());
    strange.forEach(name -> keep(database.inTransaction(tx -> insert(tx, name, ""))));
  }

  public List<Place> list() {
    return view.values().stream().sorted(Comparator.comparingLong(Place::id)).toList();
  }

  public Optional<Place> find(String name) {
    return Optional.ofNullable(view.get(name));
  }

  /// By name, or by number where no place has that name.
  public Optional<Place> byNameOrId(String text) {
    return find(text)
        .or(() ->
            view.values().stream().filter(p -> Long.toString(p.id()).equals(text)).findFirst());
  }

  public Place create(String name, String description, Origin by) {
    check(name, description);
    return keep(
        database.inTransaction(tx -> {
          var place = insert(tx, name, description);
          audit(tx, by, "made " + kind.words + " " + name);
          return place;
        }));
  }

  private Place insert(Tx tx, String name, String description) {
    try {
      var sql = "insert into " + kind.table + " (name, description) values (?, ?)";
      return new Place(tx.insert(sql, name, description), name, description);
    } catch (StoreException e) {
      throw e.duplicate() ? taken(name) : e;
    }
  }

  private Problem taken(String name) {
    return new Problem(400, "there is a " + kind.words + " called " + name + " already");
  }

  /// Changes name and description; the machines in it move along.
  public Place update(Place before, String name, String description, Actor actor, Origin by) {
    check(name, description);
    boolean renamed = !name.equals(before.name());
    if (renamed && before.isDefault()) {
      throw new Problem(400, "the default " + kind.words + " keeps its name");
    }
    if (renamed && view.containsKey(name)) {
      throw taken(name);
    }
    var after = new Place(before.id(), name, description);
    machines.relabel(
        machine -> moved(machine, before.name(), name),
        actor,
        tx -> {
          tx.change(
              "update " + kind.table + " set name = ?, description = ? where id = ?",
              name,
              description,
              before.id());
          audit(tx, by, "changed " + kind.words + " " + before.name());
        });
    view.remove(before.name());
    return keep(after);
  }

  private Labels moved(Machine machine, String from, String to) {
    var labels = machine.labels();
    return kind.of(labels).equals(from) ? kind.put(labels, to) : labels;
  }

  /// Removes it. A zone's machines go to the default zone, as MAAS has it; a pool that is in use
  /// stays, and says by what.
  public void delete(Place place, Actor actor, Origin by) {
    if (place.isDefault()) {
      throw new Problem(400, "the default " + kind.words + " cannot be deleted");
    }
    var inside =
        machines.list().stream()
            .filter(machine -> kind.of(machine.labels()).equals(place.name()))
            .map(Machine::hostname)
            .toList();
    if (kind == Kind.POOL && !inside.isEmpty()) {
      throw new Problem(
          400,
          "Cannot delete resource pool %s: it is in use by %d machine%s: %s"
              .formatted(
                  place.name(),
                  inside.size(),
                  inside.size() == 1 ? "" : "s",
                  String.join(", ", inside.subList(0, Math.min(10, inside.size())))));
    }
    machines.relabel(
        machine -> moved(machine, place.name(), Place.DEFAULT),
        actor,
        tx -> {
          tx.change("delete from " + kind.table + " where id = ?", place.id());
          audit(tx, by, "removed " + kind.words + " " + place.name());
        });
    view.remove(place.name());
  }

  private Place keep(Place place) {
    view.put(place.name(), place);
    return place;
  }

  private void audit(Tx tx, Origin by, String what) {
    Audit.write(tx, clock.instant(), by, what);
  }

  private void check(String name, String description) {
    if (!NAME.matcher(name).matches()) {
      throw new Problem(
          400,
          "a %s's name has letters, digits, blanks, dots, - and _, at most 255, got '%s'"
              .formatted(kind.words, name.substring(0, Math.min(60, name.length()))));
    }
    if (description.length() > DESCRIPTION) {
      throw new Problem(400, "a description has at most " + DESCRIPTION + " characters");
    }
  }
}
