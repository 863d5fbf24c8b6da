package io.rackstead.cli;

import io.rackstead.access.ApiKeys;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.event.EventLog;
import io.rackstead.machine.Machines;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.Database;
import io.rackstead.store.DatabaseAddress;
import io.rackstead.task.TaskStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/// The desk of an appliance that does not run, over its database.
final class Closed {
  private Closed() {}

  static int ask(
      Path data,
      DatabaseAddress address,
      String command,
      List<String> arguments,
      PrintStream out,
      PrintStream err)
      throws IOException, InterruptedException {
    if (!Files.exists(data)) {
      Files.createDirectories(data);
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    }
    var random = new SecureRandom();
    var clock = InstantSource.system();
    var vault = Vault.open(data.resolve("secrets"), random);
    try (var database = Database.open(data.resolve("db"), address, _ -> {});
        var events = new EventLog(database)) {
      var machines =
          new Machines(
              database, events, new TaskStore(), clock, random, new NetworkBook(database, clock));
      var desk =
          new Desk(
              data,
              database,
              new Users(database, random, clock),
              new ApiKeys(vault, random, clock),
              machines,
              events,
              clock,
              List::of,
              _ -> List.of());
      return desk.run(command, arguments, printing(out, err));
    }
  }

  private static Output printing(PrintStream out, PrintStream err) {
    return new Output() {
      @Override
      public void line(String text) {
        out.println(text);
      }

      @Override
      public void error(String text) {
        err.println(text);
      }

      @Override
      public void alive() {
        // somebody who runs the command in the foreground reads it
      }
    };
  }
}
