package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts and authenticates the packets of one session, and opens those of the other side
/// (§13.28.4 HMAC, §13.29 AES-CBC).
final class Seal {
  private static final int BLOCK = 16;
  private static final byte NEXT_HEADER = 0x07;

  private final CipherSuite suite;
  private final byte[] k1;
  private final SecretKeySpec aes;
  private final RandomGenerator random;

  Seal(CipherSuite suite, Rakp.Keys keys, RandomGenerator random) {
    this.suite = suite;
    this.k1 = keys.k1();
    this.aes = new SecretKeySpec(keys.k2(), 0, BLOCK, "AES");
    this.random = random;
  }

  byte[] seal(int session, int sequence, int payloadType, byte[] payload) {
    var secret = encrypt(payload);
    // from the authentication type to the next header a multiple of 4 bytes (§13.28.4)
    int pad = (4 - (12 + secret.length + 2) % 4) % 4;
    var out =
        ByteBuffer.allocate(16 + secret.length + pad + 2 + suite.codeLength)
            .putInt(IpmiPacket.RMCP)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) IpmiPacket.AUTH_RMCP_PLUS)
            .put((byte) (payloadType | IpmiPacket.ENCRYPTED_AND_AUTHENTICATED))
            .putInt(session)
            .putInt(sequence)
            .putShort((short) secret.length)
            .put(secret);
    for (int i = 0; i < pad; i++) {
      out.put((byte) 0xff);
    }
    out.put((byte) pad).put(NEXT_HEADER);
    return out.put(code(out.array(), out.position())).array();
  }

  /// The payload, once the code was found to be right; nothing is decrypted before.
  byte[] open(Secured packet) {
    var datagram = packet.datagram();
    int end = datagram.length - suite.codeLength;
    int payloadEnd = Secured.PAYLOAD + packet.payloadLength();
    if (end < payloadEnd + 2) {
      throw new MalformedPacket("no room for the authentication code");
    }
    var code = Arrays.copyOfRange(datagram, end, datagram.length);
    if (!MessageDigest.isEqual(code, code(datagram, end))) {
      throw new MalformedPacket("wrong authentication code");
    }
    return decrypt(datagram, Secured.PAYLOAD, packet.payloadLength());
  }

  private byte[] code(byte[] datagram, int end) {
    return Arrays.copyOf(
        Rakp.hmac(suite, k1, Arrays.copyOfRange(datagram, 4, end)), suite.codeLength);
  }

  private byte[] encrypt(byte[] payload) {
    int pad = (BLOCK - (payload.length + 1) % BLOCK) % BLOCK;
    var plain = Arrays.copyOf(payload, payload.length + pad + 1);
    for (int i = 0; i < pad; i++) {
      plain[payload.length + i] = (byte) (i + 1);
    }
    plain[plain.length - 1] = (byte) pad;
    var iv = new byte[BLOCK];
    random.nextBytes(iv);
    var out = Arrays.copyOf(iv, BLOCK + plain.length);
    var secret = aes(Cipher.ENCRYPT_MODE, iv, plain);
    System.arraycopy(secret, 0, out, BLOCK, secret.length);
    return out;
  }

  private byte[] decrypt(byte[] in, int from, int length) {
    if (length < 2 * BLOCK || length % BLOCK != 0) {
      throw new MalformedPacket("an encrypted payload of " + length + " bytes");
    }
    var iv = Arrays.copyOfRange(in, from, from + BLOCK);
    var plain = aes(Cipher.DECRYPT_MODE, iv, Arrays.copyOfRange(in, from + BLOCK, from + length));
    int pad = plain[plain.length - 1] & 0xff;
    // §13.29: the pad counts up from 1; some BMCs pad with what they like, so only its length
    // counts
    if (pad > BLOCK || pad + 1 > plain.length) {
      throw new MalformedPacket("a pad of " + pad + " bytes");
    }
    return Arrays.copyOf(plain, plain.length - 1 - pad);
  }

  private byte[] aes(int mode, byte[] iv, byte[] data) {
    try {
      var cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(mode, aes, new IvParameterSpec(iv));
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-CBC", e);
    }
  }
}
