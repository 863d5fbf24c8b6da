package io.rackstead.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a server wrote on its console, kept by boot in one folder: the beginning of each, and its
/// end, for both are what one looks for. Of one that never stops writing the middle is left out.
///
/// A boot is named by the millisecond in which it began: `1763928000000.first` holds its beginning,
/// `.last` and `.more` what came last, and `.gap` says that between them something is missing.
final class Tape {
  static final int FIRST = 512 << 10;
  static final int MORE = 256 << 10;
  static final int BOOTS = 20;
  private static final List<String> KINDS = List.of("first", "gap", "last", "more");
  private static final Duration ONE_BOOT = Duration.ofMinutes(15);
  private static final Pattern NAME = Pattern.compile("(\\d{1,15})\\.first");

  /// As read back, where something is missing.
  static final String LEFT_OUT = "\r\n[… the appliance left something out here …]\r\n";

  private final Path folder;
  private final InstantSource clock;
  private long boot;
  private boolean found;
  private boolean empty = true;
  private boolean scripted;

  /// @param began also its name
  record Boot(Instant began, long bytes) {
    String name() {
      return Long.toString(began.toEpochMilli());
    }
  }

  /// @param line counted from 1
  record Hit(String boot, int line, String text) {}

  Tape(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /// The power button was pressed: what comes now is another boot.
  void poweredOn() {
    if (!empty || !found) {
      next();
    }
    scripted = false;
  }

  /// The server was handed its boot script. That is a boot of its own, unless it is the one that
  /// the power button began.
  void bootedFromNetwork() {
    boolean same =
        found && !scripted && clock.instant().isBefore(Instant.ofEpochMilli(boot).plus(ONE_BOOT));
    if (!same && !empty) {
      next();
    }
    scripted = true;
  }

  private void next() {
    boot = Math.max(clock.instant().toEpochMilli(), boot + 1);
    found = true;
    empty = true;
  }

  /// True where these are the first of a boot.
  boolean write(byte[] bytes) throws IOException {
    if (!found) {
      next();
    }
    boolean begins = empty;
    if (begins) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      forget();
    }
    append(bytes);
    empty = false;
    return begins;
  }

  private void append(byte[] bytes) throws IOException {
    var first = file("first");
    var more = file("more");
    if (!Files.exists(more) && size(first) + bytes.length <= FIRST) {
      append(first, bytes);
      return;
    }
    if (size(more) + bytes.length > MORE && size(more) > 0) {
      if (Files.exists(file("last"))) {
        append(file("gap"), new byte[0]);
      }
      Files.move(more, file("last"), StandardCopyOption.REPLACE_EXISTING);
    }
    append(more, bytes);
  }

  private static void append(Path file, byte[] bytes) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(bytes);
    }
  }

  private Path file(String kind) {
    return folder.resolve(boot + "." + kind);
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }

  private void forget() throws IOException {
    var boots = list();
    for (var old : boots.subList(Math.min(BOOTS - 1, boots.size()), boots.size())) {
      for (var kind : KINDS) {
        Files.deleteIfExists(folder.resolve(old.name() + "." + kind));
      }
    }
  }

  /// The newest first.
  List<Boot> list() throws IOException {
    var boots = new ArrayList<Boot>();
    if (!Files.isDirectory(folder)) {
      return boots;
    }
    try (var files = Files.newDirectoryStream(folder, "*.first")) {
      for (var file : files) {
        var name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          var began = name.group(1);
          long bytes =
              size(file)
                  + size(folder.resolve(began + ".last"))
                  + size(folder.resolve(began + ".more"));
          boots.add(new Boot(Instant.ofEpochMilli(Long.parseLong(began)), bytes));
        }
      }
    }
    boots.sort(Comparator.comparing(Boot::began).reversed());
    return boots;
  }

  /// One boot as it was written.
  ///
  /// @param name one of [#list]; a name that was never given out is nothing
  Optional<byte[]> read(String name) throws IOException {
    if (!name.matches("\\d{1,15}")) {
      return Optional.empty();
    }
    var first = folder.resolve(name + ".first");
    if (!Files.isRegularFile(first)) {
      return Optional.empty();
    }
    var out = new ByteArrayOutputStream();
    out.write(Files.readAllBytes(first));
    var last = folder.resolve(name + ".last");
    if (Files.exists(folder.resolve(name + ".gap"))) {
      out.write(LEFT_OUT.getBytes(UTF_8));
    }
    if (Files.exists(last)) {
      out.write(Files.readAllBytes(last));
    }
    var more = folder.resolve(name + ".more");
    if (Files.exists(more)) {
      out.write(Files.readAllBytes(more));
    }
    return Optional.of(out.toByteArray());
  }

  /// What a screen that is opened now should show: the end of what was written last.
  byte[] tail(int most) throws IOException {
    for (var newest : list()) {
      var all = read(newest.name()).orElse(new byte[0]);
      int from = Math.max(0, all.length - most);
      // not in the middle of a line, where there is another
      for (int at = from; from > 0 && at < all.length; at++) {
        if (all[at] == '\n') {
          from = at + 1;
          break;
        }
      }
      return java.util.Arrays.copyOfRange(all, from, all.length);
    }
    return new byte[0];
  }

  /// Lines that hold the text, in either case, the newest boot first.
  List<Hit> search(String text, int most) throws IOException {
    var hits = new ArrayList<Hit>();
    for (var boot : list()) {
      int number = 0;
      for (var line : Plain.text(read(boot.name()).orElse(new byte[0])).lines().toList()) {
        number++;
        if (Plain.holds(line, text)) {
          hits.add(new Hit(boot.name(), number, Plain.cut(line)));
          if (hits.size() >= most) {
            return hits;
          }
        }
      }
    }
    return hits;
  }

  /// The machine was removed.
  void erase() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
    found = false;
    empty = true;
  }
}
