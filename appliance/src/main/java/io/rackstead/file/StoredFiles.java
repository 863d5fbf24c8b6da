package io.rackstead.file;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Small files, each its owner's; whoever has a file's key may read it without signing in.
public final class StoredFiles {
  private static final int SIZE = 1 << 20;
  private static final int NAME = 255;
  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public record StoredFile(String filename, String key, byte[] content) {}

  public StoredFiles(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  public List<StoredFile> list(String owner, String prefix) {
    return database
        .read(tx ->
            tx.list(
                "select filename, access_key, content from stored_file where owner = ? order by filename",
                StoredFiles::file,
                owner))
        .stream()
        .filter(file -> file.filename().startsWith(prefix))
        .toList();
  }

  public Optional<StoredFile> find(String owner, String filename) {
    return database.read(tx ->
        tx.one(
            "select filename, access_key, content from stored_file where owner = ? and filename = ?",
            StoredFiles::file,
            owner,
            filename));
  }

  public Optional<StoredFile> byKey(String key) {
    return database.read(tx ->
        tx.one(
            "select filename, access_key, content from stored_file where access_key = ?",
            StoredFiles::file,
            key));
  }

  /// Puts a file in the place of one of that name.
  public void put(String owner, String filename, byte[] content, Origin by) {
    if (filename.isEmpty() || filename.length() > NAME) {
      throw new Problem(400, "a file's name has 1 to " + NAME + " characters");
    }
    if (content.length > SIZE) {
      throw new Problem(
          400, "a file has at most %d bytes, this has %d".formatted(SIZE, content.length));
    }
    var bytes = new byte[16];
    random.nextBytes(bytes);
    database.change(tx -> {
      remove(tx, owner, filename);
      tx.change(
          "insert into stored_file (owner, filename, access_key, content) values (?, ?, ?, ?)",
          owner,
          filename,
          HexFormat.of().formatHex(bytes),
          content);
      Audit.write(tx, clock.instant(), by, "stored file " + filename);
    });
  }

  public void delete(String owner, String filename, Origin by) {
    database.change(tx -> {
      if (remove(tx, owner, filename) > 0) {
        Audit.write(tx, clock.instant(), by, "removed file " + filename);
      }
    });
  }

  private static int remove(Tx tx, String owner, String filename) {
    return tx.change("delete from stored_file where owner = ? and filename = ?", owner, filename);
  }

  private static StoredFile file(ResultSet row) throws SQLException {
    return new StoredFile(
        String.valueOf(row.getString(1)), String.valueOf(row.getString(2)), row.getBytes(3));
  }
}
