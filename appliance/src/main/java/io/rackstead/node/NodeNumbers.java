package io.rackstead.node;

import io.rackstead.store.Tx;

/// The numbers by which clients call interfaces and links: each is given once and never again.
public final class NodeNumbers {
  private NodeNumbers() {}

  public static long next(Tx tx) {
    tx.change("update node_number set last_given = last_given + 1");
    return tx.one("select last_given from node_number", row -> row.getLong(1)).orElseThrow();
  }
}
