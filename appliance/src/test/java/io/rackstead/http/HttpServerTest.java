package io.rackstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Principal;
import io.rackstead.access.Principal.Role;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch streamEnded = new CountDownLatch(1);
  private HttpServer server = start();

  /// Whoever says a role in a header has it.
  private static Principal byHeader(Request request) {
    return request
        .header("X-Role")
        .map(role -> new Principal("somebody", Role.valueOf(role)))
        .orElseThrow(() -> new Problem(401, "nobody is signed in"));
  }

  private HttpServer start() {
    var routes = new ArrayList<Route>();
    for (var access : Access.values()) {
      var name = access.name().toLowerCase(Locale.ROOT);
      for (var method : Method.values()) {
        routes.add(
            new Route(method, "/api/" + name + "/{x}", access, r -> Reply.text(200, r.part("x"))));
      }
    }
    routes.add(Route.post("/MAAS/api/2.0/echo/", Access.PUBLIC, r -> Reply.bytes("a/b", r.body())));
    routes.add(
        Route.get(
            "/MAAS/api/2.0/broken/",
            Access.PUBLIC,
            _ -> {
              throw new IllegalStateException("a secret detail");
            }));
    routes.add(
        Route.get(
            "/agent/gone",
            Access.BEARER,
            _ -> {
              throw new Problem(410, "this session is over");
            }));
    routes.add(
        Route.get(
            "/api/events",
            Access.PUBLIC,
            _ ->
                new Reply.Stream(sink -> {
                  try {
                    sink.event("machine", "{\"a\":1}\nsecond line");
                    Thread.sleep(60_000);
                  } finally {
                    streamEnded.countDown();
                  }
                })));
    try {
      return HttpServer.start(
          "127.0.0.1", 0, routes, HttpServerTest::byHeader, StaticPages.ofClassPath());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void running() {
    assertThat(server.port()).isPositive();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> ask(String method, String path, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, BodyPublishers.ofString("{}"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void everyRouteIsClosedToAllButThoseItNames() throws Exception {
    for (var access : Access.values()) {
      for (var method : Method.values()) {
        var path = "/api/" + access.name().toLowerCase(Locale.ROOT) + "/y";
        boolean open = access == Access.PUBLIC || access == Access.BEARER;
        var anonymous = ask(method.name(), path, "Content-Type", "application/json");
        assertThat(anonymous.statusCode())
            .as("nobody, %s %s", method, path)
            .isEqualTo(open ? 200 : 401);
        for (var role : Role.values()) {
          boolean may = new Principal("x", role).may(access);
          var answer =
              ask(method.name(), path, "X-Role", role.name(), "Content-Type", "application/json");
          assertThat(answer.statusCode())
              .as("%s, %s %s", role, method, path)
              .isEqualTo(may ? 200 : 403);
        }
      }
    }
  }

  @Test
  void aRefusalIsAProblemInOurOwnApiAndATextInMaas() throws Exception {
    var own = ask("GET", "/api/nothing");
    assertThat(own.statusCode()).isEqualTo(404);
    assertThat(own.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(own.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Not found\",\"status\":404,"
                + "\"detail\":\"there is nothing at /api/nothing\"}");
    var maas = ask("GET", "/MAAS/api/2.0/nothing/");
    assertThat(maas.statusCode()).isEqualTo(404);
    assertThat(maas.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("text/plain;charset=utf-8"));
    assertThat(maas.body()).isEqualTo("Unknown API endpoint: /MAAS/api/2.0/nothing/.");
    assertThat(ask("GET", "/agent/gone").body()).contains("\"error\":\"this session is over\"");
    assertThat(ask("PATCH", "/api/view/x").statusCode()).isEqualTo(405);
    assertThat(ask("GET", "/MAAS/api/2.0/echo/").statusCode()).isEqualTo(405);
  }

  @Test
  void whatGoesWrongInsideIsNotShownOutside() throws Exception {
    var answer = ask("GET", "/MAAS/api/2.0/broken/");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("secret");
  }

  @Test
  void everyAnswerHasADateAndTheHeadersThatGuardAPage() throws Exception {
    for (var path : List.of("/api/nothing", "/MAAS/", "/api/public/x")) {
      var headers = ask("GET", path).headers();
      assertThat(headers.firstValue("Date")).as(path).isPresent();
      assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(headers.firstValue("Content-Security-Policy"))
          .hasValueSatisfying(policy ->
              assertThat(policy).contains("default-src 'self'", "frame-ancestors 'none'"));
    }
    assertThat(ask("GET", "/api/public/x").headers().firstValue("Cache-Control"))
        .contains("no-store");
  }

  @Test
  void aSlashAtTheEndMakesNoDifferenceAndNothingIsRedirected() throws Exception {
    for (var path : List.of("/MAAS/api/2.0/echo", "/MAAS/api/2.0/echo/", "/MAAS//api/2.0//echo/")) {
      var answer = ask("POST", path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{}");
    }
    assertThat(ask("GET", "/api/public/10.0.0.0%2F24").body()).isEqualTo("10.0.0.0/24");
  }

  @Test
  void theRootLeadsToThePagesWhichSayWhenTheyWereNotBuilt() throws Exception {
    var root = ask("GET", "/");
    assertThat(root.statusCode()).isEqualTo(302);
    assertThat(root.headers().firstValue("Location")).contains("/MAAS/");
    var pages = ask("GET", "/MAAS/");
    assertThat(pages.statusCode()).isEqualTo(200);
    assertThat(pages.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
    assertThat(ask("GET", "/MAAS/ui/assets/none.js").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/MAAS/ui/%2e%2e/store/001-machines.sql").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/MAAS/ui/..%2fstore%2f001-machines.sql").statusCode()).isEqualTo(404);
  }

  @Test
  void aWriteInOurOwnApiThatIsNotJsonIsRefused() throws Exception {
    assertThat(ask("POST", "/api/public/x", "Content-Type", "text/plain").statusCode())
        .isEqualTo(415);
    assertThat(ask("PUT", "/api/public/x").statusCode()).isEqualTo(415);
  }

  @Test
  void aBodyAboveTheLimitIsTooLarge() throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/MAAS/api/2.0/echo/"))
            .POST(BodyPublishers.ofByteArray(new byte[HttpServer.BODY_LIMIT]));
    assertThat(client.send(request.build(), BodyHandlers.ofByteArray()).body())
        .hasSize(HttpServer.BODY_LIMIT);
    request.POST(BodyPublishers.ofByteArray(new byte[HttpServer.BODY_LIMIT + 1]));
    assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(413);
  }

  @Test
  void eventsAreSentAsTheyHappenAndTheWriterEndsWhenTheServerDoes() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      var seen = new ArrayList<String>();
      while (!seen.contains("data: second line")) {
        seen.add(String.valueOf(lines.readLine()));
      }
      assertThat(seen).contains("event: machine", "data: {\"a\":1}");
      assertThat(seen.getFirst()).isEqualTo("HTTP/1.1 200 OK");
      server.close();
      assertThat(streamEnded.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aPortThatIsTakenIsOneLineThatSaysWhatToDo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() ->
              HttpServer.start(
                  "127.0.0.1",
                  taken.getLocalPort(),
                  List.of(),
                  HttpServerTest::byHeader,
                  StaticPages.ofClassPath()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the port is taken")
          .hasMessageContaining("--http.port")
          .message()
          .doesNotContain("\n");
    }
  }
}
