package io.rackstead.access;

import io.rackstead.store.Tx;
import java.time.Instant;

/// Who changed what, from where and when: one row for each write, in its own transaction.
public final class Audit {
  private Audit() {}

  public static void write(Tx tx, Instant at, Origin origin, String what) {
    tx.change(
        "insert into audit (at, actor, address, what) values (?, ?, ?, ?)",
        at,
        cut(origin.actor(), 160),
        cut(origin.address(), 45),
        cut(what, 4000));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
