package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.regex.Pattern;

/// Where the database is: embedded, in the data folder, or a PostgreSQL server.
///
/// @param url empty: embedded; else as the JDBC driver takes it, without name and password
/// @param login a file of two lines, user and password; a password is never on a command line
public record DatabaseAddress(String url, String login) {
  private static final String PREFIX = "jdbc:postgresql:";
  private static final Pattern SIGN_IN =
      Pattern.compile("[?&](user|password|sslpassword)=|//[^/?]*@", Pattern.CASE_INSENSITIVE);
  public static final DatabaseAddress EMBEDDED = new DatabaseAddress("", "");

  public DatabaseAddress {
    if (!url.isEmpty() && !url.startsWith(PREFIX)) {
      throw new IllegalArgumentException(
          "it is like jdbc:postgresql://host/database, or empty for the embedded one; got " + url);
    }
    if (SIGN_IN.matcher(url).find()) {
      throw new IllegalArgumentException(
          "user and password belong in the file that database.login names, not in the URL");
    }
  }

  public boolean embedded() {
    return url.isEmpty();
  }

  /// What `pg_dump` and `psql` call it.
  public String forPrograms() {
    return url.substring("jdbc:".length());
  }

  /// @param user whom the server lets in without one has an empty password
  record Login(String user, String password) {}

  Login read() throws IOException {
    if (login.isEmpty()) {
      return new Login("rackstead", "");
    }
    List<String> lines;
    try {
      if (Files.getPosixFilePermissions(Path.of(login)).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IOException("everybody on this host can read it: chmod o= " + login);
      }
      lines = Files.readAllLines(Path.of(login));
    } catch (IOException e) {
      throw new IOException("database.login: " + login + ": " + e.getMessage(), e);
    }
    if (lines.isEmpty() || lines.getFirst().isBlank()) {
      throw new IOException(
          "database.login: "
              + login
              + " has the user in its first line, the password in its second");
    }
    return new Login(lines.getFirst().strip(), lines.size() < 2 ? "" : lines.get(1));
  }
}
