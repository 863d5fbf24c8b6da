package io.rackstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.http.HttpServer;
import io.rackstead.http.StaticPages;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.pxe.Explanation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ExplainApiTest {
  @TempDir Path folder;
  private Served served;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    var api =
        new ExplainApi(
            served.site.machines,
            question ->
                new Explanation("lab", "an offer", question.toString(), List.of(), List.of()),
            (question, link) ->
                new Explanation("six", "an advertise", link.toString(), List.of(), List.of()),
            (pcap, networkInterface) -> List.of());
    server =
        HttpServer.start(
            "127.0.0.1", 0, api.routes(), served.site.doorman, StaticPages.ofClassPath());
  }

  @AfterEach
  void stop() {
    server.close();
    served.close();
  }

  private HttpResponse<String> ask(Person person, String query)
      throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.port() + "/api/explain?" + query))
              .header("Authorization", served.site.plaintext(person.key()))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void whatIsSaidOfTheClientIsWhatIsAsked() throws Exception {
    var ada = served.person("ada", Role.USER);
    assertThat(ask(ada, "mac=52-54-00-00-00-01&arch=0&stage=loader&relay=10.9.0.1").body())
        .contains("52:54:00:00:00:01", "LOADER", "10.9.0.1");
    assertThat(ask(ada, "mac=52-54-00-00-00-01&ip=6").body()).contains("an advertise", "empty");
    assertThat(ask(ada, "mac=52-54-00-00-00-01&relay=fd77::2").body())
        .contains("an advertise", "fd77:0:0:0:0:0:0:2");
    for (var wrong :
        List.of(
            "",
            "mac=x",
            "mac=52:54:00:00:00:01&arch=x",
            "mac=52:54:00:00:00:01&stage=moon",
            "mac=52:54:00:00:00:01&uuid=1",
            "mac=52:54:00:00:00:01&relay=here",
            "mac=52:54:00:00:00:01&ip=5",
            "mac=52:54:00:00:00:01&ip=6&relay=10.9.0.1",
            "mac=52:54:00:00:00:01&relay=fd77::x")) {
      var answer = ask(ada, wrong);
      assertThat(answer.statusCode()).as(wrong + " " + answer.body()).isEqualTo(400);
    }
  }

  @Test
  void aMachineThatIsNotTheirsIsNotExplainedByWhateverItIsKnown() throws Exception {
    var machine = served.ready();
    served.site.machines.apply(machine.id(), new Event.Allocate("ada"), Actor.APPLIANCE);
    var mac = "mac=" + machine.identity().macs().getFirst();
    var uuid = "mac=52:54:00:00:00:01&uuid=" + machine.identity().uuid().orElseThrow();
    var bob = served.person("bob", Role.USER);
    assertThat(ask(bob, mac).statusCode()).isEqualTo(404);
    assertThat(ask(bob, uuid).statusCode()).isEqualTo(404);
    assertThat(ask(served.person("ada", Role.USER), mac).statusCode()).isEqualTo(200);
  }
}
