package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Folders of unpacked Debian packages, made by mmdebstrap without installing anything, so without
/// root. One is kept until the archive or the list of packages has changed.
final class PackageTrees {
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final Path cache;
  private final Archive archive;
  private final Consumer<String> say;

  PackageTrees(Path cache, Archive archive, Consumer<String> say) {
    this.cache = cache;
    this.archive = archive;
    this.say = say;
  }

  /// Changes when something that goes into a build of these packages does.
  String inputs(String suite, List<String> packages, byte[] more) throws IOException {
    Files.createDirectories(cache);
    var text =
        archive.sources(suite) + "\n" + packages + "\n" + releases(suite) + Digests.sha256Hex(more);
    return Digests.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
  }

  Path unpacked(String name, String suite, List<String> packages) throws IOException {
    return unpacked(name, suite, packages, List.of());
  }

  /// For a processor that this host may not have.
  Path unpacked(String name, String suite, List<String> packages, Architecture processor)
      throws IOException {
    return unpacked(name, suite, packages, List.of("--architectures=" + processor.debianName()));
  }

  private Path unpacked(String name, String suite, List<String> packages, List<String> more)
      throws IOException {
    var sources = archive.sources(suite);
    var digest = inputs(suite, packages, new byte[0]);
    var prefix = name + "-" + suite + "-";
    var tree = cache.resolve(prefix + digest.substring(0, 16));
    if (Files.exists(tree)) {
      say.accept("packages of " + suite + " for " + name + ": as last time");
      return tree;
    }
    say.accept(
        "packages of "
            + suite
            + " for "
            + name
            + ": fetching "
            + packages.size()
            + " and what they need");
    var part = cache.resolve(tree.getFileName() + ".part");
    Folders.delete(part);
    var arguments = new ArrayList<String>();
    arguments.add("--variant=extract");
    // nothing of a package is run, so any mode does; this one needs neither root nor namespaces
    arguments.add(isRoot() ? "--mode=root" : "--mode=chrootless");
    arguments.add("--aptopt=APT::Install-Recommends \"false\"");
    arguments.addAll(more);
    arguments.add("--include=" + String.join(",", packages));
    arguments.add(suite);
    arguments.add(part.toString());
    arguments.addAll(sources);
    try {
      var _ = Subprocess.of(PATIENCE, "mmdebstrap", arguments).run();
      dropOthers(prefix);
      Files.move(part, tree);
    } finally {
      Folders.delete(part);
    }
    return tree;
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /// What the archive holds just now, by the digests of its signed indexes. apt's own helper
  /// fetches them, so that its proxies and transports apply.
  private String releases(String suite) throws IOException {
    var helper = Path.of("/usr/lib/apt/apt-helper");
    var digests = new StringBuilder();
    for (var repository : archive.repositories(suite)) {
      var file = Files.createTempFile(cache, "InRelease", "");
      try {
        var fetch =
            Subprocess.at(
                Duration.ofMinutes(2),
                helper,
                List.of("download-file", repository.inRelease(), file.toString()));
        var _ = fetch.run();
        digests.append(Digests.sha256Hex(Files.readAllBytes(file))).append('\n');
      } catch (BuildException e) {
        throw new BuildException(
            "the archive %s has no readable suite %s (%s): name another with --mirror URL"
                .formatted(repository.uri(), repository.suite(), e.getMessage()),
            e);
      } finally {
        Files.deleteIfExists(file);
      }
    }
    return digests.toString();
  }

  private void dropOthers(String prefix) throws IOException {
    try (var old = Files.newDirectoryStream(cache, prefix + "*[0-9a-f]")) {
      for (var tree : old) {
        Folders.delete(tree);
      }
    }
  }
}
