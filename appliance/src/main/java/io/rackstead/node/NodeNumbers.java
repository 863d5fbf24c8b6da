package io.rackstead.node;

import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/// The numbers by which clients call interfaces, links, disks and what is made of them: each is
/// given once and never again.
public final class NodeNumbers {
  private static final int AT_ONCE = 8;

  private NodeNumbers() {}

  public static long next(Tx tx) {
    return first(tx, 1);
  }

  /// As many as are asked for, taken from the database a few at a time: a server has several parts.
  public static LongSupplier several(Tx tx) {
    return new LongSupplier() {
      private long next;
      private long last = -1;

      @Override
      public long getAsLong() {
        if (next > last) {
          next = first(tx, AT_ONCE);
          last = next + AT_ONCE - 1;
        }
        return next++;
      }
    };
  }

  /// As many as a change needs, each few of them taken in a transaction of their own.
  public static LongSupplier given(Database database) {
    var left = new ArrayDeque<Long>();
    return () -> {
      if (left.isEmpty()) {
        long first = database.inTransaction(tx -> first(tx, AT_ONCE));
        LongStream.range(first, first + AT_ONCE).forEach(left::add);
      }
      return left.remove();
    };
  }

  /// The first of that many.
  public static long first(Tx tx, int count) {
    tx.change("update node_number set last_given = last_given + ?", count);
    return tx.one("select last_given from node_number", row -> row.getLong(1)).orElseThrow()
        - count
        + 1;
  }
}
