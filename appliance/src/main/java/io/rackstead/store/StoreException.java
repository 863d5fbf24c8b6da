package io.rackstead.store;

import java.sql.SQLException;

/// The database could not do what it was asked: which statement, and what it said.
public sealed class StoreException extends RuntimeException permits UnwritableException {
  private static final long serialVersionUID = 1L;

  StoreException(String what, SQLException cause) {
    super(what.strip().lines().findFirst().orElse("") + " …: " + cause.getMessage(), cause);
  }

  public StoreException(String what, Throwable cause) {
    super(what, cause);
  }

  /// Whether a unique key stood in the way.
  public boolean duplicate() {
    return getCause() instanceof SQLException sql && "23505".equals(sql.getSQLState());
  }
}
