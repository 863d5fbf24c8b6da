package io.rackstead.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One transaction. Statements are text with bound parameters; rows are read by the record's own
/// store.
public final class Tx {
  private static final Pattern INSERT =
      Pattern.compile(
          "\\s*insert\\s+into\\s+(\\w+)\\s*\\(([^)]*)\\)\\s*values\\s*\\(",
          Pattern.CASE_INSENSITIVE);

  private final Connection connection;
  private final Numbers numbers;
  private final List<Statement> done = new ArrayList<>();
  private final List<Runnable> afterCommit = new ArrayList<>();

  /// The tables whose rows the database numbers, and the next number of each. Ours, not H2's: a
  /// sequence of H2 is no part of a transaction, and could not be made to give the same number
  /// again.
  record Numbers(Set<String> tables, Map<String, Long> next) {
    static final Numbers NONE = new Numbers(Set.of(), Map.of());
  }

  /// One that reads.
  Tx(Connection connection) {
    this(connection, Numbers.NONE);
  }

  Tx(Connection connection, Numbers numbers) {
    this.connection = connection;
    this.numbers = numbers;
  }

  /// What changed something, for the journal.
  List<Statement> done() {
    return done;
  }

  /// Reads one row into a record.
  @FunctionalInterface
  public interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  public <T> List<T> list(String sql, Row<T> row, Object... parameters) {
    try (var statement = prepare(sql, parameters);
        var rows = statement.executeQuery()) {
      var list = new ArrayList<T>();
      while (rows.next()) {
        list.add(row.of(rows));
      }
      return list;
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  public <T> Optional<T> one(String sql, Row<T> row, Object... parameters) {
    var list = list(sql, row, parameters);
    return list.isEmpty() ? Optional.empty() : Optional.of(list.getFirst());
  }

  /// Inserts, updates or deletes; answers how many rows it was.
  public int change(String sql, Object... parameters) {
    var into = INSERT.matcher(sql);
    if (into.lookingAt() && numbers.tables().contains(table(into))) {
      if (!List.of(into.group(2).strip().split("\\s*,\\s*")).contains("id")) {
        insert(sql, parameters);
        return 1;
      }
      numbers.next().remove(table(into));
    }
    try (var statement = prepare(sql, parameters)) {
      int rows = statement.executeUpdate();
      record(Statement.Kind.CHANGE, sql, 0, parameters);
      return rows;
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  private static String table(Matcher insert) {
    return insert.group(1).toLowerCase(Locale.ROOT);
  }

  /// Inserts one row and answers the number that it was given.
  public long insert(String sql, Object... parameters) {
    var into = INSERT.matcher(sql);
    if (!into.lookingAt() || !numbers.tables().contains(table(into))) {
      throw new IllegalArgumentException("its rows have no number of ours: " + sql);
    }
    var table = table(into);
    long key =
        Optional.ofNullable(numbers.next().get(table))
            .or(() -> one("select coalesce(max(id), 0) + 1 from " + table, row -> row.getLong(1)))
            .orElse(1L);
    try (var statement = connection.prepareStatement(numbered(sql))) {
      statement.setLong(1, key);
      for (int i = 0; i < parameters.length; i++) {
        set(statement, i + 2, plain(parameters[i]));
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
    numbers.next().put(table, key + 1);
    record(Statement.Kind.INSERT, sql, key, parameters);
    return key;
  }

  /// Run once the rows are committed, before the next writer's turn; never when they were not.
  public void afterCommit(Runnable then) {
    afterCommit.add(then);
  }

  void committed() {
    afterCommit.forEach(Runnable::run);
  }

  void script(String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  private void record(Statement.Kind kind, String sql, long key, Object... parameters) {
    var values = new ArrayList<@Nullable Object>(parameters.length);
    for (var parameter : parameters) {
      values.add(plain(parameter));
    }
    done.add(new Statement(kind, sql, values, key));
  }

  /// Does again what a lost transaction did: the same rows get the same numbers.
  void again(Statement statement) {
    var parameters = new ArrayList<>(statement.parameters());
    var sql = statement.sql();
    if (statement.kind() == Statement.Kind.INSERT) {
      parameters.addFirst(statement.key());
      sql = numbered(sql);
    }
    try (var prepared = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        set(prepared, i + 1, parameters.get(i));
      }
      prepared.execute();
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  /// `insert into t (a) values (?)` with the number as the first value.
  static String numbered(String insert) {
    return INSERT.matcher(insert).replaceFirst("insert into $1 (id, $2) values (?, ");
  }

  private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
    var statement = connection.prepareStatement(sql);
    try {
      bind(statement, parameters);
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      set(statement, i + 1, plain(parameters[i]));
    }
  }

  private static void set(PreparedStatement statement, int place, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      statement.setNull(place, Types.NULL);
    } else {
      statement.setObject(place, value);
    }
  }

  /// Values of our own are stored as their text. (No switch over types: its dispatcher is spun at
  /// run time, which the start cache cannot hold.)
  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      return plain(optional.orElse(null));
    }
    if (value instanceof Instant instant) {
      return Timestamp.from(instant);
    }
    if (value == null
        || value instanceof byte[]
        || value instanceof Number
        || value instanceof Boolean) {
      return value;
    }
    // a zero is no character of a text in PostgreSQL, and firmware sends some
    return value.toString().replace('\0', '\ufffd');
  }
}
