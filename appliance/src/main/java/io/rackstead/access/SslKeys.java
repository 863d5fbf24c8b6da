package io.rackstead.access;

import io.rackstead.store.Tx;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The X.509 certificates that users keep here, in PEM.
public final class SslKeys {
  private static final int LONGEST = 16_000;
  private final InstantSource clock;

  public record SslKey(long id, String username, String text) {}

  public SslKeys(InstantSource clock) {
    this.clock = clock;
  }

  /// @throws IllegalArgumentException when it is not a certificate in PEM
  public SslKey add(Tx tx, String username, String text, Origin origin) {
    var pem = text.strip();
    if (pem.length() > LONGEST || !pem.startsWith("-----BEGIN CERTIFICATE-----")) {
      throw new IllegalArgumentException("not a certificate in PEM");
    }
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not a certificate in PEM: " + e.getMessage(), e);
    }
    long id = tx.insert("insert into ssl_key (username, text) values (?, ?)", username, pem);
    Audit.write(tx, clock.instant(), origin, "added SSL key " + id + " for " + username);
    return new SslKey(id, username, pem);
  }

  public List<SslKey> of(Tx tx, String username) {
    return tx.list(
        "select id, username, text from ssl_key where username = ? order by id",
        SslKeys::key,
        username);
  }

  public Optional<SslKey> find(Tx tx, long id) {
    return tx.one("select id, username, text from ssl_key where id = ?", SslKeys::key, id);
  }

  public void remove(Tx tx, SslKey key, Origin origin) {
    tx.change("delete from ssl_key where id = ?", key.id());
    Audit.write(
        tx, clock.instant(), origin, "removed SSL key " + key.id() + " of " + key.username());
  }

  private static SslKey key(ResultSet row) throws SQLException {
    return new SslKey(row.getLong("id"), row.getString("username"), row.getString("text"));
  }
}
