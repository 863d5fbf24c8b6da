package io.rackstead.image.build;

import io.rackstead.image.ImageId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a disk image of Debian is made of: a release, and what is more than every server needs. An
/// image with more in it has a name of its own, so that `debian/bookworm` stays what it says.
///
/// @param include further packages, with what they need
/// @param overlay a folder whose files are laid over the installed system
record DebianRecipe(ImageId id, String suite, List<String> include, Optional<Path> overlay) {
  // Debian policy 5.6.1
  private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]+");

  DebianRecipe {
    include = List.copyOf(include);
    for (var name : include) {
      if (!PACKAGE.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "--include lists packages with commas between them, got '" + name + "'");
      }
    }
    if (overlay.isPresent() && !Files.isDirectory(overlay.get())) {
      throw new IllegalArgumentException(
          "--overlay names a folder, and " + overlay.get() + " is none");
    }
  }

  /// @param release `debian-12` or `debian-13`
  static DebianRecipe of(String release, Arguments arguments) {
    var plain = ImageId.parse(release);
    var include = arguments.option("--include").map(list -> List.of(list.split(",", -1)));
    var overlay = arguments.option("--overlay").map(Path::of);
    var id = arguments.option("--name").map(ImageId::parse).orElse(plain);
    if (id.equals(plain) && (include.isPresent() || overlay.isPresent())) {
      throw new IllegalArgumentException(
          "an image with more than " + release + " in it needs a name of its own: --name NAME");
    }
    if (!id.equals(plain) && !id.osystem().equals("custom")) {
      throw new IllegalArgumentException("--name is NAME or custom/NAME, got " + id);
    }
    return new DebianRecipe(id, plain.series(), include.orElse(List.of()), overlay);
  }

  List<String> packages(Archive archive) {
    var all = new ArrayList<>(DebianImageBuilder.packages(archive, suite));
    all.addAll(include);
    return List.copyOf(all);
  }

  /// All that decides what comes out, beside the packages: what customizes the tree, and each file
  /// of the overlay with its rights.
  byte[] more() throws IOException {
    var text =
        new StringBuilder(new String(DebianImageBuilder.customizing(), StandardCharsets.UTF_8));
    if (overlay.isPresent()) {
      try (var files = Files.walk(overlay.get())) {
        for (var file : files.sorted().toList()) {
          text.append('\n').append(overlay.get().relativize(file)).append(' ').append(told(file));
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String told(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return "-> " + Files.readSymbolicLink(file);
    }
    var rights = Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS).toString();
    if (!Files.isRegularFile(file)) {
      return rights;
    }
    // by size and date, as make does: an overlay may hold hundreds of megabytes
    return rights + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
  }
}
