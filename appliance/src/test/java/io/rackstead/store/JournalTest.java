package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path folder;

  private static Statement change(@Nullable Object... parameters) {
    return new Statement(Statement.Kind.CHANGE, "update t set a = ?", Arrays.asList(parameters), 0);
  }

  @Test
  void everyKindOfParameterComesBack() throws Exception {
    var at = Timestamp.from(Instant.parse("2026-01-02T03:04:05.123456789Z"));
    var statement = change("é", 1L, 2, 0.5, true, at, null);
    try (var journal = new Journal(folder, 1)) {
      journal.append(1, List.of(statement));
      journal.append(2, List.of(change(new byte[] {1, 2})));
      journal.sync(2);
    }
    var back = Journal.after(folder, 0);
    assertThat(back.getFirst()).isEqualTo(new Journal.Entry(1, List.of(statement)));
    assertThat(back.getLast().statements().getFirst().parameters().getFirst())
        .isEqualTo(new byte[] {1, 2});
    assertThat(Journal.after(folder, 2)).isEmpty();
  }

  @Test
  void whatDoesNotFitOneSegmentGoesOnInTheNext() throws Exception {
    try (var journal = new Journal(folder, 1)) {
      for (int n = 1; n <= 5; n++) {
        boolean fresh = journal.append(n, List.of(change("x".repeat(500_000))));
        assertThat(fresh).isEqualTo(n % 2 == 1 && n > 1);
      }
      journal.append(6, List.of(change("x".repeat(3_000_000))));
    }
    assertThat(Journal.after(folder, 0))
        .extracting(Journal.Entry::number)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(Journal.after(folder, 3))
        .extracting(Journal.Entry::number)
        .containsExactly(4L, 5L, 6L);
  }

  @Test
  void aTornRecordIsTheEndAndIsWrittenOver() throws Exception {
    try (var journal = new Journal(folder, 1)) {
      journal.append(1, List.of(change("kept")));
      journal.append(2, List.of(change("torn")));
    }
    var file = folder.resolve("0000000000000001.journal");
    var bytes = Files.readAllBytes(file);
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("torn");
    bytes[at] ^= 1;
    Files.write(file, bytes);
    assertThat(Journal.after(folder, 0)).hasSize(1);
    try (var journal = new Journal(folder, 2)) {
      journal.append(2, List.of(change("again")));
    }
    assertThat(Journal.after(folder, 1).getFirst().statements()).containsExactly(change("again"));
  }

  @Test
  void aDatabaseThatIsOlderThanItsJournalIsNotOpened() throws Exception {
    try (var journal = new Journal(folder, 10)) {
      journal.append(10, List.of(change("late")));
    }
    assertThatThrownBy(() -> Journal.after(folder, 3))
        .hasMessageContaining("went back to transaction 3")
        .hasMessageContaining("restore the newest backup");
  }

  @Test
  void anInsertIsDoneAgainWithItsNumber() {
    assertThat(Tx.numbered("insert into entry\n  (at, text)\nvalues (?, ?)"))
        .isEqualTo("insert into entry (id, at, text) values (?, ?, ?)");
  }

  /// The database in a process of its own, killed with `kill -9` while it writes: each line that it
  /// printed is a transaction that it has acknowledged, with the number of its row.
  public static void main(String[] arguments) {
    var database = Database.open(Path.of(arguments[0]));
    for (int n = 0; ; n++) {
      var text = "killed-" + n;
      long id =
          database.inTransaction(tx -> {
            tx.change("merge into secret (owner, sealed) values (?, ?)", text, new byte[] {1});
            return tx.insert(
                "insert into audit (at, actor, address, what) values (?, 'me', 'local', ?)",
                Instant.EPOCH,
                text);
          });
      System.out.println(id + " " + text + ".");
    }
  }

  @Test
  void whatAKilledProcessHasAcknowledgedIsThere() throws Exception {
    killedAndNothingLost(3, 40);
  }

  /// One in forty kills found H2's file with half a transaction in it, when H2 still wrote it by
  /// itself: many kills, and each late enough for the file to have been written meanwhile.
  @Test
  @Tag("slow")
  void norIsAnythingLostInNinetyNineKills() throws Exception {
    killedAndNothingLost(99, 600);
  }

  private void killedAndNothingLost(int kills, int atMost) throws Exception {
    var chance = new Random();
    var acknowledged = new ArrayList<String>();
    for (int kill = 0; kill < kills; kill++) {
      var process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  JournalTest.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      int before = chance.nextInt(20, atMost + 1);
      try (var lines = process.inputReader()) {
        for (int n = 0; n < before; n++) {
          acknowledged.add(lines.readLine());
        }
        process.toHandle().destroyForcibly();
        lines.lines().filter(line -> line.endsWith(".")).forEach(acknowledged::add);
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      if (kill % 3 != 2) {
        continue; // it is opened after two crashes too
      }
      try (var database = Database.open(folder)) {
        var rows =
            database.read(tx ->
                tx.list(
                    "select id, what from audit order by id",
                    row -> row.getLong(1) + " " + row.getString(2) + "."));
        assertThat(rows).as("after kill %d", kill).containsAll(acknowledged);
      }
      assertThat(folder.resolve("journal")).isEmptyDirectory();
    }
  }
}
