package io.rackstead.bmc.ipmi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What both sides know once RAKP message 2 has arrived, and the codes and keys that follow from it
/// and the password (§13.28, §13.31, §13.32). Pure: random numbers come from outside.
record Rakp(
    CipherSuite suite,
    int consoleSession,
    int bmcSession,
    byte[] consoleRandom,
    byte[] bmcRandom,
    byte[] guid,
    int role,
    byte[] user) {

  /// Keys of a session: K1 authenticates, the first 16 bytes of K2 encrypt.
  record Keys(byte[] k1, byte[] k2) {}

  /// The key exchange code of RAKP message 2: proves that the BMC knows the password.
  byte[] code2(byte[] password) {
    var data =
        littleEndian(58 + user.length)
            .putInt(consoleSession)
            .putInt(bmcSession)
            .put(consoleRandom)
            .put(bmcRandom)
            .put(guid)
            .put((byte) role)
            .put((byte) user.length)
            .put(user);
    return hmac(suite, password, data.array());
  }

  /// The key exchange code of RAKP message 3: proves that we know the password.
  byte[] code3(byte[] password) {
    var data =
        littleEndian(22 + user.length)
            .put(bmcRandom)
            .putInt(consoleSession)
            .put((byte) role)
            .put((byte) user.length)
            .put(user);
    return hmac(suite, password, data.array());
  }

  /// The session integrity key; the password stands in for K_G ("one-key login").
  byte[] sik(byte[] password) {
    var data =
        littleEndian(34 + user.length)
            .put(consoleRandom)
            .put(bmcRandom)
            .put((byte) role)
            .put((byte) user.length)
            .put(user);
    return hmac(suite, password, data.array());
  }

  /// The integrity check value of RAKP message 4, cut to the length the suite wants.
  byte[] code4(byte[] sik) {
    var data = littleEndian(36).put(consoleRandom).putInt(bmcSession).put(guid);
    return Arrays.copyOf(hmac(suite, sik, data.array()), suite.codeLength);
  }

  /// The constants are 20 bytes long also where the digest is longer (§13.32).
  Keys keys(byte[] sik) {
    return new Keys(hmac(suite, sik, constant(1)), hmac(suite, sik, constant(2)));
  }

  private static byte[] constant(int value) {
    var bytes = new byte[20];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] hmac(CipherSuite suite, byte[] key, byte[] data) {
    try {
      var mac = Mac.getInstance(suite.hmac);
      // an empty password is a key of zeros (§13.31), and HMAC pads with zeros by itself
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[20] : key, suite.hmac));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + suite.hmac, e);
    }
  }

  @Override
  public String toString() {
    return "Rakp[" + suite + "]";
  }
}
