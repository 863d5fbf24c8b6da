package io.rackstead.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Json;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signing in with a real provider (Debian's Glewlwyd): its people are ada, who is in the group
/// `rack-admins`, and bob, who is not.
@SuppressWarnings("NullAway.Init")
class OidcTest {
  private static final Path PROVIDER = Path.of("../tests/target/openid");
  private static final String SETTINGS = "/api/sign-in-provider";
  @TempDir Path folder;
  private Served served;
  private Person admin;
  private Process provider;
  private String issuer;
  private final HttpClient browser = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws Exception {
    assumeTrue(
        Files.exists(PROVIDER.resolve("usr/bin/glewlwyd")), "tests/run unpacks the provider here");
    served = new Served(folder);
    admin = served.person("root", Role.ADMIN);
    var its = Files.createDirectories(folder.resolve("provider"));
    provider =
        new ProcessBuilder(
                "python3",
                "../tests/clients/oidc/provider.py",
                PROVIDER.toAbsolutePath().normalize().toString(),
                its.toString(),
                "0",
                "rackstead",
                "s3cret-of-the-client",
                "http://127.0.0.1:" + served.port() + OidcApi.CALLBACK)
            .redirectError(its.resolve("errors").toFile())
            .start();
    var line = new BufferedReader(provider.inputReader()).readLine();
    assertThat(line).as(Files.readString(its.resolve("errors"))).startsWith("ready ");
    issuer = line.substring("ready ".length());
  }

  @AfterEach
  void stop() throws Exception {
    if (provider != null) {
      provider.getOutputStream().close();
      if (!provider.waitFor(15, TimeUnit.SECONDS)) {
        provider.destroyForcibly();
      }
    }
    if (served != null) {
      served.close();
    }
  }

  private void settings(Map<String, Object> more) {
    var all = new LinkedHashMap<String, Object>();
    all.put("name", "Our house");
    all.put("issuer", issuer);
    all.put("client_id", "rackstead");
    all.put("client_secret", "s3cret-of-the-client");
    all.put("scopes", List.of());
    all.putAll(more);
    var answer = admin.put(SETTINGS, new String(Json.bytes(all)));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain("s3cret-of-the-client");
  }

  private HttpResponse<String> get(String url, String cookie) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
    return browser.send(
        (cookie.isEmpty() ? request : request.header("Cookie", cookie)).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String url, String cookie, Object body)
      throws Exception {
    return browser.send(
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .header("Cookie", cookie)
            .method(method, BodyPublishers.ofByteArray(Json.bytes(body)))
            .build(),
        BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static String cookie(HttpResponse<String> answer) {
    return header(answer, "Set-Cookie").replaceAll(";.*", "");
  }

  private String here(String path) {
    return "http://127.0.0.1:" + served.port() + path;
  }

  /// Signs in at the provider, lets it lead back; answers the way back and the cookie of the way.
  private String[] back(String username) throws Exception {
    var away = get(here("/api/session/oidc"), "");
    assertThat(away.statusCode()).as(away.body()).isEqualTo(303);
    var api = issuer.substring(0, issuer.length() - "oidc".length());
    var signedIn =
        send(
            "POST", api + "auth/", "", Map.of("username", username, "password", "a good password"));
    assertThat(signedIn.statusCode()).isEqualTo(200);
    var its = cookie(signedIn);
    send("PUT", api + "auth/grant/rackstead/", its, Map.of("scope", "openid"));
    var granted = get(header(away, "Location") + "&g_continue", its);
    assertThat(granted.statusCode()).as(granted.body()).isEqualTo(302);
    return new String[] {header(granted, "Location"), cookie(away)};
  }

  private HttpResponse<String> signIn(String username) throws Exception {
    var back = back(username);
    return get(back[0], back[1]);
  }

  private String whoIs(HttpResponse<String> signedIn) throws Exception {
    assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(303);
    assertThat(header(signedIn, "Location")).isEqualTo("/MAAS/");
    assertThat(header(signedIn, "Set-Cookie")).contains("HttpOnly").contains("SameSite=Strict");
    var who = Json.parse(get(here("/api/session"), cookie(signedIn)).body().getBytes());
    return who.path("username").asText() + " " + who.path("role").asText();
  }

  @Test
  void whoeverTheProviderVouchesForComesInWithTheRoleOfTheirGroups() throws Exception {
    settings(Map.of("admin_groups", List.of("rack-admins")));
    assertThat(get(here("/api/session/ways"), "").body())
        .isEqualTo("{\"password\":true,\"provider\":\"Our house\"}");
    assertThat(whoIs(signIn("ada"))).isEqualTo("ada admin");
    assertThat(whoIs(signIn("bob"))).isEqualTo("bob user");
    settings(Map.of("operator_groups", List.of("rack-admins")));
    assertThat(whoIs(signIn("ada"))).isEqualTo("ada operator");
  }

  @Test
  void onlyMembersOfTheNamedGroupsComeIn() throws Exception {
    settings(Map.of("member_groups", List.of("rack-admins")));
    assertThat(whoIs(signIn("ada"))).isEqualTo("ada user");
    var refused = signIn("bob");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body())
        .contains("bob is in none of the groups that may come in: rack-admins");
  }

  @Test
  void aNameThatSomebodyWithAPasswordHasIsNotTakenOver() throws Exception {
    served.person("ada", Role.ADMIN);
    settings(Map.of());
    var refused = signIn("ada");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("there is another user ada here already");
    assertThat(header(refused, "Set-Cookie")).isEmpty();
  }

  @Test
  void theWayBackIsOpenOnceAndOnlyToTheBrowserThatWent() throws Exception {
    settings(Map.of());
    var stolen = back("bob");
    assertThat(get(stolen[0], "").statusCode()).isEqualTo(403);
    assertThat(get(stolen[0], stolen[1]).statusCode()).isEqualTo(403);
    var right = back("bob");
    assertThat(get(right[0], right[1]).statusCode()).isEqualTo(303);
    assertThat(get(right[0], right[1]).statusCode()).isEqualTo(403);
    var late = back("bob");
    served.site.pass(Duration.ofMinutes(11));
    assertThat(get(late[0], late[1]).statusCode()).isEqualTo(403);
    var code = back("bob");
    assertThat(get(code[0].replaceAll("code=[^&]*", "code=guess"), code[1]).body())
        .contains("it refuses the code");
  }

  @Test
  void settingsThatCannotWorkAreRefusedAndWithoutAnyThereArePasswordsOnly() throws Exception {
    assertThat(get(here("/api/session/ways"), "").body())
        .isEqualTo("{\"password\":true,\"provider\":null}");
    assertThat(get(here("/api/session/oidc"), "").statusCode()).isEqualTo(404);
    for (var wrong :
        List.of(
            Map.of("issuer", "http://example.org", "client_id", "x", "client_secret", "y"),
            Map.of("issuer", issuer, "client_secret", "y"),
            Map.of("issuer", issuer, "client_id", "x"),
            Map.of("issuer", issuer, "client_id", "x", "client_secret", "y", "scopes", "all"))) {
      assertThat(admin.put(SETTINGS, new String(Json.bytes(wrong))).status()).isEqualTo(400);
    }
    var elsewhere = Map.of("issuer", issuer + "x", "client_id", "x", "client_secret", "y");
    assertThat(admin.put(SETTINGS, new String(Json.bytes(elsewhere))).status()).isEqualTo(502);
    assertThat(admin.get(SETTINGS).status()).isEqualTo(404);
  }
}
