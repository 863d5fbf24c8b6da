package io.rackstead.tests.bmc;

import static io.rackstead.tests.bmc.Bytes.i32;
import static io.rackstead.tests.bmc.Bytes.u16;
import static io.rackstead.tests.bmc.Bytes.u8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The managed system's half of one session, from open session request to close.
final class ServerSession {
  private static final SecureRandom RANDOM = new SecureRandom();

  final int own;
  final int remote;
  final Suite suite;
  final int maxPrivilege;
  int privilege = 2;
  boolean active;
  @Nullable SimulatedUser user;
  byte[] consoleRandom = new byte[16];
  byte[] ownRandom = new byte[16];
  int role;
  byte[] name = new byte[0];
  long lastHeard = System.nanoTime();
  int outbound;
  private byte[] sik = new byte[0];
  private byte[] k1 = new byte[0];
  private byte[] k2 = new byte[0];
  private long highest;
  private final BitSet seen = new BitSet();

  ServerSession(int own, int remote, Suite suite, int maxPrivilege) {
    this.own = own;
    this.remote = remote;
    this.suite = suite;
    this.maxPrivilege = maxPrivilege;
  }

  void freshRandom() {
    RANDOM.nextBytes(ownRandom);
  }

  byte[] codeOfSecond(byte[] key, byte[] guid) {
    return mac(
        key,
        new Bytes()
            .le32(remote)
            .le32(own)
            .all(consoleRandom)
            .all(ownRandom)
            .all(guid)
            .b(role, name.length)
            .all(name)
            .done());
  }

  byte[] codeOfThird(byte[] key) {
    return mac(key, new Bytes().all(ownRandom).le32(remote).b(role, name.length).all(name).done());
  }

  /// Derives the session keys and gives the integrity check value of RAKP message 4.
  byte[] activate(byte[] key, byte[] guid) {
    sik =
        mac(
            key,
            new Bytes().all(consoleRandom).all(ownRandom).b(role, name.length).all(name).done());
    var ones = new byte[20];
    Arrays.fill(ones, (byte) 1);
    var twos = new byte[20];
    Arrays.fill(twos, (byte) 2);
    k1 = mac(sik, ones);
    k2 = mac(sik, twos);
    active = true;
    return Arrays.copyOf(
        mac(sik, new Bytes().all(consoleRandom).le32(own).all(guid).done()), suite.icv);
  }

  /// The payload of a packet of this session; empty when its code, number or padding is wrong.
  Optional<byte[]> unwrap(byte[] packet) {
    int length = u16(packet, 14);
    int trailer = packet.length - suite.icv;
    if (trailer < 16 + length + 2 || length < 32 || length % 16 != 0) {
      return Optional.empty();
    }
    var code = Arrays.copyOf(mac(k1, Arrays.copyOfRange(packet, 4, trailer)), suite.icv);
    if (!Arrays.equals(code, Arrays.copyOfRange(packet, trailer, packet.length))) {
      return Optional.empty();
    }
    if (u8(packet, trailer - 1) != 7 || !fresh(i32(packet, 10) & 0xffffffffL)) {
      return Optional.empty();
    }
    var clear =
        aes(
            Cipher.DECRYPT_MODE,
            Arrays.copyOfRange(packet, 16, 32),
            Arrays.copyOfRange(packet, 32, 16 + length));
    int pad = u8(clear, clear.length - 1);
    for (int i = 1; i <= pad; i++) {
      if (pad >= clear.length || u8(clear, clear.length - 2 - pad + i) != i) {
        return Optional.empty();
      }
    }
    return Optional.of(Arrays.copyOf(clear, clear.length - 1 - pad));
  }

  /// Each number once, at most 15 ahead and 16 behind (§6.12.13), across the wrap.
  private boolean fresh(long number) {
    if (number == 0) {
      return false;
    }
    long ahead = number - highest;
    if (ahead < -0x7fffffffL) {
      ahead += 0xffffffffL; // FFFFFFFFh is followed by 1: 0 is not counted
    }
    if (ahead > 0) {
      // a session may be begun at any number for the test of the wrap, so the first is taken as it
      // is
      if (ahead > 15 && highest != 0) {
        return false;
      }
      if (highest == 0) {
        seen.clear();
      }
      for (int i = 16; i >= 0; i--) {
        seen.set(i, i >= ahead && seen.get((int) (i - ahead)));
      }
      seen.set(0);
      highest = number;
      return true;
    }
    int behind = (int) -ahead;
    if (behind > 16 || seen.get(behind)) {
      return false;
    }
    seen.set(behind);
    return true;
  }

  byte[] wrap(byte[] payload) {
    return wrap(0, payload);
  }

  /// Commands and the serial console share the numbers.
  synchronized byte[] wrap(int type, byte[] payload) {
    outbound = outbound == -1 ? 1 : outbound + 1;
    var clear = new Bytes().all(payload);
    int pad = 15 - payload.length % 16;
    for (int i = 1; i <= pad; i++) {
      clear.b(i);
    }
    clear.b(pad);
    var iv = new byte[16];
    RANDOM.nextBytes(iv);
    var secret = aes(Cipher.ENCRYPT_MODE, iv, clear.done());
    var covered =
        new Bytes()
            .b(6, 0xc0 | type)
            .le32(remote)
            .le32(outbound)
            .le16(16 + secret.length)
            .all(iv)
            .all(secret);
    int fill = 0;
    while ((covered.size() + 2) % 4 != 0) {
      covered.b(0xff);
      fill++;
    }
    var bytes = covered.b(fill, 7).done();
    return new Bytes()
        .b(6, 0, 0xff, 7)
        .all(bytes)
        .all(Arrays.copyOf(mac(k1, bytes), suite.icv))
        .done();
  }

  private byte[] mac(byte[] key, byte[] data) {
    try {
      var mac = Mac.getInstance(suite.mac);
      mac.init(new SecretKeySpec(Arrays.copyOf(key, Math.max(key.length, 20)), "RAW"));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] aes(int mode, byte[] iv, byte[] data) {
    try {
      var cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(mode, new SecretKeySpec(Arrays.copyOf(k2, 16), "AES"), new IvParameterSpec(iv));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
