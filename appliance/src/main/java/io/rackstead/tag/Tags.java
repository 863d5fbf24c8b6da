package io.rackstead.tag;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import io.rackstead.store.StoreException;
import io.rackstead.store.Tx;
import io.rackstead.tag.Definition.BadDefinition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All tags, and who carries them. A machine's tags lie with the machine; here is what they mean,
/// and the automatic ones are given and taken anew when a machine reports its hardware, when a
/// definition is edited, and at the start.
public final class Tags {
  private static final Logger LOG = LoggerFactory.getLogger(Tags.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
  private static final int TEXT = 4000;
  private static final Actor RULE = Actor.rule("tags");

  private final Database database;
  private final Machines machines;
  private final InstantSource clock;
  private final Map<String, Tag> view = new ConcurrentHashMap<>();
  private final Map<MachineId, Integer> judged = new ConcurrentHashMap<>();

  /// @param later runs what follows from a report, off the reporting thread
  public Tags(Database database, Machines machines, InstantSource clock, Executor later) {
    this.database = database;
    this.machines = machines;
    this.clock = clock;
    reload();
    adopt();
    database.onReopened(this::reload);
    machines.list().forEach(this::judge);
    machines.listen(change ->
        change
            .now()
            .ifPresentOrElse(
                machine -> {
                  if (changed(machine)) {
                    later.execute(() -> machines.find(machine.id()).ifPresent(this::judge));
                  }
                },
                () -> judged.remove(change.id())));
  }

  private void reload() {
    var rows =
        database.read(tx ->
            tx.list(
                "select name, comment, definition, kernel_opts from tag",
                row ->
                    new Tag(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4))));
    view.clear();
    rows.forEach(tag -> view.put(tag.name(), tag));
  }

  private void adopt() {
    machines.list().stream()
        .flatMap(machine -> machine.labels().tags().stream())
        .filter(name -> !view.containsKey(name))
        .collect(Collectors.toSet())
        .forEach(name -> {
          var tag = new Tag(name, "", "", "");
          database.change(tx -> insert(tx, tag));
          view.put(name, tag);
        });
  }

  private static int seen(Machine machine) {
    return machine.hardware().hashCode() ^ machine.labels().withTags(List.of()).hashCode();
  }

  private boolean changed(Machine machine) {
    return !Optional.ofNullable(judged.get(machine.id())).equals(Optional.of(seen(machine)));
  }

  /// Gives and takes the automatic tags of one machine.
  private void judge(Machine machine) {
    judged.put(machine.id(), seen(machine));
    var right = judged(machine, List.copyOf(view.values()));
    if (!right.equals(machine.labels().tags())) {
      machines.apply(machine.id(), new Event.Edit(machine.labels().withTags(right)), RULE);
    }
  }

  private static List<String> judged(Machine machine, List<Tag> tags) {
    var names = new ArrayList<>(machine.labels().tags());
    for (var tag : tags) {
      if (tag.automatic()) {
        boolean holds = holds(tag, machine);
        if (holds != names.contains(tag.name())) {
          var _ = holds ? names.add(tag.name()) : names.remove(tag.name());
        }
      }
    }
    return names;
  }

  /// The machine with the automatic tags that it earns as it is.
  public Machine tagged(Machine machine) {
    return machine.with(machine.labels().withTags(judged(machine, List.copyOf(view.values()))));
  }

  private static boolean holds(Tag tag, Machine machine) {
    try {
      return Definition.parse(tag.definition()).holds(machine);
    } catch (BadDefinition e) {
      LOG.warn("tag={} machine={} not judged: {}", tag.name(), machine.id(), e.getMessage());
      return machine.labels().tags().contains(tag.name());
    }
  }

  public List<Tag> list() {
    return view.values().stream().sorted(Comparator.comparing(Tag::name)).toList();
  }

  public Optional<Tag> find(String name) {
    return Optional.ofNullable(view.get(name));
  }

  /// The kernel options of what a machine carries, in the order of the tags' names.
  public List<String> kernelOpts(Machine machine) {
    return list().stream()
        .filter(tag -> machine.labels().tags().contains(tag.name()))
        .map(Tag::kernelOpts)
        .filter(options -> !options.isEmpty())
        .toList();
  }

  public Tag create(Tag tag, Origin by) {
    check(tag);
    change(tag.name(), tag, _ -> {}, machine -> machine.labels().tags(), by, "made tag ");
    return tag;
  }

  /// Changes it under its old name; those that carry it follow, and those that a new definition
  /// means get it in the same transaction.
  public Tag update(Tag before, Tag after, Origin by) {
    check(after);
    change(
        before.name(),
        after,
        tx -> tx.change("delete from tag where name = ?", before.name()),
        machine -> {
          boolean had = machine.labels().tags().contains(before.name());
          var tags = without(machine, before.name());
          if (had) {
            tags.add(after.name());
          }
          return tags;
        },
        by,
        "changed tag ");
    return after;
  }

  private void change(
      String oldName,
      Tag tag,
      java.util.function.Consumer<Tx> first,
      Function<Machine, List<String>> names,
      Origin by,
      String what) {
    if (!oldName.equals(tag.name()) && view.containsKey(tag.name())) {
      throw taken(tag);
    }
    machines.relabel(
        machine -> relabelled(machine, names.apply(machine), List.of(tag)),
        RULE,
        tx -> {
          first.accept(tx);
          insert(tx, tag);
          Audit.write(tx, clock.instant(), by, what + oldName);
        });
    view.remove(oldName);
    view.put(tag.name(), tag);
  }

  private static Labels relabelled(Machine machine, List<String> names, List<Tag> automatic) {
    var labels = machine.labels().withTags(names);
    return labels.withTags(judged(machine.with(labels), automatic));
  }

  private static List<String> without(Machine machine, String name) {
    var tags = new ArrayList<>(machine.labels().tags());
    tags.remove(name);
    return tags;
  }

  private static Problem taken(Tag tag) {
    return new Problem(400, "there is a tag " + tag.name() + " already");
  }

  private static void insert(Tx tx, Tag tag) {
    try {
      tx.change(
          "insert into tag (name, comment, definition, kernel_opts) values (?, ?, ?, ?)",
          tag.name(),
          tag.comment(),
          tag.definition(),
          tag.kernelOpts());
    } catch (StoreException e) {
      throw e.duplicate() ? taken(tag) : e;
    }
  }

  public void delete(Tag tag, Actor actor, Origin by) {
    machines.relabel(
        machine -> machine.labels().withTags(without(machine, tag.name())),
        actor,
        tx -> {
          tx.change("delete from tag where name = ?", tag.name());
          Audit.write(tx, clock.instant(), by, "removed tag " + tag.name());
        });
    view.remove(tag.name());
  }

  /// Gives a tag to some machines and takes it from others; an automatic one is its definition's.
  ///
  /// @return to how many it was given, and from how many taken
  public int[] give(Tag tag, Set<MachineId> to, Set<MachineId> from, Actor actor, Origin by) {
    if (tag.automatic()) {
      throw new Problem(
          400, "the tag " + tag.name() + " has a definition: who carries it follows from that");
    }
    var changed =
        machines.relabel(
            machine -> {
              boolean has = machine.labels().tags().contains(tag.name());
              boolean wanted = to.contains(machine.id()) || has && !from.contains(machine.id());
              if (has == wanted) {
                return machine.labels();
              }
              var tags = without(machine, tag.name());
              if (wanted) {
                tags.add(tag.name());
              }
              return machine.labels().withTags(tags);
            },
            actor,
            tx ->
                Audit.write(
                    tx,
                    clock.instant(),
                    by,
                    "tag %s given to %s, taken from %s".formatted(tag.name(), to, from)));
    int given = (int) changed.stream().filter(m -> m.labels().tags().contains(tag.name())).count();
    return new int[] {given, changed.size() - given};
  }

  /// Evaluates a definition anew on all machines.
  public void rebuild(Tag tag, Origin by) {
    machines.relabel(
        machine -> relabelled(machine, machine.labels().tags(), List.of(tag)),
        RULE,
        tx -> Audit.write(tx, clock.instant(), by, "rebuilt tag " + tag.name()));
  }

  private static void check(Tag tag) {
    if (!NAME.matcher(tag.name()).matches()) {
      throw new Problem(400, "a tag's name has letters, digits, dots, - and _, at most 256");
    }
    if (tag.comment().length() > TEXT || tag.kernelOpts().length() > TEXT) {
      throw new Problem(400, "comment and kernel options have at most " + TEXT + " characters");
    }
    // a kernel line is one line, and iPXE would read on in ${…}
    if (tag.kernelOpts().chars().anyMatch(c -> c < 0x20 || c > 0x7e)
        || tag.kernelOpts().contains("${")) {
      throw new Problem(400, "kernel options are one line of printable ASCII without ${");
    }
    if (tag.automatic()) {
      Definition.parse(tag.definition());
    }
  }
}
