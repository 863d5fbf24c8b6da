package io.rackstead.archive;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Json;
import io.rackstead.network.Rejected;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The archives, by number. What a machine is installed with is taken from them when its deployment
/// is asked for.
public final class PackageArchives {
  public static final List<String> ARCHES =
      List.of("amd64", "arm64", "armhf", "i386", "ppc64el", "s390x");

  public static final List<String> POCKETS = List.of("updates", "security", "backports");

  /// A blank in one of these would begin another word of the line that it becomes.
  private static final Pattern URL =
      Pattern.compile(
          "(https?|ftp)://[\\x21-\\x5a\\x5e-\\x7e]{1,1000}|ppa:[a-z0-9.+-]{1,100}/[a-z0-9.+-]{1,100}");

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9$./][A-Za-z0-9$._/~+-]{0,99}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]{0,40}");
  private static final int KEY = 65_536;
  private static final int WORDS = 64;

  private final Database database;
  private final InstantSource clock;

  public PackageArchives(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// The two standard ones are always there, and the first.
  public List<PackageArchive> all() {
    var all = database.read(PackageArchives::rows);
    if (!all.isEmpty()) {
      return all;
    }
    return database.inTransaction(tx -> {
      if (rows(tx).isEmpty()) {
        insert(tx, PackageArchive.standard(PackageArchive.MAIN, List.of("amd64", "i386")));
        insert(
            tx,
            PackageArchive.standard(
                PackageArchive.PORTS, List.of("arm64", "armhf", "ppc64el", "s390x")));
      }
      return rows(tx);
    });
  }

  public Optional<PackageArchive> find(long id) {
    return all().stream().filter(archive -> archive.id() == id).findFirst();
  }

  private static List<PackageArchive> rows(Tx tx) {
    return tx.list(
        "select id, document from package_repository order by id", PackageArchives::archive);
  }

  private static PackageArchive archive(ResultSet row) throws SQLException {
    return Json.read(String.valueOf(row.getString(2)), PackageArchive.class).withId(row.getLong(1));
  }

  private static long insert(Tx tx, PackageArchive archive) {
    return tx.insert(
        "insert into package_repository (name, document) values (?, ?)",
        archive.name(),
        Json.text(archive));
  }

  public PackageArchive create(PackageArchive asked, Origin by) {
    check(asked);
    var _ = all();
    return database.inTransaction(tx -> {
      mustBeUnused(tx, asked);
      var made = asked.withId(insert(tx, asked));
      Audit.write(tx, clock.instant(), by, "made the package repository " + made.name());
      return made;
    });
  }

  public PackageArchive update(
      PackageArchive before, UnaryOperator<PackageArchive> how, Origin by) {
    var after = how.apply(before).withId(before.id());
    check(after);
    if (before.isStandard() && !after.name().equals(before.name())) {
      throw new Rejected("name", "A default repository keeps its name.");
    }
    if (before.isStandard() && !after.enabled()) {
      throw new Rejected("enabled", "Default repositories may not be disabled.");
    }
    return database.inTransaction(tx -> {
      mustBeUnused(tx, after);
      tx.change(
          "update package_repository set name = ?, document = ? where id = ?",
          after.name(),
          Json.text(after),
          after.id());
      Audit.write(tx, clock.instant(), by, "changed the package repository " + after.name());
      return after;
    });
  }

  public void delete(PackageArchive gone, Origin by) {
    if (gone.isStandard()) {
      throw new Rejected("name", "Default repositories may not be deleted.");
    }
    database.change(tx -> {
      tx.change("delete from package_repository where id = ?", gone.id());
      Audit.write(tx, clock.instant(), by, "removed the package repository " + gone.name());
    });
  }

  private static void mustBeUnused(Tx tx, PackageArchive archive) {
    if (rows(tx).stream()
        .anyMatch(row -> row.id() != archive.id() && row.name().equals(archive.name()))) {
      throw new Rejected("name", "Package repository with this Name already exists.");
    }
  }

  private static void check(PackageArchive archive) {
    if (!NAME.matcher(archive.name()).matches()) {
      throw new Rejected("name", "Enter a name of at most 41 letters, digits, blanks and ._-.");
    }
    if (!URL.matcher(archive.url()).matches()) {
      throw new Rejected("url", "Enter a valid repository URL or PPA location.");
    }
    if (archive.key().length() > KEY
        || !archive
            .key()
            .chars()
            .allMatch(c -> c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f))) {
      throw new Rejected("key", "A key is ASCII-armoured text of at most " + KEY + " characters.");
    }
    words("distributions", archive.distributions());
    words("components", archive.components());
    words("disabled_components", archive.disabledComponents());
    choice("arches", archive.arches(), ARCHES, "architecture");
    choice("disabled_pockets", archive.disabledPockets(), POCKETS, "pocket");
  }

  private static void words(String field, List<String> words) {
    if (words.size() > WORDS) {
      throw new Rejected(field, "At most " + WORDS + " of them.");
    }
    for (var word : words) {
      if (!WORD.matcher(word).matches()) {
        throw new Rejected(field, "'" + word + "' is not a valid name.");
      }
    }
  }

  private static void choice(String field, List<String> words, List<String> known, String what) {
    for (var word : words) {
      if (!known.contains(word)) {
        throw new Rejected(
            field,
            "'%s' is not a valid %s. Known: %s.".formatted(word, what, String.join(", ", known)));
      }
    }
  }
}
