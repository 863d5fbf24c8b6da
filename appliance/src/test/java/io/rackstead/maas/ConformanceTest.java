package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `CONFORMANCE.md` says what of MAAS's API is served. It is made of the router's own table, so it
/// is stale as soon as that changes.
class ConformanceTest {
  private static final Path PAGE = Path.of("..", "CONFORMANCE.md");
  private static final String REGENERATE = "RACKSTEAD_WRITE_CONFORMANCE";
  private static final String VERSION = "0.1.0";

  /// What MAAS serves besides: the collections, as its clients ask for them.
  private static final List<String> COLLECTIONS =
      List.of(
          "account/",
          "boot-resources/",
          "boot-sources/",
          "boot-sources/{boot_source_id}/selections/",
          "commissioning-results/",
          "devices/",
          "discovery/",
          "dnsresourcerecords/",
          "dnsresources/",
          "domains/",
          "events/",
          "fabrics/",
          "files/",
          "installation-results/",
          "ipaddresses/",
          "ipranges/",
          "license-keys/",
          "maas/",
          "machines/",
          "nodes/{system_id}/bcache-cache-sets/",
          "nodes/{system_id}/bcaches/",
          "nodes/{system_id}/blockdevices/",
          "nodes/{system_id}/devices/",
          "nodes/{system_id}/interfaces/",
          "nodes/{system_id}/raids/",
          "nodes/{system_id}/results/",
          "nodes/{system_id}/volume-groups/",
          "notifications/",
          "package-repositories/",
          "pods/",
          "rackcontrollers/",
          "regioncontrollers/",
          "reservedips/",
          "resourcepools/",
          "scripts/",
          "spaces/",
          "static-routes/",
          "subnets/",
          "tags/",
          "users/",
          "version/",
          "vm-hosts/",
          "zones/");

  @TempDir Path folder;

  @Test
  void thePageOfWhatIsServedIsTrue() throws IOException {
    var before = Files.exists(PAGE) ? Files.readString(PAGE) : "";
    String now;
    try (var served = new Served(folder)) {
      now = page(served.maas.operations(), since(before), tests());
    }
    if (System.getenv(REGENERATE) != null) {
      Files.writeString(PAGE, now);
    }
    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as(
            "CONFORMANCE.md is stale: %s=1 mvn -pl appliance -am test -Dtest=ConformanceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false",
            REGENERATE)
        .isEqualTo(now);
  }

  private static String name(MaasOperation operation) {
    var op = operation.op().isEmpty() ? "" : " `op=" + operation.op() + "`";
    return operation.method() + " `" + operation.path() + "`" + op;
  }

  /// A row keeps the version that it was first written with.
  private static Map<String, String> since(String page) {
    var since = new HashMap<String, String>();
    for (var line : page.split("\n", -1)) {
      var cells = line.split(" \\| ", -1);
      if (line.startsWith("| ") && cells.length == 4) {
        since.put(cells[0].substring(2), cells[1]);
      }
    }
    return since;
  }

  /// The tests that speak to the API, each with its text.
  private static Map<String, String> tests() throws IOException {
    var tests = new TreeMap<String, String>();
    try (var files = Files.walk(Path.of("src/test/java/io/rackstead"))) {
      for (var file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        var text = Files.readString(file);
        if (text.contains("/MAAS/api/2.0/")) {
          tests.put(file.getFileName().toString().replace(".java", ""), text);
        }
      }
    }
    tests.remove("ConformanceTest");
    tests.remove("WireTest");
    return tests;
  }

  private static String asked(MaasOperation operation, Map<String, String> tests) {
    var first = operation.path().replaceAll("\\{.*", "");
    var part = operation.path().replaceFirst("^nodes/\\{system_id}/", "").replaceAll("\\{.*", "");
    var by = new ArrayList<String>();
    tests.forEach((name, text) -> {
      boolean there = Stream.of("\"" + first, "2.0/" + first, "\"" + part).anyMatch(text::contains);
      if (there && (operation.op().isEmpty() || text.contains(operation.op()))) {
        by.add(name);
      }
    });
    by.addFirst("WireTest");
    return String.join(", ", by);
  }

  private static String page(
      List<MaasOperation> operations, Map<String, String> since, Map<String, String> tests) {
    var page =
        new StringBuilder(
            """
            # What of MAAS's API 2.0 is served

            Made by `ConformanceTest` from the router's table; not to be edited. `WireTest` asks every described
            operation in each client's encoding; the tests named beside it speak of the same resource and operation.

            | operation | since | who may | tests |
            | --- | --- | --- | --- |
            """);
    operations.stream()
        .sorted(Comparator.comparing(MaasOperation::path).thenComparing(ConformanceTest::name))
        .forEach(operation -> {
          var name = name(operation);
          page.append(
              "| %s | %s | %s | %s |\n"
                  .formatted(
                      name,
                      since.getOrDefault(name, VERSION),
                      operation.access().name().toLowerCase(Locale.ROOT),
                      asked(operation, tests)));
        });
    var paths = operations.stream().map(MaasOperation::path).collect(Collectors.toSet());
    page.append("\n## Collections that are absent\n\n");
    COLLECTIONS.stream()
        .filter(path -> paths.stream().noneMatch(served -> served.equals(path)))
        .forEach(path -> page.append("- `").append(path).append("`\n"));
    return page.toString();
  }
}
