package io.rackstead.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request that has come in and found its route.
final class Received implements Request {
  private static final long DRAINED = 4L * HttpServer.BODY_LIMIT;

  private final HttpServletRequest raw;
  private final Route.Method method;
  private final Map<String, String> parts;
  private final byte[] body;
  private final Authenticator authenticator;
  private final Map<String, List<String>> query;
  private @Nullable Principal principal;

  private Received(
      HttpServletRequest raw,
      Route.Method method,
      Map<String, String> parts,
      byte[] body,
      Authenticator authenticator) {
    this.raw = raw;
    this.method = method;
    this.parts = parts;
    this.body = body;
    this.authenticator = authenticator;
    this.query = raw.getQueryString() == null ? Map.of() : Encoding.form(raw.getQueryString());
  }

  static Received of(
      HttpServletRequest raw,
      Route.Method method,
      Map<String, String> parts,
      Authenticator authenticator)
      throws IOException {
    return new Received(raw, method, parts, body(raw), authenticator);
  }

  private static byte[] body(HttpServletRequest raw) throws IOException {
    if (raw.getContentLengthLong() > HttpServer.BODY_LIMIT) {
      throw tooLarge(raw);
    }
    var body = raw.getInputStream().readNBytes(HttpServer.BODY_LIMIT + 1);
    if (body.length > HttpServer.BODY_LIMIT) {
      throw tooLarge(raw);
    }
    return body;
  }

  /// What is a little too large is taken off the wire first: a client that is still sending when
  /// the connection ends sees a broken pipe and not the answer.
  private static Problem tooLarge(HttpServletRequest raw) throws IOException {
    var rest = new byte[1 << 16];
    var in = raw.getInputStream();
    for (long left = DRAINED; left > 0; ) {
      int n = in.read(rest);
      if (n < 0) {
        break;
      }
      left -= n;
    }
    return new Problem(
        413, "the body is larger than " + (HttpServer.BODY_LIMIT >> 20) + " MiB, send less");
  }

  @Override
  public Route.Method method() {
    return method;
  }

  @Override
  public String path() {
    return raw.getRequestURI();
  }

  @Override
  public String part(String name) {
    var part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("the route of " + path() + " names no part " + name);
    }
    return part;
  }

  @Override
  public Optional<String> query(String name) {
    return queries(name).stream().findFirst();
  }

  @Override
  public List<String> queries(String name) {
    return query.getOrDefault(name, List.of());
  }

  @Override
  public Map<String, List<String>> query() {
    return query;
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(raw.getHeader(name));
  }

  @Override
  public byte[] body() {
    return body;
  }

  @Override
  public JsonNode json() {
    return Json.parse(body);
  }

  @Override
  public InetAddress client() {
    try {
      // a literal, never a name that would be looked up
      return InetAddress.getByName(raw.getRemoteAddr());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the peer has no address: " + raw.getRemoteAddr(), e);
    }
  }

  @Override
  public boolean secure() {
    return raw.isSecure();
  }

  @Override
  public Principal principal() {
    var known = principal;
    if (known == null) {
      known = authenticator.authenticate(this);
      principal = known;
    }
    return known;
  }
}
