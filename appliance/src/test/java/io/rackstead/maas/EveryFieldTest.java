package io.rackstead.maas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Route.Method;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every field of every operation that writes. The names of the fields are read out of the
/// operations' own sources, so that a field that is added falls under it by itself.
@SuppressWarnings("NullAway.Init")
class EveryFieldTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final Path SOURCES = Path.of("src", "main", "java", "io", "rackstead", "maas");
  private static final Pattern WORD = Pattern.compile("\"([a-z][a-z0-9_]{1,40})\"");
  private static final Pattern URI = Pattern.compile("\"resource_uri\"\\s*:\\s*\"([^\"]+)\"");

  /// What a statement, a template, a format, a shell or a page might take for its own.
  private static final String HOSTILE =
      "x'; drop table machine; -- \" or 1=1 ${7*7} {{7*7}} #{7*7} %s%n $(id) `id` <script>";

  /// Things to be found by the operations on one of them.
  private static final Map<String, String> SEEDS =
      Map.of(
          "zones/", "name=one",
          "resourcepools/", "name=one",
          "tags/", "name=one",
          "devices/", "hostname=one&mac_addresses=52:54:00:00:00:01",
          "fabrics/", "name=one",
          "spaces/", "name=one",
          "domains/", "name=one.example",
          "subnets/", "cidr=10.99.0.0/24&name=one",
          "dnsresources/", "fqdn=a.one.example&ip_addresses=192.0.2.1",
          "notifications/", "message=one&users=true");

  /// Without which an operation looks at nothing else.
  private static final Map<String, String> NEEDED =
      Map.of(
          "zones/", "name=z",
          "resourcepools/", "name=p",
          "tags/", "name=t",
          "devices/", "hostname=d&mac_addresses=52:54:00:00:00:02",
          "domains/", "name=d.example",
          "subnets/", "cidr=10.98.0.0/24",
          "dnsresources/", "fqdn=b.one.example&ip_addresses=192.0.2.2",
          "notifications/", "message=m",
          "users/", "username=u&email=u@example.com&password=a+good+password&is_superuser=0");

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private String machine = "";
  private final Map<String, String> sources = new TreeMap<>();

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    machine = served.ready().id().text();
    SEEDS.forEach((path, form) -> admin.post(API + path, form));
    try (var files = Files.list(SOURCES)) {
      for (var file : files.toList()) {
        sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private List<MaasOperation> writes() {
    return served.maas.operations().stream()
        .filter(operation -> operation.method() == Method.POST || operation.method() == Method.PUT)
        .toList();
  }

  /// The words of the class that serves it and of those that this class reads forms with.
  private Set<String> fields(MaasOperation operation) {
    var wanted = '"' + operation.path() + '"';
    var words = new TreeSet<String>();
    for (var source : sources.entrySet()) {
      if (source.getKey().endsWith("Operations") && source.getValue().contains(wanted)) {
        words.addAll(words(source.getValue()));
        for (var other : sources.entrySet()) {
          if (!other.getKey().matches("MaasApi|Describe|Dispatch|.*(Shape|Operations)")
              && source.getValue().contains(other.getKey() + ".")) {
            words.addAll(words(other.getValue()));
          }
        }
      }
    }
    return words;
  }

  private static Set<String> words(String source) {
    return WORD.matcher(source).results().map(word -> word.group(1)).collect(Collectors.toSet());
  }

  private String path(MaasOperation operation) {
    var op = operation.op().isEmpty() ? "" : "?op=" + operation.op();
    if (operation.path().matches("(machines|nodes)/\\{system_id}/.*")) {
      return API
          + operation.path().replace("{system_id}", machine).replaceAll("\\{[a-z_]+}", "1")
          + op;
    }
    int hole = operation.path().indexOf('{');
    if (hole < 0) {
      return API + operation.path() + op;
    }
    var one =
        Pattern.compile(
            Pattern.quote(API) + operation.path().replaceAll("\\{[a-z_]+}", "[^/]+") + "?");
    return URI.matcher(admin.get(API + operation.path().substring(0, hole)).body())
            .results()
            .map(uri -> uri.group(1))
            .filter(uri -> one.matcher(uri).matches())
            .findFirst()
            .orElse(API + operation.path().replaceAll("\\{[a-z_]+}", "1"))
        + op;
  }

  /// As text, whole, or refused: nothing falls over it, and no part of it was carried out.
  @Test
  void aHostileTextInAnyFieldIsTextOrRefused() {
    var complaints = new ArrayList<String>();
    int asked = 0;
    var text = URLEncoder.encode(HOSTILE, UTF_8);
    for (var operation : writes()) {
      var path = path(operation);
      var fields = fields(operation);
      var needed = NEEDED.getOrDefault(operation.path(), "");
      for (var field : fields) {
        var rest = needed.replaceAll("(^|&)" + field + "=[^&]*", "");
        var answer = admin.form(operation.method().name(), path, field + "=" + text + "&" + rest);
        asked++;
        if (answer.status() >= 500 && answer.status() != 503 || !asSent(answer)) {
          complaints.add(
              "%s %s %s: %s %s"
                  .formatted(operation.method(), path, field, answer.status(), answer.body()));
        }
      }
    }
    assertThat(complaints).as("of %d", asked).isEmpty();
    assertThat(asked).isGreaterThan(1000);
    assertThat(admin.get(API + "machines/").json()).hasSize(1);
  }

  private static boolean asSent(Answer answer) {
    return answer.status() != 200
        || !answer.type().startsWith("application/json")
        || asSent(answer.json());
  }

  private static boolean asSent(JsonNode node) {
    if (node.isTextual()) {
      return !node.asText().contains("drop table") || node.asText().contains(HOSTILE);
    }
    for (var child : node) {
      if (!asSent(child)) {
        return false;
      }
    }
    return true;
  }
}
