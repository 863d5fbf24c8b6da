package io.rackstead.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// One PostgreSQL server for all tests of a process, started when the first one asks for it, and
/// ended with the process.
final class TestServer {
  private static final String TEMPLATE = "rackstead_template";
  private static final AtomicInteger MADE = new AtomicInteger();
  private static final Started STARTED = start();

  private record Started(Optional<EmbeddedPostgres> server, String login, String why) {}

  private TestServer() {}

  private static Started start() {
    try {
      var login = Files.createTempFile("login", "");
      login.toFile().deleteOnExit();
      Files.writeString(login, "postgres\n");
      var server =
          EmbeddedPostgres.builder()
              .setServerConfig("max_connections", "100")
              .setServerConfig("wal_level", "minimal")
              .setServerConfig("max_wal_senders", "0")
              .start();
      var started = new Started(Optional.of(server), login.toString(), "");
      tell(
          server,
          "create database "
              + TEMPLATE
              + " template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
      var folder = Files.createTempDirectory("template");
      Database.open(folder, address(started, TEMPLATE), _ -> {}).close();
      Files.delete(folder.resolve("postgresql"));
      Files.delete(folder);
      return started;
    } catch (IOException | SQLException | RuntimeException e) {
      return new Started(Optional.empty(), "", "no PostgreSQL can be started here: " + e);
    }
  }

  static void assumed() {
    assumeTrue(STARTED.server().isPresent(), STARTED.why());
  }

  static int port() {
    return STARTED.server().orElseThrow().getPort();
  }

  /// @param template one that nobody is connected to
  static String create(String template) throws SQLException {
    var name = "t" + MADE.incrementAndGet();
    tell("create database " + name + " template " + template + " strategy file_copy");
    return name;
  }

  /// With tables and no rows.
  static String create() throws SQLException {
    return create(TEMPLATE);
  }

  static void drop(String name) throws SQLException {
    tell("drop database " + name + " with (force)");
  }

  /// As the death of its client ends a connection there.
  static void disconnect(String name) throws SQLException {
    tell(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '"
            + name
            + "'");
  }

  static DatabaseAddress address(String name) {
    return address(STARTED, name);
  }

  /// The same by another port, of a relay to it.
  static DatabaseAddress address(int port, String name) {
    return new DatabaseAddress(
        "jdbc:postgresql://127.0.0.1:%d/%s?prepareThreshold=0&sslmode=disable&gssEncMode=disable"
            .formatted(port, name),
        STARTED.login());
  }

  private static DatabaseAddress address(Started started, String name) {
    return new DatabaseAddress(
        "jdbc:postgresql://127.0.0.1:%d/%s?sslmode=disable&gssEncMode=disable"
            .formatted(started.server().orElseThrow().getPort(), name),
        started.login());
  }

  static void tell(String sql) throws SQLException {
    tell(STARTED.server().orElseThrow(), sql);
  }

  private static void tell(EmbeddedPostgres server, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
