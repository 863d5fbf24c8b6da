package io.rackstead.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A data folder belongs to one database. A forgotten setting must not begin an empty one: an
/// appliance that knows no machine does harm.
final class Whereabouts {
  private static final String NOTE = "postgresql";

  private Whereabouts() {}

  static void check(Path folder, DatabaseAddress address) throws IOException {
    var note = folder.resolve(NOTE);
    if (address.embedded() && Files.exists(note)) {
      throw new IOException(
          "this data folder's rows are in %s: set database.url (in appliance.yaml, commands read it there too), or remove %s to begin an empty embedded database"
              .formatted(Files.readString(note).strip(), note));
    }
    if (!address.embedded() && Files.exists(folder.resolve("rackstead.mv.db"))) {
      throw new IOException(
          "the data folder has an embedded database in "
              + folder
              + ", and its rows do not move by themselves: take another data folder, or leave out"
              + " database.url");
    }
  }

  static void note(Path folder, DatabaseAddress address) throws IOException {
    if (!address.embedded()) {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve(NOTE), address.url() + "\n", CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
    }
  }
}
