package io.rackstead.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.store.Tx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// An OpenID provider with which people may sign in beside their passwords here.
///
/// @param name what the button says
/// @param scopes asked for beside `openid`
/// @param redirectUri where it sends people back to; empty: the address that they came by
/// @param members groups of which one is needed to come in at all; empty: everybody it knows
/// @param roles which groups make an administrator, an operator, an auditor; with none said the
///   roles are given here
public record SignInProvider(
    String name,
    String issuer,
    String clientId,
    List<String> scopes,
    String redirectUri,
    String usernameClaim,
    String groupsClaim,
    List<String> members,
    Map<Role, List<String>> roles) {
  private static final String SECRET = "sign-in-provider";
  private static final int LONGEST = 8000;

  static SignInProvider of(JsonNode json) {
    var issuer = text(json, "issuer", "");
    if (!issuer.startsWith("https://") && !loopback(issuer)) {
      throw new Problem(
          400, "issuer is the provider's https URL, as its own documents name it: " + issuer);
    }
    var redirect = text(json, "redirect_uri", "");
    if (!redirect.isEmpty() && !redirect.matches("https?://[^\\s?#]+" + OidcApi.CALLBACK)) {
      throw new Problem(
          400, "redirect_uri is the URL of this appliance that ends in " + OidcApi.CALLBACK);
    }
    var client = text(json, "client_id", "");
    if (client.isEmpty()) {
      throw new Problem(400, "client_id is missing: the provider gives one for this appliance");
    }
    var roles = new EnumMap<Role, List<String>>(Role.class);
    for (var role : List.of(Role.ADMIN, Role.OPERATOR, Role.AUDITOR)) {
      var groups = texts(json, role.name().toLowerCase(Locale.ROOT) + "_groups");
      if (!groups.isEmpty()) {
        roles.put(role, groups);
      }
    }
    var provider =
        new SignInProvider(
            text(json, "name", URI.create(issuer).getHost()),
            issuer,
            client,
            json.has("scopes") ? texts(json, "scopes") : List.of("profile", "email"),
            redirect,
            text(json, "username_claim", "preferred_username"),
            text(json, "groups_claim", "groups"),
            texts(json, "member_groups"),
            roles);
    if (Json.bytes(provider.shape()).length > LONGEST) {
      throw new Problem(400, "the provider's settings are longer than " + LONGEST + " bytes");
    }
    return provider;
  }

  private static boolean loopback(String issuer) {
    return issuer.matches("http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?(/.*)?");
  }

  private static String text(JsonNode json, String name, String otherwise) {
    var value = json.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isTextual() || value.asText().chars().anyMatch(Character::isISOControl)) {
      throw new Problem(400, name + " is a text");
    }
    return value.asText().strip();
  }

  private static List<String> texts(JsonNode json, String name) {
    var value = json.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()
        || !StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isTextual)) {
      throw new Problem(400, name + " is a list of texts");
    }
    var texts = new ArrayList<String>();
    value.forEach(one -> texts.add(one.asText()));
    return List.copyOf(texts);
  }

  /// What is read back: all but the secret.
  Map<String, Object> shape() {
    var shape = new java.util.LinkedHashMap<String, Object>();
    shape.put("name", name);
    shape.put("issuer", issuer);
    shape.put("client_id", clientId);
    shape.put("scopes", scopes);
    shape.put("redirect_uri", redirectUri);
    shape.put("username_claim", usernameClaim);
    shape.put("groups_claim", groupsClaim);
    shape.put("member_groups", members);
    roles.forEach(
        (role, groups) -> shape.put(role.name().toLowerCase(Locale.ROOT) + "_groups", groups));
    return shape;
  }

  /// The role that somebody's groups give; empty where none of them is said to give one.
  Optional<Role> role(List<String> groups) {
    if (roles.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        List.of(Role.ADMIN, Role.OPERATOR, Role.AUDITOR).stream()
            .filter(role -> roles.getOrDefault(role, List.of()).stream().anyMatch(groups::contains))
            .findFirst()
            .orElse(Role.USER));
  }

  static Optional<SignInProvider> find(Tx tx) {
    return tx.one("select document from sign_in_provider", row -> row.getString(1))
        .map(text -> of(Json.parse(text.getBytes(StandardCharsets.UTF_8))));
  }

  static Secret secret(Tx tx, Vault vault) {
    return vault.get(tx, SECRET).orElseGet(() -> Secret.of(""));
  }

  /// @param secret empty: the one that is known already stays
  void store(Tx tx, Vault vault, Optional<Secret> secret) {
    tx.change("delete from sign_in_provider");
    tx.insert(
        "insert into sign_in_provider (document) values (?)",
        new String(Json.bytes(shape()), StandardCharsets.UTF_8));
    secret.ifPresent(given -> vault.put(tx, SECRET, given));
  }

  static void remove(Tx tx, Vault vault) {
    tx.change("delete from sign_in_provider");
    vault.remove(tx, SECRET);
  }
}
