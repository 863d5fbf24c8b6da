package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Machine;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every operation that the description lists, asked for as every client would, and the answers
/// held against what those clients parse. An operation that is added falls under it by itself.
@SuppressWarnings("NullAway.Init")
@OnEachDatabase
class WireTest {
  private static final String API = "/MAAS/api/2.0/";

  /// Things to be found by the operations on one of them; a path that is not served makes nothing.
  private static final Map<String, String> SEEDS =
      Map.of(
          "zones/", "name=wire-zone",
          "resourcepools/", "name=wire-pool",
          "users/", "username=wire&password=a%20good%20password&email=a@b.c&is_superuser=0",
          "tags/", "name=wire-tag&comment=c",
          "account/prefs/sshkeys/",
              "key=ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIHnTt5yQm0sVXWjYy3u4PqCk1pVbq0m2yQyqz6S1xXyZ",
          "devices/", "hostname=wire-device&mac_addresses=52:54:00:00:00:01",
          "fabrics/", "name=wire-fabric",
          "spaces/", "name=wire-space",
          "domains/", "name=wire.example",
          "notifications/", "message=wire&users=true");

  /// What makes an operation do something; `$n` is a new number each time.
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "zones/", "name=z$n;description=ä & ü",
          "resourcepools/", "name=p$n;description=",
          "tags/", "name=t$n;comment=50% + more",
          "users/", "username=u$n;password=a good password;email=u@example.com;is_superuser=0",
          "fabrics/", "name=f$n",
          "spaces/", "name=s$n",
          "domains/", "name=d$n.example",
          "devices/", "hostname=dev$n;mac_addresses=52:54:00:00:01:$x",
          "notifications/", "message=50% + more ä;users=true",
          "machines/{system_id}/", "description=ä $n");

  /// As they are asked for here, on machines that are Ready and with nothing said: nothing is other
  /// than before, and nothing is written. Images are built, not imported.
  private static final Set<String> CHANGE_NOTHING =
      Set.of(
          "PUT nodes/{system_id}/blockdevices/{id}/",
          "PUT nodes/{system_id}/interfaces/{id}/",
          "POST boot-resources/ op=import",
          "POST boot-resources/ op=stop_import",
          "POST rackcontrollers/ op=import_boot_images",
          "POST machines/{system_id}/ op=release",
          "POST machines/{system_id}/ op=clear_default_gateways",
          "POST machines/ op=release",
          "POST machines/ op=accept",
          "POST machines/ op=accept_all");

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private int number;
  private Optional<Machine> shelf = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    served.ready();
    SEEDS.forEach((path, form) -> admin.post(API + path, form));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private record Operation(String handler, String template, String method, String op) {
    @Override
    public String toString() {
      return method + " " + template + (op.isEmpty() ? "" : " op=" + op);
    }
  }

  private List<Operation> described() {
    var operations = new ArrayList<Operation>();
    for (var resource : admin.get(API + "describe/").json().path("resources")) {
      var handler = resource.path("auth").isNull() ? resource.path("anon") : resource.path("auth");
      for (var action : handler.path("actions")) {
        operations.add(
            new Operation(
                handler.path("name").asText(),
                handler.path("path").asText().substring(API.length()),
                action.path("method").asText(),
                action.path("op").asText("").replace("null", "")));
      }
    }
    return operations;
  }

  /// Objects name themselves: whatever a list holds is found by its `resource_uri`.
  private Map<String, String> objects(List<Operation> operations) {
    var uris = new TreeSet<String>();
    for (var operation : operations) {
      if (operation.method.equals("GET")
          && operation.op.isEmpty()
          && !operation.template.contains("{")) {
        uris(admin.get(API + operation.template).json(), uris);
      }
    }
    var found = new LinkedHashMap<String, String>();
    for (var operation : operations) {
      var pattern =
          Pattern.compile(
              Pattern.quote(API)
                  + operation.template.replaceAll("\\{[a-z_]+}", "[^/]+").replaceAll("/$", "/?"));
      uris.stream()
          .filter(uri -> pattern.matcher(uri).matches())
          .findFirst()
          .ifPresent(uri -> found.put(operation.template, uri));
    }
    return found;
  }

  private static void uris(JsonNode node, TreeSet<String> into) {
    if (node.path("resource_uri").isTextual()) {
      into.add(node.path("resource_uri").asText());
    }
    node.forEach(child -> uris(child, into));
  }

  private String path(Operation operation, Map<String, String> objects) {
    if (operation.template.startsWith("machines/{system_id}/")) {
      var machine = served.ready().id().text();
      return API
          + operation.template.replace("{system_id}", machine).replaceAll("\\{[a-z_]+}", "1");
    }
    if (operation.template.startsWith("nodes/{system_id}/blockdevices/")) {
      return disk(operation);
    }
    var known = objects.get(operation.template);
    return known != null ? known : API + operation.template.replaceAll("\\{[a-z_]+}", "0");
  }

  /// A disk or partition that nobody has done anything with yet; a removed one stays away.
  private String disk(Operation operation) {
    if (shelf.isEmpty() || operation.method.equals("DELETE")) {
      shelf = Optional.of(served.ready());
    } else {
      admin.post(API + "machines/" + shelf.get().id() + "/?op=restore_storage_configuration", "");
    }
    var storage = served.now(shelf.get()).node().storage();
    long disk = storage.boot().orElseThrow().id();
    boolean part = operation.template.contains("{device_id}");
    long id = part ? storage.partitions().getLast().id() : disk;
    return API
        + operation
            .template
            .replace("{system_id}", shelf.get().id().text())
            .replace("{device_id}", "" + disk)
            .replace("{id}", "" + id);
  }

  private Map<String, List<String>> parameters(Operation operation) {
    var parameters = new LinkedHashMap<String, List<String>>();
    boolean writes = operation.op.isEmpty() && operation.method.matches("POST|PUT");
    var text = writes ? PARAMETERS.getOrDefault(operation.template, "") : "";
    number++;
    for (var pair : text.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(
            pair.substring(0, equals),
            List.of(
                pair.substring(equals + 1)
                    .replace("$n", "" + number)
                    .replace("$x", "%02x".formatted(number & 255))));
      }
    }
    return parameters;
  }

  private Answer ask(WireClient client, Operation operation, Map<String, String> objects) {
    return ask(client, operation, path(operation, objects));
  }

  private Answer ask(WireClient client, Operation operation, String path) {
    var sent = client.send(operation.method, path, operation.op, parameters(operation));
    return served.ask(
        operation.method,
        sent.path(),
        sent.contentType(),
        sent.content(),
        "Authorization",
        served.site.plaintext(admin.key()));
  }

  @Test
  void everyOperationUnderstandsEveryClientAndAnswersAsTheyParse() {
    var operations = described();
    assertThat(operations).hasSizeGreaterThan(50);
    var complaints = new ArrayList<String>();
    // what takes things away comes last
    operations.sort(java.util.Comparator.comparing(operation -> operation.method.equals("DELETE")));
    var objects = objects(operations);
    for (var operation : operations) {
      var statuses = new LinkedHashMap<WireClient, Integer>();
      for (var client : WireClient.values()) {
        var answer = ask(client, operation, objects);
        statuses.put(client, answer.status());
        for (var complaint : wrong(operation, answer)) {
          complaints.add("%s by %s: %s".formatted(operation, client, complaint));
        }
      }
      // the first delete finds it, the others may not
      if (!operation.method.equals("DELETE") && new TreeSet<>(statuses.values()).size() > 1) {
        complaints.add(operation + " is not the same for all: " + statuses);
      }
    }
    assertThat(complaints).as("%d operations", operations.size()).isEmpty();
  }

  /// What was asked for and done can be looked up: who, when, from where, what.
  @Test
  void everyWriteThatIsDoneIsInTheAudit() {
    var operations = described();
    operations.removeIf(operation -> operation.method.equals("GET"));
    operations.sort(java.util.Comparator.comparing(operation -> operation.method.equals("DELETE")));
    var objects = objects(described());
    var silent = new ArrayList<String>();
    int done = 0;
    for (var operation : operations) {
      var path = path(operation, objects);
      long before = audited();
      var answer = ask(WireClient.values()[0], operation, path);
      if (answer.status() < 300) {
        done++;
        if (audited() == before && !CHANGE_NOTHING.contains(operation.toString())) {
          silent.add(operation + " " + answer.status());
        }
      }
    }
    assertThat(done).isGreaterThan(40);
    assertThat(silent).isEmpty();
  }

  private long audited() {
    return served
        .site
        .database
        .<Optional<Long>>read(tx -> tx.one("select count(*) from audit", row -> row.getLong(1)))
        .orElseThrow();
  }

  private static List<String> wrong(Operation operation, Answer answer) {
    var wrong = new ArrayList<String>();
    int status = answer.status();
    if (status == 401 || status == 405 || status == 410 || status >= 500 && status != 503) {
      wrong.add(status + " " + answer.body());
    }
    if (answer.body().startsWith("Unrecognised signature")) {
      wrong.add(answer.body());
    }
    boolean json = answer.type().startsWith("application/json");
    if (status == 204 && !answer.body().isEmpty()) {
      wrong.add("204 with a body");
    } else if (status >= 400 && json) {
      answer
          .json()
          .properties()
          .forEach(field -> {
            if (!field.getValue().isArray() || !field.getValue().path(0).isTextual()) {
              wrong.add("an error that is no map of lists of texts: " + answer.body());
            }
          });
    } else if (status >= 400 && !answer.type().startsWith("text/plain")) {
      wrong.add(status + " as " + answer.type());
    }
    if (status == 200 && json && operation.op.isEmpty()) {
      wrong.addAll(Shapes.complaints(operation.handler, answer.json()));
    }
    if (status == 200 && operation.method.equals("DELETE")) {
      wrong.add("a delete answers 204");
    }
    return wrong;
  }
}
