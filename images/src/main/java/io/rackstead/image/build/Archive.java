package io.rackstead.image.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The Debian archives that packages are taken from: those that this host's own apt uses, or the
/// one mirror that the operator names.
///
/// @param suite the host's own
/// @param security where its security updates come from
/// @param nonFreeFirmware whether the operator lets firmware without source on his machines
record Archive(String suite, String main, Optional<String> security, boolean nonFreeFirmware) {
  private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");
  private static final String FORMAT = "$(LABEL)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)";

  static Archive ofThisHost() throws IOException {
    var targets =
        Subprocess.of(
                Duration.ofMinutes(1),
                "apt-get",
                List.of("indextargets", "--format", FORMAT, "Created-By: Packages"))
            .run();
    return parse(targets);
  }

  /// Reads what apt says of its sources, a line each: label, codename, component, URI.
  static Archive parse(String targets) throws BuildException {
    var rows =
        targets
            .lines()
            .map(line -> line.split("\\|", -1))
            .filter(row -> row.length == 4)
            // a CD in the drive is no archive for other machines
            .filter(row -> !row[3].startsWith("cdrom:"));
    var byLabel = rows.collect(Collectors.groupingBy(row -> row[0]));
    var debian = byLabel.getOrDefault("Debian", List.of());
    var first =
        debian.stream()
            .filter(row -> row[2].equals("main") && !row[1].contains("-"))
            .findFirst()
            .orElseThrow(() ->
                new BuildException(
                    "apt on this host knows no Debian archive: name one with --mirror URL, or"
                        + " add one and run apt-get update"));
    var security =
        byLabel.getOrDefault("Debian-Security", List.of()).stream().map(row -> row[3]).findFirst();
    boolean nonFree = debian.stream().anyMatch(row -> row[2].equals("non-free-firmware"));
    return new Archive(first[1], first[3], security, nonFree);
  }

  Archive withMirror(String uri) {
    return new Archive(suite, uri, Optional.empty(), nonFreeFirmware);
  }

  Archive withNonFreeFirmware() {
    return new Archive(suite, main, security, true);
  }

  /// apt's source lines for a suite, its updates and security updates included where apt has them.
  List<String> sources(String suite) throws BuildException {
    if (!Files.exists(KEYRING)) {
      throw new BuildException(
          "the keys of Debian's archive are missing: apt-get install debian-archive-keyring");
    }
    var lines = new ArrayList<String>();
    for (var repository : repositories(suite)) {
      lines.add(
          "deb [signed-by=%s] %s %s %s"
              .formatted(
                  KEYRING,
                  repository.uri(),
                  repository.suite(),
                  nonFreeFirmware ? "main non-free-firmware" : "main"));
    }
    return lines;
  }

  record Repository(String uri, String suite) {
    String inRelease() {
      return uri + (uri.endsWith("/") ? "" : "/") + "dists/" + suite + "/InRelease";
    }
  }

  List<Repository> repositories(String suite) {
    var all = new ArrayList<Repository>();
    all.add(new Repository(main, suite));
    if (security.isPresent()) {
      all.add(new Repository(main, suite + "-updates"));
      all.add(new Repository(security.get(), suite + "-security"));
    }
    return all;
  }
}
