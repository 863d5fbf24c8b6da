package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTest {
  @TempDir Path folder;

  private static void secret(Database database, String owner) {
    database.change(
        tx -> tx.change("insert into secret (owner, sealed) values (?, ?)", owner, new byte[] {1}));
  }

  private static List<String> owners(Database database) {
    return database.read(tx -> tx.list("select owner from secret", row -> row.getString(1)));
  }

  @Test
  void aFirstStartThatWasCutOffWhileItMadeTheTablesBeginsAfresh() throws Exception {
    try (var half =
            java.sql.DriverManager.getConnection(
                "jdbc:h2:file:"
                    + folder.resolve("rackstead")
                    + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                "rackstead",
                "");
        var statement = half.createStatement()) {
      statement.execute("create table migration (name varchar(100) primary key)");
      statement.execute("create table machine (id int)");
    }
    try (var database = Database.open(folder)) {
      secret(database, "a");
      assertThat(owners(database)).containsExactly("a");
    }
  }

  @Test
  void anUpgradeThatWasCutOffBeginsAgainFromWhatWasThereBefore() throws Exception {
    try (var database = Database.open(folder)) {
      secret(database, "a");
    }
    var file = folder.resolve("rackstead.mv.db");
    java.nio.file.Files.copy(file, folder.resolve("rackstead.before-upgrade"));
    java.nio.file.Files.writeString(file, "half an upgrade");
    try (var database = Database.open(folder)) {
      assertThat(owners(database)).containsExactly("a");
    }
  }
}
