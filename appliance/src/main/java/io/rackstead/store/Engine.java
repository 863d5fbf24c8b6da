package io.rackstead.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/// What differs between the databases that the store runs on. The tables and every statement are
/// the same.
sealed interface Engine permits Embedded, PostgreSql {
  /// Where the rows lie, for people.
  String where();

  /// Connects, and brings the tables up to date.
  Link open() throws SQLException, IOException;

  /// Why nothing new may be begun.
  Optional<String> full();

  /// Whether it is not the statement but the database that failed: it has ended, or cannot write.
  boolean lost(SQLException failure);

  /// How long a database that could not be opened is left alone, so that those who wait are told at
  /// once and do not queue up.
  long pauseNanos();
}
