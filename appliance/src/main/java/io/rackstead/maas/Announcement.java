package io.rackstead.maas;

import io.rackstead.image.Architecture;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.Packing;
import io.rackstead.image.directory.Uploads;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// What somebody wants to upload, or brings with it.
///
/// @param content all of it, where it comes with the announcement
record Announcement(
    ImageId name, Architecture arch, String title, Upload upload, Optional<byte[]> content) {

  /// An upload that has begun.
  record Upload(Uploads.Announced announced, Instant at) {}

  static Announcement read(Call call, Instant now) {
    var content = call.content("content");
    var filetype = Fields.filled(call, "filetype").orElse("tgz").toLowerCase(Locale.ROOT);
    if (Packing.named(filetype).isEmpty()) {
      throw FormErrors.of(
          "filetype",
          "'%s' is not written to disks here: give a disk image, as ddraw, ddgz, ddxz, ddbz2, ddzst, ddtar, ddtgz, ddtxz or ddtbz."
              .formatted(filetype));
    }
    var sha256 =
        Fields.filled(call, "sha256")
            .map(text -> text.toLowerCase(Locale.ROOT))
            .or(() -> content.map(Announcement::sha256))
            .orElseThrow(() -> FormErrors.of("sha256", "This field is required."));
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw FormErrors.of("sha256", "Enter 64 hexadecimal digits.");
    }
    long size = content.map(bytes -> (long) bytes.length).orElseGet(() -> size(call));
    return new Announcement(
        name(call),
        arch(call),
        title(call),
        new Upload(new Uploads.Announced(sha256, size, filetype), now),
        content);
  }

  private static ImageId name(Call call) {
    var text = Fields.required(call, "name");
    ImageId id;
    try {
      id = ImageId.parse(text);
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("name", e.getMessage() + ".");
    }
    if (!id.osystem().equals("custom")) {
      throw FormErrors.of(
          "name", "%s is kept for images that are built here: call it custom/NAME.".formatted(id));
    }
    return id;
  }

  private static Architecture arch(Call call) {
    try {
      return Architecture.parse(Fields.required(call, "architecture"));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("architecture", e.getMessage() + ".");
    }
  }

  private static String title(Call call) {
    var title = Fields.filled(call, "title").orElse("");
    if (title.length() > 256) {
      throw FormErrors.of("title", "Ensure this value has at most 256 characters.");
    }
    return title;
  }

  private static long size(Call call) {
    var text = Fields.required(call, "size");
    if (!text.matches("[0-9]{1,15}") || text.matches("0+")) {
      throw FormErrors.of("size", "Enter the number of bytes.");
    }
    return Long.parseLong(text);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
