package io.rackstead.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Principal.Role;
import io.rackstead.http.Asked;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route.Method;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase
class SignInTest {
  @TempDir Path folder;
  private Site site;
  private SessionApi api;

  @BeforeEach
  void aUser() throws IOException {
    site = new Site(folder);
    site.user("ada", Role.ADMIN);
    api = new SessionApi(site.users, site.sessions, site);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Reply.Whole post(String username, String password) throws Exception {
    var request =
        Asked.of(Method.POST, "/api/session")
            .withBody(
                "application/json",
                "{\"username\":\"" + username + "\",\"password\":\"" + password + "\"}");
    return (Reply.Whole) answer(Method.POST, request);
  }

  private Reply answer(Method method, Request request) throws Exception {
    var route = api.routes().stream().filter(r -> r.method() == method).findFirst().orElseThrow();
    return route.handler().handle(request);
  }

  private static String cookie(Reply.Whole reply) {
    return reply.headers().getOrDefault("Set-Cookie", "");
  }

  @Test
  void aSessionIsACookieThatNoScriptAndNoOtherSiteCanUse() throws Exception {
    var reply = post("ada", "a good password");
    assertThat(new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"username\":\"ada\"")
        .contains("\"role\":\"admin\"");
    assertThat(cookie(reply))
        .startsWith("rackstead_session=")
        .contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200");
    var request = Asked.of(Method.GET, "/api/machines").with("Cookie", "a=b; " + pair(reply));
    assertThat(site.doorman.authenticate(request).username()).isEqualTo("ada");
  }

  private static String pair(Reply.Whole reply) {
    return cookie(reply).substring(0, cookie(reply).indexOf(';'));
  }

  @Test
  void aWriteByCookieNeedsTheHeaderThatForeignPagesCannotSend() throws Exception {
    var write =
        Asked.of(Method.POST, "/api/machines/x/actions/deploy")
            .with("Cookie", pair(post("ada", "a good password")));
    assertThatThrownBy(() -> site.doorman.authenticate(write))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.status()).isEqualTo(403));
    assertThat(site.doorman.authenticate(write.with("X-Rackstead", "page")).role())
        .isEqualTo(Role.ADMIN);
  }

  @Test
  void aSessionEndsAfterTwelveHoursAndWhenItIsEnded() throws Exception {
    var request =
        Asked.of(Method.GET, "/api/x").with("Cookie", pair(post("ada", "a good password")));
    site.pass(Duration.ofHours(12).minusSeconds(1));
    assertThat(site.doorman.authenticate(request).username()).isEqualTo("ada");
    site.pass(Duration.ofSeconds(2));
    assertThatThrownBy(() -> site.doorman.authenticate(request)).isInstanceOf(Problem.class);
    var again = Asked.of(Method.GET, "/api/x").with("Cookie", pair(post("ada", "a good password")));
    answer(Method.DELETE, again);
    assertThatThrownBy(() -> site.doorman.authenticate(again)).isInstanceOf(Problem.class);
  }

  @Test
  void guessingGetsSlowerAndOnlyForThatNameFromThatAddress() {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> post("ada", "wrong")).hasMessage("wrong username or password");
    }
    assertThatThrownBy(() -> post("ada", "a good password"))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.status()).isEqualTo(429));
    assertThatThrownBy(() -> post("eve", "wrong")).hasMessage("wrong username or password");
    site.pass(Duration.ofSeconds(2));
    assertThat(signsIn()).isTrue();
  }

  private boolean signsIn() {
    try {
      return post("ada", "a good password").status() == 200;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void passwordsAreKeptAsArgon2idAndNeverTwiceTheSame() {
    var hashes =
        site.database.read(tx -> {
          site.user("bob", Role.USER);
          return tx.list("select password from person", row -> row.getString(1));
        });
    assertThat(hashes)
        .hasSize(2)
        .doesNotHaveDuplicates()
        .allMatch(h -> h.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  }

  @Test
  void theFirstAdministratorIsMadeOnceWithAPasswordThatWorks(@TempDir Path other) throws Exception {
    try (var fresh = new Site(other)) {
      var password = fresh.users.firstAdministrator("admin").orElseThrow();
      assertThat(password.reveal()).hasSize(20);
      assertThat(fresh.users.signIn("admin", password)).isPresent();
      assertThat(fresh.users.signIn("admin", Secret.of(password.reveal() + "x"))).isEmpty();
      assertThat(fresh.users.firstAdministrator("admin")).isEmpty();
      fresh.users.set("admin", Secret.of("chosen by hand"), Role.ADMIN, Origin.CONSOLE);
      assertThat(fresh.users.signIn("admin", password)).isEmpty();
      assertThat(fresh.users.signIn("admin", Secret.of("chosen by hand"))).isPresent();
    }
    assertThat(site.users.firstAdministrator("admin")).isEmpty();
  }

  @Test
  void everyWriteLeavesARowThatSaysWhoAndWhat() {
    var rows =
        site.database.read(
            tx -> tx.list("select actor, what from audit order by id", row -> row.getString(2)));
    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst()).isEqualTo("created user ada, role ADMIN");
    assertThat(rows.getLast()).startsWith("made API key ");
  }

  @Test
  void aKeysSecretIsSealedInTheDatabase() {
    var key = site.database.inTransaction(tx -> site.keys.make(tx, "ada", "k", Origin.CONSOLE));
    assertThat(key.consumerKey()).hasSize(18);
    assertThat(key.tokenKey()).hasSize(18);
    assertThat(key.tokenSecret().reveal()).hasSize(32);
    assertThat(key.toString()).doesNotContain(key.tokenSecret().reveal());
    assertThat(keysOfAda()).hasSize(2).contains(key);
    site.database.change(tx -> site.keys.remove(tx, "ada", key.tokenKey(), Origin.CONSOLE));
    assertThat(keysOfAda()).hasSize(1);
    Optional<Secret> sealed =
        site.database.read(tx -> site.vault.get(tx, "apikey/" + key.tokenKey()));
    assertThat(sealed).isEmpty();
  }

  private List<ApiKey> keysOfAda() {
    return site.database.read(tx -> site.keys.of(tx, "ada"));
  }

  @Test
  void anSshKeyIsOneLineOfAPublicKey() {
    var good =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHnTt5yQm0sVXWjYy3u4PqCk1pVbq0m2yQyqz6S1xXyZ ada@x";
    assertThat(SshKeys.checked(" " + good + "\n")).isEqualTo(good);
    for (var bad :
        List.of("", "ssh-ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----", good + "\nrm -rf /")) {
      assertThatThrownBy(() -> SshKeys.checked(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
