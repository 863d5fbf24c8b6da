package io.rackstead.cli;

import io.rackstead.access.ApiKeys;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Secret;
import io.rackstead.access.Users;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/// What can be asked of an appliance from its own host. The same desk serves the control socket of
/// a running appliance and the closed database of one that does not run.
public final class Desk {
  private static final int PAGE = 1000;
  private static final int WAITING = 10_000;

  private final Path data;
  private final Database database;
  private final Users users;
  private final ApiKeys keys;
  private final Machines machines;
  private final EventLog events;
  private final InstantSource clock;
  private final Supplier<List<String>> status;
  private final Function<List<String>, List<String>> explain;

  public Desk(
      Path data,
      Database database,
      Users users,
      ApiKeys keys,
      Machines machines,
      EventLog events,
      InstantSource clock,
      Supplier<List<String>> status,
      Function<List<String>, List<String>> explain) {
    this.data = data;
    this.database = database;
    this.users = users;
    this.keys = keys;
    this.machines = machines;
    this.events = events;
    this.clock = clock;
    this.status = status;
    this.explain = explain;
  }

  /// Carries out a command; answers the exit code.
  int run(String command, List<String> arguments, Output out)
      throws IOException, InterruptedException {
    return switch (command) {
      case "createadmin" -> createAdmin(arguments.get(0), Secret.of(arguments.get(1)), out);
      case "apikey" -> apiKey(arguments.get(0), arguments.get(1).equals("new"), out);
      case "events" -> events(arguments.get(0), arguments.get(1).equals("follow"), out);
      case "backup" -> backup(Path.of(arguments.get(0)), out);
      case "confirm" -> confirm(out);
      case "explain" -> {
        for (var line : explain.apply(arguments)) {
          out.line(line.replaceAll("\\p{Cntrl}", "·"));
        }
        yield 0;
      }
      case "status" -> {
        for (var line : status.get()) {
          out.line(line);
        }
        yield 0;
      }
      default -> {
        out.error("unknown command " + command + ": is the appliance older than its command line?");
        yield 2;
      }
    };
  }

  private int createAdmin(String username, Secret password, Output out) throws IOException {
    try {
      users.set(username, password, Role.ADMIN, Origin.CONSOLE);
      out.line("administrator " + username + " may sign in");
      return 0;
    } catch (IllegalArgumentException e) {
      out.error(String.valueOf(e.getMessage()));
      return 2;
    }
  }

  private int apiKey(String username, boolean fresh, Output out) throws IOException {
    if (database.read(tx -> users.find(tx, username)).isEmpty()) {
      out.error("no user " + username + ": createadmin makes one");
      return 1;
    }
    var first =
        fresh
            ? Optional.<io.rackstead.access.ApiKey>empty()
            : database.read(tx -> keys.of(tx, username)).stream().findFirst();
    var key =
        first.orElseGet(() ->
            database.inTransaction(tx -> keys.make(tx, username, "command line", Origin.CONSOLE)));
    out.line(key.reveal());
    return 0;
  }

  private int events(String name, boolean follow, Output out)
      throws IOException, InterruptedException {
    var machine = machine(name);
    if (machine.isEmpty()) {
      out.error("no machine " + name + " (its hostname or id)");
      return 1;
    }
    var id = machine.get();
    var live = new LinkedBlockingQueue<Entry>(WAITING);
    var listening = events.listen(entry -> live.offer(entry));
    try {
      long last = history(id, out);
      while (follow) {
        var entry = live.poll(10, TimeUnit.SECONDS);
        if (entry == null) {
          out.alive();
        } else if (entry.id() > last && entry.machine().equals(Optional.of(id))) {
          out.line(line(entry));
        }
      }
      return 0;
    } finally {
      close(listening);
    }
  }

  private long history(MachineId id, Output out) throws IOException {
    long last = 0;
    while (true) {
      var page = events.of(id, last, PAGE);
      for (var entry : page) {
        out.line(line(entry));
        last = entry.id();
      }
      if (page.size() < PAGE) {
        return last;
      }
    }
  }

  private Optional<MachineId> machine(String name) {
    return machines
        .byHostname(name)
        .or(() -> machines.list().stream().filter(m -> m.id().text().equals(name)).findAny())
        .map(io.rackstead.machine.Machine::id);
  }

  /// Control characters in what came from outside must not reach a terminal.
  static String line(Entry entry) {
    var text = entry.text().replaceAll("\\p{Cntrl}", "·");
    var rule = entry.rule().isEmpty() ? "" : "  [" + entry.rule() + "]";
    return "%s  %-10s %s%s"
        .formatted(
            entry.at().truncatedTo(java.time.temporal.ChronoUnit.MILLIS),
            entry.source(),
            text,
            rule.replaceAll("\\p{Cntrl}", "·"));
  }

  private int backup(Path file, Output out) throws IOException {
    long bytes = Backup.write(data, database, file);
    out.line(
        "wrote " + file + ", " + bytes + " bytes; it holds the key of all secrets, keep it safe");
    return 0;
  }

  private int confirm(Output out) throws IOException {
    if (Backup.confirm(data)) {
      database.change(tx ->
          Audit.write(tx, clock.instant(), Origin.CONSOLE, "restored appliance may act again"));
      out.line("confirmed: the appliance acts again");
      return 0;
    }
    out.line("nothing to confirm: no restore is waiting");
    return 0;
  }

  private static void close(AutoCloseable listening) {
    try {
      listening.close();
    } catch (Exception e) {
      throw new IllegalStateException("a listener cannot fail to end", e);
    }
  }
}
