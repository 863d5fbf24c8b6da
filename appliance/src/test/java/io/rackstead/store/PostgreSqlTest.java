package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What only a server can do to us: go away, come back, answer another appliance.
@SuppressWarnings("NullAway.Init")
@Timeout(120)
class PostgreSqlTest {
  @TempDir Path folder;
  private String name;
  private Relay relay;

  @BeforeEach
  void create() throws Exception {
    TestServer.assumed();
    name = TestServer.create();
    relay = new Relay(TestServer.port());
  }

  @AfterEach
  void drop() throws Exception {
    relay.close();
    TestServer.drop(name);
  }

  private Database direct() {
    return Database.open(folder.resolve("direct"), TestServer.address(name), _ -> {});
  }

  private Database relayed() {
    return Database.open(
        folder.resolve("relayed"), TestServer.address(relay.port(), name), _ -> {});
  }

  private static void secret(Database database, String owner) {
    database.change(
        tx -> tx.change("insert into secret (owner, sealed) values (?, ?)", owner, new byte[] {1}));
  }

  private static List<String> owners(Database database) {
    return database.read(
        tx -> tx.list("select owner from secret order by owner", row -> row.getString(1)));
  }

  @Test
  void aSecondApplianceIsRefusedAndToldWhatToDo() {
    try (var first = direct()) {
      secret(first, "a");
      assertThatThrownBy(this::relayed)
          .isInstanceOf(StoreException.class)
          .hasMessageStartingWith("cannot open the database jdbc:postgresql://127.0.0.1:")
          .hasMessageContaining("another appliance uses it (rackstead ")
          .hasMessageContaining("stop that one, or give this one a database of its own");
      secret(first, "b");
    }
    try (var second = relayed()) {
      assertThat(owners(second)).containsExactly("a", "b");
    }
  }

  @Test
  void aServerThatWasRestartedBetweenTwoRequestsIsNotNoticed() throws Exception {
    try (var database = direct()) {
      secret(database, "a");
      assertThat(owners(database)).containsExactly("a");
      TestServer.disconnect(name);
      assertThat(owners(database)).containsExactly("a");
      secret(database, "b");
      assertThat(owners(database)).containsExactly("a", "b");
    }
  }

  @Test
  void aServerThatIsGoneIsSaidAndWorkGoesOnByItselfWhenItIsBack() throws Exception {
    try (var database = relayed()) {
      var anew = new AtomicInteger();
      database.onReopened(anew::incrementAndGet);
      secret(database, "a");
      relay.cut();
      assertThatThrownBy(() -> secret(database, "b")).isInstanceOf(UnwritableException.class);
      assertThatThrownBy(() -> owners(database)).isInstanceOf(UnwritableException.class);
      assertThat(database.trouble())
          .hasValueSatisfying(why ->
              assertThat(why).contains("cannot be used").contains(relay.port() + "/" + name));
      relay.mend();
      while (database.trouble().isPresent()) {
        Thread.onSpinWait();
      }
      assertThat(anew).hasValue(1);
      secret(database, "b");
      assertThat(owners(database)).containsExactly("a", "b");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Relay.Loss.class,
      names = {"ANSWER", "ANSWER_AND_END"})
  void aCommitWhoseAnswerIsLostIsAcknowledgedOnce(Relay.Loss loss) {
    try (var database = relayed()) {
      var told = new AtomicInteger();
      secret(database, "a");
      relay.lose(loss);
      long id =
          database.inTransaction(tx -> {
            tx.afterCommit(told::incrementAndGet);
            return tx.insert("insert into people_group (name) values ('g')");
          });
      assertThat(id).isEqualTo(1);
      assertThat(told).hasValue(1);
      secret(database, "b");
      assertThat(owners(database)).containsExactly("a", "b");
      assertThat(database.trouble()).isEmpty();
    }
  }

  @Test
  void aCommitThatNeverArrivedIsNotAcknowledgedAndMayBeAskedForAgain() {
    try (var database = relayed()) {
      secret(database, "a");
      relay.lose(Relay.Loss.REQUEST);
      assertThatThrownBy(() -> secret(database, "b")).isInstanceOf(UnwritableException.class);
      assertThat(owners(database)).containsExactly("a");
      secret(database, "b");
      assertThat(owners(database)).containsExactly("a", "b");
    }
  }

  @Test
  void anApplianceThatWasCutOffWhileAnotherOneWorkedDoesNothingMore() throws Exception {
    try (var first = relayed()) {
      secret(first, "a");
      relay.cut();
      try (var second = direct()) {
        secret(second, "b");
      }
      relay.mend();
      assertThatThrownBy(() -> secret(first, "c")).isInstanceOf(UnwritableException.class);
      assertThatThrownBy(() -> secret(first, "c"))
          .isInstanceOf(UnwritableException.class)
          .hasMessageContaining("another appliance has written to it");
      assertThat(first.trouble()).isPresent();
    }
    try (var again = direct()) {
      assertThat(owners(again)).containsExactly("a", "b");
    }
  }

  @Test
  void aDatabaseThatSortsByALanguageIsNotTaken() throws Exception {
    TestServer.tell(
        "create database icu template template0 encoding 'UTF8' locale_provider icu icu_locale 'en'");
    try {
      assertThatThrownBy(() -> Database.open(folder, TestServer.address("icu"), _ -> {}))
          .hasMessageContaining("createdb --template=template0 --encoding=UTF8 --locale=C");
    } finally {
      TestServer.drop("icu");
    }
  }

  @Test
  void aDataFolderKeepsToItsDatabase() throws Exception {
    direct().close();
    var of = folder.resolve("direct");
    assertThatThrownBy(() -> Database.open(of))
        .hasMessageContaining("this data folder's rows are in jdbc:postgresql:")
        .hasMessageContaining("set database.url");
    Database.open(folder.resolve("embedded")).close();
    assertThatThrownBy(
            () -> Database.open(folder.resolve("embedded"), TestServer.address(name), _ -> {}))
        .hasMessageContaining("do not move by themselves");
  }

  @Test
  void nobodyListensIsSaidWithTheAddress() throws Exception {
    relay.cut();
    assertThatThrownBy(this::relayed)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("127.0.0.1:" + relay.port());
  }

  @Test
  void thePasswordIsInAFileThatOthersCannotRead() throws Exception {
    var file = Files.writeString(folder.resolve("login"), "ada\nlovelace\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    var url = "jdbc:postgresql://db.example/rackstead";
    var address = new DatabaseAddress(url, file.toString());
    assertThat(address.read()).isEqualTo(new DatabaseAddress.Login("ada", "lovelace"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(address::read).hasMessageContaining("chmod o=");
    for (var bad :
        List.of(
            url + "?user=ada&password=x",
            "jdbc:postgresql://ada:x@db.example/rackstead",
            "jdbc:mysql://db.example/x")) {
      assertThatThrownBy(() -> new DatabaseAddress(bad, ""))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// The store in a process of its own, killed with `kill -9` while it writes.
  public static void main(String[] arguments) {
    var database =
        Database.open(
            Path.of(arguments[0]), new DatabaseAddress(arguments[1], arguments[2]), _ -> {});
    for (int n = 0; ; n++) {
      var text = "killed-" + n;
      long id =
          database.inTransaction(tx ->
              tx.insert("insert into people_group (name) values (?)", text + System.nanoTime()));
      System.out.println(id + ".");
    }
  }

  @Test
  void whatAKilledProcessHasAcknowledgedIsThereAndTheNextOneIsLetIn() throws Exception {
    var acknowledged = new ArrayList<String>();
    for (int kill = 0; kill < 2; kill++) {
      var address = TestServer.address(name);
      var process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  PostgreSqlTest.class.getName(),
                  folder.resolve("killed").toString(),
                  address.url(),
                  address.login())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var lines = process.inputReader()) {
        for (int n = 0; n < 40; n++) {
          acknowledged.add(lines.readLine());
        }
        process.toHandle().destroyForcibly();
        lines.lines().filter(line -> line.endsWith(".")).forEach(acknowledged::add);
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    try (var database = direct()) {
      List<String> there =
          database.read(tx -> tx.list("select id from people_group", row -> row.getLong(1) + "."));
      assertThat(there).containsAll(acknowledged).doesNotHaveDuplicates();
    }
  }
}
