package io.rackstead.access;

import io.rackstead.store.Tx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Secrets at rest: AES-256-GCM under a key that lies outside the database. The row's owner is
/// bound in, so that a sealed text copied to another row does not open.
public final class Vault {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final SecureRandom random;

  private Vault(SecretKey key, SecureRandom random) {
    this.key = key;
    this.random = random;
  }

  /// Opens the vault of a data folder, making its key at the first start.
  public static Vault open(Path secrets, SecureRandom random) throws IOException {
    Files.createDirectories(secrets);
    Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rwx------"));
    var file = secrets.resolve("master.key");
    if (!Files.exists(file)) {
      var bytes = new byte[32];
      random.nextBytes(bytes);
      var half = secrets.resolve("master.key.new");
      Files.deleteIfExists(half);
      Files.createFile(
          half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (var channel = java.nio.channels.FileChannel.open(half, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes));
        channel.force(true);
      }
      Files.move(half, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
    var bytes = Files.readAllBytes(file);
    if (bytes.length != 32) {
      throw new IOException(
          file + " has " + bytes.length + " bytes, a key has 32: restore it from a backup");
    }
    return new Vault(new SecretKeySpec(bytes, "AES"), random);
  }

  public void put(Tx tx, String owner, Secret secret) {
    tx.change("delete from secret where owner = ?", owner);
    tx.change("insert into secret (owner, sealed) values (?, ?)", owner, seal(owner, secret));
  }

  public Optional<Secret> get(Tx tx, String owner) {
    return tx.one("select sealed from secret where owner = ?", row -> row.getBytes(1), owner)
        .map(sealed -> unseal(owner, sealed));
  }

  public void remove(Tx tx, String owner) {
    tx.change("delete from secret where owner = ?", owner);
  }

  private byte[] seal(String owner, Secret secret) {
    return sealed(owner, secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /// For what is too large for a row of secrets and is kept by its owner.
  public byte[] sealed(String owner, byte[] plain) {
    try {
      var nonce = new byte[NONCE_BYTES];
      random.nextBytes(nonce);
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
      var sealed = cipher.doFinal(plain);
      return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal the secret of " + owner, e);
    }
  }

  private Secret unseal(String owner, byte[] sealed) {
    return Secret.of(new String(opened(owner, sealed), StandardCharsets.UTF_8));
  }

  public byte[] opened(String owner, byte[] sealed) {
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
      cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
      return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "the secret of " + owner + " does not open: is this the key of another data folder?", e);
    }
  }
}
