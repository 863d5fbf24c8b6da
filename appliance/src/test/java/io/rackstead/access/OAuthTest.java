package io.rackstead.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Principal.Role;
import io.rackstead.http.Asked;
import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import io.rackstead.http.Route.Method;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase
class OAuthTest {
  private static final String PATH = "/MAAS/api/2.0/machines/";
  @TempDir Path folder;
  private Site site;
  private ApiKey key;

  @BeforeEach
  void aUserWithAKey() throws IOException {
    site = new Site(folder);
    key = site.user("ada", Role.ADMIN);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private String username(Asked request) {
    return site.doorman.authenticate(request).username();
  }

  private Asked get(String authorization) {
    return Asked.of(Method.GET, PATH).with("Authorization", authorization);
  }

  /// In one pass: a key may itself contain such letters.
  private String filled(String header) {
    return Pattern.compile("(?<![A-Z])(CK|TK|TS|NOW)(?![A-Z])")
        .matcher(header)
        .replaceAll(place ->
            switch (place.group()) {
              case "CK" -> key.consumerKey();
              case "TK" -> key.tokenKey();
              case "TS" -> key.tokenSecret().reveal();
              default -> Long.toString(site.instant().getEpochSecond());
            });
  }

  /// The forms in which the clients in use send it: a Go client (parameters in any order, its own
  /// realm), the Python library, the Ansible collection (no realm, no version), `+` for a space.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "OAuth realm=\"MAAS+API\", oauth_version=\"1.0\", oauth_signature=\"%26TS\","
            + " oauth_nonce=\"38471\", oauth_token=\"TK\", oauth_timestamp=\"NOW\","
            + " oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"CK\"",
        "OAuth realm=\"OAuth\", oauth_nonce=\"0912\", oauth_timestamp=\"NOW\", oauth_version=\"1.0\","
            + " oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"CK\", oauth_token=\"TK\","
            + " oauth_signature=\"%26TS\"",
        "OAuth oauth_nonce=\"5f0c2b5c\", oauth_timestamp=\"NOW\","
            + " oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"CK\","
            + " oauth_token=\"TK\", oauth_signature=\"%26TS\"",
        "OAuth oauth_consumer_key=\"CK\",oauth_token=\"TK\",oauth_signature_method=\"PLAINTEXT\","
            + "oauth_signature=\"%26TS\",oauth_timestamp=\"NOW\",oauth_nonce=\"a+b\"",
        "oauth oauth_consumer_key=CK, oauth_token=TK, oauth_signature_method=plaintext,"
            + " oauth_signature=&TS, oauth_timestamp=NOW, oauth_nonce=x",
      })
  void aKeyIsAcceptedInEveryFormThatClientsSend(String header) {
    assertThat(username(get(filled(header)))).isEqualTo("ada");
  }

  private void refused(String header, int status, String words) {
    assertThatThrownBy(() -> username(get(header)))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(status);
              assertThat(problem.detail()).contains(words);
            });
  }

  @Test
  void whoGuessesASecretWaitsLongerEachTimeAndNobodyElseDoes() {
    var guess = site.plaintext(key).replace(key.tokenSecret().reveal(), "guess");
    for (int i = 0; i < 5; i++) {
      refused(guess, 401, "Invalid API key.");
    }
    refused(guess, 429, "try again in 2 s");
    refused(site.plaintext(key), 429, "too many wrong signatures");
    var other = site.user("bob", Role.USER);
    assertThat(username(get(site.plaintext(other)))).isEqualTo("bob");
    site.pass(Duration.ofSeconds(2));
    assertThat(username(get(site.plaintext(key)))).isEqualTo("ada");
    refused(guess, 401, "Invalid API key.");
  }

  @Test
  void aWrongKeyIsNamedInvalidWhicheverPartIsWrong() {
    var right = site.plaintext(key);
    for (var part : List.of(key.consumerKey(), key.tokenKey(), key.tokenSecret().reveal())) {
      refused(right.replace(part, "x".repeat(part.length())), 401, "Invalid API key.");
    }
    refused(right.replace("%26", "%26%26"), 401, "Invalid API key.");
  }

  @Test
  void noKeyAndHalfAKeyAreRefusedInWords() {
    assertThatThrownBy(() -> username(Asked.of(Method.GET, PATH)))
        .hasMessage("Authorization Error: no API key was given.");
    refused("OAuth oauth_token=\"a\"", 401, "missing parameter oauth_signature");
    refused(
        site.plaintext(key).replaceAll("oauth_timestamp=\"\\d+\"", "oauth_timestamp=\"noon\""),
        400,
        "oauth_timestamp");
    refused(site.plaintext(key).replace("PLAINTEXT", "RSA-SHA1"), 401, "RSA-SHA1");
  }

  @Test
  void aClockTenMinutesOffIsToldByHowMuch() {
    var header = site.plaintext(key);
    site.pass(Duration.ofMinutes(10));
    refused(header, 401, "Expired timestamp");
    refused(header, 401, "the client's clock is 600 s behind");
    site.pass(Duration.ofMinutes(-20));
    refused(header, 401, "the client's clock is 600 s ahead");
    site.pass(Duration.ofMinutes(10).plusSeconds(-300));
    assertThat(username(get(header))).isEqualTo("ada");
  }

  @Test
  void plaintextIsRefusedWhereOthersCanListen() {
    var request = get(site.plaintext(key));
    assertThatThrownBy(() -> username(request.from("10.77.0.9")))
        .hasMessageContaining("PLAINTEXT would show the key on this network");
    assertThat(username(request.from("10.77.0.9").overTls())).isEqualTo("ada");
    var trusting =
        new Doorman(
            site.database, site.users, site.keys, site.sessions, site, List.of("10.77.0.0/24"));
    assertThat(trusting.authenticate(request.from("10.77.0.9")).username()).isEqualTo("ada");
    assertThatThrownBy(() -> trusting.authenticate(request.from("10.78.0.9")))
        .isInstanceOf(Problem.class);
  }

  /// The example of RFC 5849 §3.4.1.1 gives this base string; its HMAC was made with OpenSSL.
  @Test
  void aSignatureByHandFitsTheOneWeWouldMake() throws Exception {
    var base =
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
            + "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a"
            + "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3D"
            + "kkk9d7dh3k39sjv7";
    assertThat(hmac("HmacSHA1", "j49sk3j29djd&dh893hdasih9", base))
        .isEqualTo("r6/TJjbCOr97/+UU0NsvSne7s5g=");
  }

  private static String hmac(String algorithm, String secret, String base)
      throws GeneralSecurityException {
    var mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
    return Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(StandardCharsets.UTF_8)));
  }

  /// Signs as a client does, over the parameters it counts in.
  private String signed(
      String method, String algorithm, String url, Map<String, String> counted, String nonce)
      throws GeneralSecurityException {
    var parameters = new TreeMap<String, String>();
    counted.forEach((name, value) -> parameters.put(Encoding.encode(name), Encoding.encode(value)));
    var oauth =
        Map.of(
            "oauth_consumer_key", key.consumerKey(),
            "oauth_token", key.tokenKey(),
            "oauth_signature_method", algorithm.replace("HmacSHA", "HMAC-SHA"),
            "oauth_timestamp", Long.toString(site.instant().getEpochSecond()),
            "oauth_nonce", nonce,
            "oauth_version", "1.0");
    parameters.putAll(oauth);
    var normalized =
        String.join(
            "&", parameters.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    var base = method + "&" + Encoding.encode(url) + "&" + Encoding.encode(normalized);
    var signature = hmac(algorithm, "&" + key.tokenSecret().reveal(), base);
    var header = new StringBuilder("OAuth ");
    oauth.forEach((name, value) -> header.append(name).append("=\"").append(value).append("\","));
    return header + "oauth_signature=\"" + Encoding.encode(signature) + "\"";
  }

  @ParameterizedTest
  @ValueSource(strings = {"HmacSHA1", "HmacSHA256"})
  void aSignedRequestIsAcceptedFromAnywhereOnce(String algorithm) throws Exception {
    var header =
        signed(
            "GET",
            algorithm,
            "http://maas.example:5240" + PATH,
            Map.of("op", "", "tags", "a b", "id", "x"),
            "n1");
    var request =
        get(header)
            .withQuery("tags=a%20b&op=&id=x")
            .with("Host", "maas.example:5240")
            .from("192.0.2.1");
    assertThat(username(request)).isEqualTo("ada");
    assertThatThrownBy(() -> username(request)).hasMessageContaining("Nonce already used");
    assertThatThrownBy(() -> username(request.withQuery("tags=a%20c&op=&id=x")))
        .hasMessageContaining("Invalid API key");
  }

  @Test
  void aNonceStaysUsedOverARestart() throws Exception {
    var header =
        signed("GET", "HmacSHA1", "http://maas.example" + PATH, Map.of(), "once-and-never-again");
    var request = get(header).with("Host", "maas.example");
    assertThat(username(request)).isEqualTo("ada");
    site.close();
    site = new Site(folder);
    assertThatThrownBy(() -> username(request)).hasMessageContaining("Nonce already used");
  }

  @ParameterizedTest
  @CsvSource({"-301,false", "-299,true", "299,true", "301,false"})
  void aTimestampMayBeFiveMinutesOff(long seconds, boolean accepted) throws Exception {
    var header = signed("GET", "HmacSHA1", "http://maas.example" + PATH, Map.of(), "n");
    var request = get(header).with("Host", "maas.example");
    site.pass(Duration.ofSeconds(seconds));
    if (accepted) {
      assertThat(username(request)).isEqualTo("ada");
    } else {
      assertThatThrownBy(() -> username(request)).hasMessageContaining("Expired timestamp");
    }
  }

  /// What was signed by a hash is not accepted as the plain secret, nor with a method of no worth.
  @ParameterizedTest
  @ValueSource(strings = {"PLAINTEXT", "NONE", "HMAC-MD5", "RSA-SHA1", ""})
  void aSignatureIsNotReadAsAWeakerOne(String method) throws Exception {
    var header = signed("GET", "HmacSHA256", "http://maas.example" + PATH, Map.of(), "n");
    var weaker = header.replace("\"HMAC-SHA256\"", '"' + method + '"');
    assertThat(weaker).isNotEqualTo(header);
    assertThatThrownBy(() -> username(get(weaker).with("Host", "maas.example")))
        .isInstanceOf(Problem.class);
  }

  @Test
  void aFieldOfTheHeaderThatComesTwiceIsRefused() throws Exception {
    var header = signed("GET", "HmacSHA1", "http://maas.example" + PATH, Map.of(), "n");
    var twice = header + ", oauth_token=\"" + key.tokenKey() + "\"";
    assertThatThrownBy(() -> username(get(twice).with("Host", "maas.example")))
        .isInstanceOf(Problem.class);
  }

  /// The Go client of Cluster API: the form is signed for POST, of repeated fields only the first.
  @Test
  void aSignedPostCountsItsFormAndOfRepeatedFieldsOneOrAll() throws Exception {
    var request =
        Asked.of(Method.POST, PATH)
            .with("Host", "maas.example")
            .withBody("application/x-www-form-urlencoded", "op=allocate&tags=one&tags=two");
    var first =
        signed(
            "POST",
            "HmacSHA1",
            "http://maas.example" + PATH,
            Map.of("op", "allocate", "tags", "one"),
            "n2");
    assertThat(username(request.with("Authorization", first))).isEqualTo("ada");
    var forged =
        request
            .withBody("application/x-www-form-urlencoded", "op=allocate&tags=three")
            .with("Authorization", first);
    assertThatThrownBy(() -> username(forged)).hasMessageContaining("Invalid API key");
  }

  /// Signed by python-oauthlib 3.2.2, an implementation that is not ours.
  @Test
  void aSignatureOfAnotherImplementationFits() {
    site.pass(Duration.between(site.instant(), Instant.ofEpochSecond(1_763_834_400)));
    site.database.change(tx -> {
      tx.change(
          "insert into api_key (token_key, username, name, consumer_key, created_at)"
              + " values (?, ?, ?, ?, ?)",
          "TK1234567890123456",
          "ada",
          "golden",
          "CK1234567890123456",
          site.instant());
      site.vault.put(
          tx, "apikey/TK1234567890123456", Secret.of("TS345678901234567890123456789012"));
    });
    var request =
        Asked.of(Method.POST, PATH)
            .with("Host", "maas.example:5240")
            .withQuery("op=&tags=a%20b&tags=c")
            .withBody(
                "application/x-www-form-urlencoded", "op=allocate&tags=x&tags=y+z&name=%C3%A4")
            .with(
                "Authorization",
                "OAuth oauth_nonce=\"n0nce\", oauth_timestamp=\"1763834400\","
                    + " oauth_version=\"1.0\", oauth_signature_method=\"HMAC-SHA1\","
                    + " oauth_consumer_key=\"CK1234567890123456\","
                    + " oauth_token=\"TK1234567890123456\","
                    + " oauth_signature=\"6NRGAgZG%2BJcA6JtjVYPSeuL%2BZ%2FY%3D\"");
    assertThat(username(request)).isEqualTo("ada");
  }

  @Test
  void aSignedPutDoesNotCountItsForm() throws Exception {
    var header = signed("PUT", "HmacSHA1", "https://maas.example" + PATH, Map.of(), "n3");
    var request =
        Asked.of(Method.PUT, PATH)
            .with("Host", "maas.example:443")
            .with("X-Forwarded-Proto", "https")
            .withBody("application/x-www-form-urlencoded", "swap_size=0")
            .with("Authorization", header);
    assertThat(username(request)).isEqualTo("ada");
  }

  @Test
  void theKeyOfAUserWhoIsGoneOpensNothing() {
    site.database.change(tx -> site.users.remove(tx, "ada", Origin.CONSOLE));
    refused(site.plaintext(key), 401, "Invalid API key.");
  }
}
