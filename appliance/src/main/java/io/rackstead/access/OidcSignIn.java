package io.rackstead.access;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.rackstead.http.Problem;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// The OpenID protocol: Authorization Code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
final class OidcSignIn {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int LARGEST = 1 << 20;

  /// Never `none`, and never a signature with the client's own secret.
  private static final List<JWSAlgorithm> TRUSTED =
      List.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.ES256,
          JWSAlgorithm.PS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.ES384,
          JWSAlgorithm.PS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.ES512,
          JWSAlgorithm.PS512,
          JWSAlgorithm.Ed25519,
          JWSAlgorithm.EdDSA);

  private final SignInProvider provider;
  private final Secret secret;
  private final OIDCProviderMetadata metadata;

  /// A way that somebody has gone to the provider and has not come back from.
  record Begun(URI to, String state, Nonce nonce, CodeVerifier verifier, URI back) {}

  /// Who it was.
  ///
  /// @param subject unique and for ever the same, unlike the name
  record Person(String subject, String username, String email, List<String> groups) {}

  private OidcSignIn(SignInProvider provider, Secret secret, OIDCProviderMetadata metadata) {
    this.provider = provider;
    this.secret = secret;
    this.metadata = metadata;
  }

  /// Asks the provider what it is; [Problem] 502 with its address when it does not say.
  static OidcSignIn with(SignInProvider provider, Secret secret) {
    try {
      var metadata =
          OIDCProviderMetadata.resolve(
              new Issuer(provider.issuer()), PATIENCE_MILLIS, PATIENCE_MILLIS);
      if (metadata.getAuthorizationEndpointURI() == null
          || metadata.getTokenEndpointURI() == null
          || metadata.getJWKSetURI() == null) {
        throw new Problem(
            502, provider.issuer() + " names no endpoints for sign-in in its metadata");
      }
      return new OidcSignIn(provider, secret, metadata);
    } catch (GeneralException | IOException e) {
      throw new Problem(
          502,
          "the provider %s does not answer: %s".formatted(provider.issuer(), e.getMessage()),
          e);
    }
  }

  Begun begin(URI back) {
    var state = new State();
    var nonce = new Nonce();
    var verifier = new CodeVerifier();
    var scope = new Scope("openid");
    provider.scopes().forEach(scope::add);
    var to =
        new AuthenticationRequest.Builder(
                new ResponseType(ResponseType.Value.CODE),
                scope,
                new ClientID(provider.clientId()),
                back)
            .endpointURI(metadata.getAuthorizationEndpointURI())
            .state(state)
            .nonce(nonce)
            .codeChallenge(verifier, CodeChallengeMethod.S256)
            .build()
            .toURI();
    return new Begun(to, state.getValue(), nonce, verifier, back);
  }

  /// Trades the code for an identity, and checks that it is meant for us and for this very way.
  Person end(Begun begun, String code) {
    try {
      var request =
          new TokenRequest(
                  metadata.getTokenEndpointURI(),
                  authentication(),
                  new AuthorizationCodeGrant(
                      new AuthorizationCode(code), begun.back(), begun.verifier()))
              .toHTTPRequest();
      request.setConnectTimeout(PATIENCE_MILLIS);
      request.setReadTimeout(PATIENCE_MILLIS);
      var answer = OIDCTokenResponseParser.parse(request.send());
      if (!answer.indicatesSuccess()) {
        var error = answer.toErrorResponse().getErrorObject();
        throw refused("it refuses the code: " + error.getCode() + " " + error.getDescription());
      }
      var token = answer.toSuccessResponse().getTokens().toOIDCTokens().getIDToken();
      return person(validator(token).validate(token, begun.nonce()));
    } catch (GeneralException | IOException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    } catch (com.nimbusds.jose.proc.BadJOSEException | com.nimbusds.jose.JOSEException e) {
      throw refused("its token is not to be trusted: " + e.getMessage(), e);
    }
  }

  private ClientAuthentication authentication() {
    var client = new ClientID(provider.clientId());
    var known = new com.nimbusds.oauth2.sdk.auth.Secret(secret.reveal());
    var methods = metadata.getTokenEndpointAuthMethods();
    boolean post =
        methods != null
            && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)
            && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
    return post ? new ClientSecretPost(client, known) : new ClientSecretBasic(client, known);
  }

  private IDTokenValidator validator(JWT token) throws MalformedURLException {
    var algorithm =
        TRUSTED.stream()
            .filter(trusted -> trusted.equals(token.getHeader().getAlgorithm()))
            .findFirst()
            .orElseThrow(
                () -> refused("its token is signed by " + token.getHeader().getAlgorithm()));
    return new IDTokenValidator(
        metadata.getIssuer(),
        new ClientID(provider.clientId()),
        algorithm,
        metadata.getJWKSetURI().toURL(),
        new DefaultResourceRetriever(PATIENCE_MILLIS, PATIENCE_MILLIS, LARGEST));
  }

  private Person person(IDTokenClaimsSet claims) {
    var username = Optional.ofNullable(claims.getStringClaim(provider.usernameClaim()));
    var groups = Optional.ofNullable(claims.getStringListClaim(provider.groupsClaim()));
    var email = Optional.ofNullable(claims.getStringClaim("email"));
    return new Person(
        provider.issuer() + " " + claims.getSubject().getValue(),
        username.orElseThrow(
            () -> refused("its token has no " + provider.usernameClaim() + " (username_claim)")),
        email.orElse(""),
        groups.orElse(List.of()));
  }

  private Problem refused(String why) {
    return new Problem(403, "sign-in with %s failed: %s".formatted(provider.name(), why));
  }

  private Problem refused(String why, Throwable cause) {
    return new Problem(403, "sign-in with %s failed: %s".formatted(provider.name(), why), cause);
  }
}
