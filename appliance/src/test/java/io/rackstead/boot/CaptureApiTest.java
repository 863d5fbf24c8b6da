package io.rackstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.http.HttpServer;
import io.rackstead.http.StaticPages;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.capture.Pcap;
import io.rackstead.pxe.capture.Pcap.Datagram;
import io.rackstead.pxe.net.Subnet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may have the capture of a machine's last boot, and what is answered to one that is sent.
class CaptureApiTest {
  private static final byte[] PCAP =
      Pcap.write(
          List.of(
              new Datagram(
                  Instant.parse("2026-11-23T20:00:00Z"),
                  Subnet.address("0.0.0.0"),
                  68,
                  Subnet.address("255.255.255.255"),
                  67,
                  new byte[] {1, 1, 6, 0})));

  @TempDir Path folder;
  private Served served;
  private HttpServer server;
  private Machine machine;

  @BeforeEach
  void oneMachineHasBooted() throws Exception {
    served = new Served(folder);
    machine = served.ready();
    var booted = machine.identity().macs().getFirst();
    var api =
        new CaptureApi(
            served.site.machines,
            mac -> mac.equals(booted) ? Optional.of(PCAP) : Optional.empty(),
            (pcap, networkInterface) ->
                Pcap.read(pcap).stream()
                    .map(one ->
                        new Explanation(
                            networkInterface.orElse("any"),
                            "to port " + one.toPort(),
                            "",
                            List.of(),
                            List.of()))
                    .toList());
    server =
        HttpServer.start(
            "127.0.0.1", 0, api.routes(), served.site.doorman, StaticPages.ofClassPath());
  }

  @AfterEach
  void stop() {
    server.close();
    served.close();
  }

  @Test
  void theLastBootIsAFileWithItsMachinesName() throws Exception {
    var answer = get(served.person("ada", Role.USER), path(machine, "boot.pcap"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(PCAP);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/vnd.tcpdump.pcap");
    assertThat(answer.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=\"m0-boot.pcap\"");
  }

  @Test
  void itIsReplayedAgainstWhatHoldsNow() throws Exception {
    var ada = served.person("ada", Role.USER);
    assertThat(text(get(ada, path(machine, "boot-replay")))).contains("to port 67");
    assertThat(text(get(ada, path(machine, "boot-replay?interface=prov0")))).contains("prov0");
  }

  @Test
  void oneThatIsSentIsReplayedToo() throws Exception {
    var operator = served.person("olga", Role.OPERATOR);
    assertThat(text(send(operator, "application/vnd.tcpdump.pcap", PCAP))).contains("to port 67");
    var wrong = send(operator, "application/vnd.tcpdump.pcap", new byte[] {1, 2, 3});
    assertThat(wrong.statusCode()).as(text(wrong)).isEqualTo(400);
    // a form of another site's page could send these
    assertThat(send(operator, "text/plain", PCAP).statusCode()).isEqualTo(415);
    assertThat(send(served.person("ada", Role.USER), "application/json", PCAP).statusCode())
        .isEqualTo(403);
  }

  @Test
  void whatHasNotBootedAndWhatIsNotTheirsIsNotFound() throws Exception {
    var ada = served.person("ada", Role.USER);
    var never = served.ready();
    for (var what : List.of("boot.pcap", "boot-replay")) {
      var answer = get(ada, path(never, what));
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(text(answer)).contains("has not booted from the network");
    }
    served.site.machines.apply(machine.id(), new Event.Allocate("ada"), Actor.APPLIANCE);
    var bob = served.person("bob", Role.USER);
    assertThat(get(bob, path(machine, "boot.pcap")).statusCode()).isEqualTo(404);
    assertThat(get(ada, path(machine, "boot.pcap")).statusCode()).isEqualTo(200);
  }

  private static String path(Machine machine, String what) {
    return "/api/machines/" + machine.id() + "/" + what;
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private HttpResponse<byte[]> get(Person person, String path) throws Exception {
    return ask(person, HttpRequest.newBuilder(uri(path)));
  }

  private HttpResponse<byte[]> send(Person person, String type, byte[] body) throws Exception {
    return ask(
        person,
        HttpRequest.newBuilder(uri("/api/explain/pcap"))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private HttpResponse<byte[]> ask(Person person, HttpRequest.Builder request) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          request.header("Authorization", served.site.plaintext(person.key())).build(),
          BodyHandlers.ofByteArray());
    }
  }
}
