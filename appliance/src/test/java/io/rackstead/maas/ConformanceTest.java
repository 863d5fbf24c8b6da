package io.rackstead.maas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Served;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /// What is answered in MAAS's shape and cannot mean here what it means there.
  private static final Map<String, List<String>> STUBS =
      Map.of(
          "nothing is fetched behind one's back: images are built or uploaded",
          List.of(
              "POST `boot-resources/` `op=import`",
              "POST `boot-resources/` `op=stop_import`",
              "GET `boot-resources/` `op=is_importing`",
              "POST `rackcontrollers/` `op=import_boot_images`"),
          "region and rack are the one process that answers",
          List.of(
              "GET `rackcontrollers/`",
              "GET `rackcontrollers/` `op=power_parameters`",
              "GET `rackcontrollers/{system_id}/`",
              "GET `rackcontrollers/{system_id}/` `op=query_power_state`",
              "GET `rackcontrollers/{system_id}/` `op=power_parameters`",
              "GET `rackcontrollers/{system_id}/` `op=details`",
              "GET `regioncontrollers/`",
              "GET `regioncontrollers/{system_id}/`"),
          "refused (409): region and rack are the one process that answers",
          List.of(
              "POST `rackcontrollers/` `op=set_zone`",
              "PUT `rackcontrollers/{system_id}/`",
              "DELETE `rackcontrollers/{system_id}/`",
              "POST `rackcontrollers/{system_id}/` `op=power_on`",
              "POST `rackcontrollers/{system_id}/` `op=power_off`",
              "POST `rackcontrollers/{system_id}/` `op=abort`",
              "POST `rackcontrollers/{system_id}/` `op=test`",
              "POST `rackcontrollers/{system_id}/` `op=override_failed_testing`"),
          "no images come from a source of simplestreams: none can be added (400), and one is not"
              + " there (404)",
          List.of(
              "GET `boot-sources/`",
              "POST `boot-sources/`",
              "GET `boot-sources/{boot_source_id}/`",
              "PUT `boot-sources/{boot_source_id}/`",
              "DELETE `boot-sources/{boot_source_id}/`",
              "GET `boot-sources/{boot_source_id}/selections/`",
              "POST `boot-sources/{boot_source_id}/selections/`",
              "GET `boot-sources/{boot_source_id}/selections/{id}/`",
              "PUT `boot-sources/{boot_source_id}/selections/{id}/`",
              "DELETE `boot-sources/{boot_source_id}/selections/{id}/`"),
          "no image here is of a system that takes a license key: none can be added (400), and one is"
              + " not there (404)",
          List.of(
              "GET `license-keys/`",
              "POST `license-keys/`",
              "GET `license-key/{osystem}/{distro_series}/`",
              "PUT `license-key/{osystem}/{distro_series}/`",
              "DELETE `license-key/{osystem}/{distro_series}/`"),
          "curtin is not run: what our agent does, in curtin's words",
          List.of("GET `machines/{system_id}/` `op=get_curtin_config`"),
          "refused (409): a part is there as long as the machine reports it",
          List.of("DELETE `nodes/{system_id}/devices/{id}/`"));

  @TempDir Path folder;

  @Test
  void thePageOfWhatIsServedIsTrue() throws IOException {
    var before = Files.exists(PAGE) ? Files.readString(PAGE) : "";
    String now;
    try (var served = new Served(folder)) {
      now = page(served.maas.operations(), since(before), tests(), wanted());
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
      if (line.startsWith("| ") && cells.length == 5) {
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

  /// What MAAS's clients call, placeholders without their names.
  private static List<String> wanted() throws IOException {
    try (var in = ConformanceTest.class.getResourceAsStream("operations.txt")) {
      return new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static String nameless(MaasOperation operation) {
    return "%s %s %s"
        .formatted(
            operation.method(),
            operation.path().replaceAll("\\{[^}]*}", "{}").replaceAll("/$", ""),
            operation.op())
        .strip();
  }

  private static String page(
      List<MaasOperation> operations,
      Map<String, String> since,
      Map<String, String> tests,
      List<String> wanted) {
    var page =
        new StringBuilder(
            """
            # What of MAAS's API 2.0 is served

            Made by `ConformanceTest` from the router's table; not to be edited. `WireTest` asks every described
            operation in each client's encoding; the tests named beside it speak of the same resource and operation.
            *Done*: behind it stands the real thing. *Stub*: it answers in the shape that clients expect, and truthfully, but
            cannot mean here what it means in MAAS.

            | operation | since | what it is | who may | tests |
            | --- | --- | --- | --- | --- |
            """);
    operations.stream()
        .sorted(Comparator.comparing(MaasOperation::path).thenComparing(ConformanceTest::name))
        .forEach(operation -> {
          var name = name(operation);
          var stub =
              STUBS.entrySet().stream()
                  .filter(entry -> entry.getValue().contains(name))
                  .map(Map.Entry::getKey)
                  .findFirst();
          page.append(
              "| %s | %s | %s | %s | %s |\n"
                  .formatted(
                      name,
                      since.getOrDefault(name, VERSION),
                      stub.map(why -> "stub: " + why).orElse("done"),
                      operation.access().name().toLowerCase(Locale.ROOT),
                      asked(operation, tests)));
        });
    var served = operations.stream().map(ConformanceTest::nameless).collect(Collectors.toSet());
    var absent =
        wanted.stream().filter(line -> !served.contains(line.replaceAll("/( |$)", "$1"))).toList();
    if (absent.isEmpty()) {
      page.append(
          "\n## Absent\n\nNone of the %d operations that MAAS's clients call.\n"
              .formatted(wanted.size()));
      return page.toString();
    }
    page.append(
        "\n## Absent\n\n%d of the %d operations that MAAS's clients call:\n\n"
            .formatted(absent.size(), wanted.size()));
    absent.forEach(line -> page.append("- `").append(line).append("`\n"));
    return page.toString();
  }
}
