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
import java.util.Optional;

/// One transaction. Statements are text with bound parameters; rows are read by the record's own
/// store.
public final class Tx {
  private final Connection connection;

  Tx(Connection connection) {
    this.connection = connection;
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
    try (var statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  /// Inserts one row and answers the number that the database gave it.
  public long insert(String sql, Object... parameters) {
    try (var statement = connection.prepareStatement(sql, new String[] {"ID"})) {
      bind(statement, parameters);
      statement.executeUpdate();
      try (var keys = statement.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
  }

  void script(String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new StoreException(sql, e);
    }
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
      var value =
          parameters[i] instanceof Optional<?> optional ? optional.orElse(null) : parameters[i];
      if (value == null) {
        statement.setNull(i + 1, Types.NULL);
      } else {
        statement.setObject(i + 1, plain(value));
      }
    }
  }

  /// Values of our own are stored as their text.
  private static Object plain(Object value) {
    return switch (value) {
      case Instant instant -> Timestamp.from(instant);
      case byte[] bytes -> bytes;
      case Number number -> number;
      case Boolean truth -> truth;
      default -> value.toString();
    };
  }
}
