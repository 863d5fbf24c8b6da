package io.rackstead.machine;

import io.rackstead.access.SshKeys;
import io.rackstead.http.Problem;
import io.rackstead.image.Image;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// What somebody wants installed, checked as far as it can be before anything moves.
///
/// @param hostname empty: as it is
/// @param disk serial or WWN, empty: the smallest suitable one
public record DeployOrder(
    Image image,
    List<String> sshKeys,
    String userData,
    String hostname,
    String disk,
    boolean consentToWipe) {
  /// Exactly two MiB are taken, one byte more is not: it is kept in the database and goes over the
  /// wire at each first boot, and cloud-init's own limits elsewhere are far below.
  public static final int USER_DATA_LIMIT = 2 << 20;

  private static final Pattern HOSTNAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", Pattern.CASE_INSENSITIVE);

  public DeployOrder {
    sshKeys = sshKeys.stream().map(DeployOrder::key).toList();
    if (userData.getBytes(StandardCharsets.UTF_8).length > USER_DATA_LIMIT) {
      throw tooLarge();
    }
    if (!hostname.isEmpty()) {
      checkHostname(hostname);
    }
  }

  public static void checkHostname(String hostname) {
    if (!HOSTNAME.matcher(hostname).matches()) {
      throw new Problem(
          400, "a hostname has letters, digits and inner hyphens, at most 63, got " + hostname);
    }
  }

  private static String key(String text) {
    try {
      return SshKeys.checked(text);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private static Problem tooLarge() {
    return new Problem(
        413,
        "user data has at most "
            + (USER_DATA_LIMIT >> 20)
            + " MiB: let it fetch what is larger with #include");
  }

  /// User data as some clients send it, compressed; cloud-init would read it as the same text.
  public static String userData(byte[] bytes) {
    if (bytes.length > USER_DATA_LIMIT) {
      throw tooLarge();
    }
    var plain = bytes;
    if (bytes.length > 2 && (bytes[0] & 255) == 0x1f && (bytes[1] & 255) == 0x8b) {
      try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        plain = in.readNBytes(USER_DATA_LIMIT + 1);
      } catch (IOException e) {
        throw new Problem(400, "user data begins like gzip and is none: " + e.getMessage(), e);
      }
      if (plain.length > USER_DATA_LIMIT) {
        throw tooLarge();
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(plain)).toString();
    } catch (CharacterCodingException e) {
      throw new Problem(400, "user data is neither UTF-8 text nor gzip of it", e);
    }
  }
}
