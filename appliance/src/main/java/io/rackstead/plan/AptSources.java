package io.rackstead.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.archive.PackageArchive;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What cloud-init makes of the package archives: the `apt` part of its configuration. Where nobody
/// has said anything the image keeps its own.
final class AptSources {
  private AptSources() {}

  static Optional<ObjectNode> of(List<PackageArchive> archives, String arch) {
    var apt = JsonNodeFactory.instance.objectNode();
    boolean own = false;
    for (var archive : archives) {
      if (!archive.enabled() || !archive.isFor(arch) || archive.untouched()) {
        continue;
      }
      if (archive.isStandard()) {
        own = true;
        standard(apt, archive);
      } else {
        beside(apt, archive, arch);
      }
    }
    if (apt.isEmpty()) {
      return Optional.empty();
    }
    if (!own) {
      apt.put("preserve_sources_list", true);
    }
    return Optional.of(apt);
  }

  private static void standard(ObjectNode apt, PackageArchive archive) {
    apt.putArray("primary").addObject().put("uri", archive.url()).putArray("arches").add("default");
    if (!archive.disabledPockets().isEmpty()) {
      var suites = apt.putArray("disable_suites");
      archive.disabledPockets().forEach(suites::add);
    }
    if (!archive.key().isEmpty()) {
      apt.withObject("/sources").putObject("rackstead-" + archive.id()).put("key", archive.key());
    }
  }

  private static void beside(ObjectNode apt, PackageArchive archive, String arch) {
    var sources = apt.withObject("/sources");
    int n = 0;
    for (var line : lines(archive, arch)) {
      var source =
          sources
              .putObject("rackstead-" + archive.id() + (n == 0 ? "" : "-" + n))
              .put("source", line);
      if (n++ == 0 && !archive.key().isEmpty()) {
        source.put("key", archive.key());
      }
    }
  }

  private static List<String> lines(PackageArchive archive, String arch) {
    if (archive.url().startsWith("ppa:")) {
      return List.of(archive.url());
    }
    var lines = new ArrayList<String>();
    var kinds = archive.disableSources() ? List.of("deb") : List.of("deb", "deb-src");
    var distributions =
        archive.distributions().isEmpty() ? List.of("$RELEASE") : archive.distributions();
    var components = archive.components().isEmpty() ? List.of("main") : archive.components();
    for (var kind : kinds) {
      for (var distribution : distributions) {
        // a path instead of a release is all there is of an archive without components
        lines.add(
            "%s%s %s %s%s"
                .formatted(
                    kind,
                    kind.equals("deb") ? " [arch=" + arch + "]" : "",
                    archive.url(),
                    distribution,
                    distribution.endsWith("/") ? "" : " " + String.join(" ", components)));
      }
    }
    return lines;
  }
}
