package io.rackstead.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Brings the schema up to date: `NNN-what.sql`, in order, each once, never edited after it was
/// released. One text for H2 and PostgreSQL.
final class Migrations {
  static final List<String> SCRIPTS =
      List.of(
          "001-machines.sql",
          "002-access.sql",
          "003-network.sql",
          "005-people.sql",
          "006-things.sql",
          "008-node.sql",
          "011-bmc-keys.sql",
          "013-oidc.sql",
          "014-key-source.sql",
          "020-layers.sql",
          "021-evidence.sql",
          "022-terraform.sql",
          "030-vm-hosts.sql",
          "031-clusters.sql",
          "036-client-options.sql");

  private Migrations() {}

  /// Those that were run; none in a new database, and in one whose first start was cut off.
  static List<String> done(Tx tx) {
    return tx.one(
                "select table_name from information_schema.tables where table_name = 'migration'"
                    + " and table_schema = current_schema",
                row -> row.getString(1))
            .isPresent()
        ? tx.list("select name from migration", row -> row.getString(1))
        : List.of();
  }

  /// Their names are written when all of them are done.
  static void run(Tx tx, List<String> scripts) {
    tx.script("create table if not exists migration (name varchar(100) primary key)");
    scripts.forEach(script -> tx.script(text(script)));
    scripts.forEach(script -> tx.change("insert into migration (name) values (?)", script));
  }

  private static String text(String script) {
    try (var in = Migrations.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException("the schema script " + script + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
