package io.rackstead.image;

import java.util.Map;
import java.util.regex.Pattern;

/// An image's name, operating system and series: `debian/bookworm`, `custom/NAME`. The aliases
/// `debian-12`, `bookworm` and the like are read too.
public record ImageId(String osystem, String series) implements Comparable<ImageId> {
  private static final Pattern PART = Pattern.compile("[a-z0-9][a-z0-9._+-]{0,63}");
  private static final Map<String, String> DEBIAN =
      Map.of(
          "debian-12",
          "bookworm",
          "debian-13",
          "trixie",
          "bookworm",
          "bookworm",
          "trixie",
          "trixie");

  public ImageId {
    if (!PART.matcher(osystem).matches() || !PART.matcher(series).matches()) {
      throw new IllegalArgumentException(
          "an image is named like debian/bookworm or custom/NAME, got " + osystem + "/" + series);
    }
  }

  public static ImageId parse(String text) {
    var debian = DEBIAN.get(text);
    if (debian != null) {
      return new ImageId("debian", debian);
    }
    int slash = text.indexOf('/');
    return slash < 0
        ? new ImageId("custom", text)
        : new ImageId(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(ImageId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return osystem + "/" + series;
  }
}
