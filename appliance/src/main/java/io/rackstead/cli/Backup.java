package io.rackstead.cli;

import io.rackstead.store.Database;
import io.rackstead.store.DatabaseAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// A copy of all that cannot be made again: the database and the key that its secrets are sealed
/// with. Images can be built again and are left out. After a restore the world has moved on, so the
/// appliance only observes until an operator confirms.
public final class Backup {
  private static final String MARKER = "observe-only";
  private static final String KEY = "secrets/master.key";
  private static final List<String> FOLDERS = List.of("db", "secrets", "leases");

  private Backup() {}

  /// Whether a restored appliance still waits for its operator: no power action, no wipe, no
  /// address given away until then.
  public static boolean observeOnly(Path data) {
    return Files.exists(data.resolve(MARKER));
  }

  /// Ends the watching; answers whether there was any.
  public static boolean confirm(Path data) throws IOException {
    return Files.deleteIfExists(data.resolve(MARKER));
  }

  static long write(Path data, Database database, Path file) throws IOException {
    if (Files.exists(file)) {
      throw new IOException(file + " exists already: choose another name");
    }
    var half = file.resolveSibling(file.getFileName() + ".part");
    var copy = data.resolve("db").resolve("backup-" + System.nanoTime() + ".part");
    Files.deleteIfExists(half);
    try {
      database.backup(copy);
      try (var out = privately(half);
          var zip = new ZipOutputStream(out)) {
        zip.putNextEntry(new ZipEntry("db/rackstead.mv.db"));
        Files.copy(copy, zip);
        for (var name : extras(data)) {
          zip.putNextEntry(new ZipEntry(name));
          Files.copy(data.resolve(name), zip);
        }
        zip.finish();
        out.flush();
      }
    } finally {
      Files.deleteIfExists(copy);
    }
    try (var channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    move(half, file);
    return Files.size(file);
  }

  private static List<String> extras(Path data) throws IOException {
    var names = new java.util.ArrayList<String>();
    names.add(KEY);
    var leases = data.resolve("leases");
    if (Files.isDirectory(leases)) {
      try (var files = Files.list(leases)) {
        files
            .filter(Files::isRegularFile)
            .forEach(file -> names.add("leases/" + file.getFileName()));
      }
    }
    return names;
  }

  static String notRestored(Path data, DatabaseAddress address) {
    return """
    the rows are in PostgreSQL, so it is not done from here. With the appliance stopped:
      pg_restore --clean --if-exists --single-transaction --dbname='%s' FILE
    put secrets/master.key and leases/ that were copied beside FILE back into %s, and before
    the start, so that it only observes until 'appliance/run confirm':
      touch %s\
    """
        .formatted(address.forPrograms(), data, data.resolve(MARKER));
  }

  /// Puts a backup in the place of what is there; that is moved aside, not removed.
  static Path restore(Path data, Path file, Instant now) throws IOException {
    var fresh = data.resolve("restore-" + now.toEpochMilli());
    try (var zip = new ZipFile(file.toFile())) {
      if (zip.getEntry(KEY) == null || zip.stream().noneMatch(e -> e.getName().startsWith("db/"))) {
        throw new IOException(file + " is not a backup of Rackstead: no database or no key in it");
      }
      for (var entry : zip.stream().toList()) {
        var target = fresh.resolve(known(entry.getName()));
        var parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        try (var in = zip.getInputStream(entry);
            var out = privately(target)) {
          in.transferTo(out);
        }
        try (var channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
    // the marker first: killed in between, the appliance still only observes
    Files.writeString(
        data.resolve(MARKER),
        "restored at " + now + " from " + file.getFileName() + "; `confirm` ends this\n");
    var aside = data.resolve("before-restore-" + now.toEpochMilli());
    Files.createDirectories(aside);
    Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rwx------"));
    for (var folder : FOLDERS) {
      if (Files.exists(data.resolve(folder))) {
        move(data.resolve(folder), aside.resolve(folder));
      }
      if (Files.exists(fresh.resolve(folder))) {
        move(fresh.resolve(folder), data.resolve(folder));
      }
    }
    Files.setPosixFilePermissions(
        data.resolve("secrets"), PosixFilePermissions.fromString("rwx------"));
    Files.delete(fresh);
    return aside;
  }

  /// Names in a backup are a closed set: nothing is written elsewhere, whatever the file says.
  private static String known(String name) throws IOException {
    if (!name.equals(KEY) && !name.matches("(db|leases)/[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IOException("a backup of Rackstead has no file " + name);
    }
    return name;
  }

  private static OutputStream privately(Path file) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.newOutputStream(file, StandardOpenOption.WRITE);
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException _) {
      Files.move(from, to);
    }
  }
}
