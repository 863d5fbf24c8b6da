package io.rackstead.http;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import io.rackstead.store.UnwritableException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The appliance's HTTP server: Javalin carries the requests, one virtual thread each; which route
/// answers, who may ask and how a refusal is told is decided here.
public final class HttpServer implements AutoCloseable {
  static final int BODY_LIMIT = 8 << 20;
  private static final int FLOW_BUFFER = 128 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /// Longer than the longest poll (the agent's, 30 s) and than the heartbeat of a stream.
  private static final Duration IDLE = Duration.ofSeconds(90);

  private static final Map<String, String> SAFE =
      Map.of(
          "Content-Security-Policy",
          "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
              + " frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  private final Router router;
  private final Authenticator authenticator;
  private final Streams streams = new Streams(HEARTBEAT);
  private final Javalin javalin;

  private final Optional<Tls> tls;

  private HttpServer(
      String address,
      int port,
      Optional<Tls> tls,
      List<Route> routes,
      List<SocketRoute> sockets,
      Authenticator authenticator) {
    this.tls = tls;
    this.router = new Router(routes);
    this.authenticator = authenticator;
    this.javalin =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.startup.startupWatcherEnabled = false;
          config.startup.showOldJavalinVersionWarning = false;
          config.concurrency.useVirtualThreads = true;
          config.jetty.addConnector((server, http) -> connector(server, http, address, port));
          tls.ifPresent(
              way -> config.jetty.addConnector((server, http) -> encrypted(server, address, way)));
          config.jetty.modifyServletContextHandler(
              context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
          new Sockets(sockets, authenticator, this::admit).on(config.routes);
          for (var method : HandlerType.commonHttp()) {
            config.routes.addHttpHandler(method, "/*", this::serve);
          }
          for (var method : List.of(Method.LOCK, Method.UNLOCK)) {
            config.routes.addHttpHandler(
                HandlerType.findOrCreate(method.name()), "/*", this::serve);
          }
        });
  }

  /// Starts serving. A port that cannot be had is an [IOException] whose message says what to do.
  ///
  /// @param port 0 takes a free one
  public static HttpServer start(
      String address, int port, List<Route> routes, Authenticator authenticator, StaticPages pages)
      throws IOException {
    return start(address, port, Optional.empty(), routes, List.of(), authenticator, pages);
  }

  public static HttpServer start(
      String address,
      int port,
      Optional<Tls> tls,
      List<Route> routes,
      List<SocketRoute> sockets,
      Authenticator authenticator,
      StaticPages pages)
      throws IOException {
    var all = new ArrayList<>(routes);
    all.addAll(pages.routes());
    try {
      tryPort(address, port);
    } catch (IOException e) {
      throw new IOException(reason(address, port, e), e);
    }
    var usable = tls.filter(way -> usable(address, way.port()));
    var server = new HttpServer(address, port, usable, all, sockets, authenticator);
    try {
      server.javalin.start();
    } catch (RuntimeException e) {
      server.javalin.stop();
      throw new IOException(reason(address, port, e), e);
    }
    return server;
  }

  /// Found out here, since Javalin would log it once more in its own words at each try.
  private static void tryPort(String address, int port) throws IOException {
    try (var trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(address, port));
    }
  }

  /// A TLS port that is taken keeps nobody from plain HTTP.
  private static boolean usable(String address, int port) {
    try {
      tryPort(address, port);
      return true;
    } catch (IOException e) {
      LOG.error(
          "https {}:{}: {}; the API is served without TLS until a start at which the port is free"
              + " (ss -ltnp shows who has it), or choose another with --http.tls-port",
          address,
          port,
          e.getMessage());
      return false;
    }
  }

  private static String reason(String address, int port, Throwable failure) {
    var where = "http " + address + ":" + port;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || cause instanceof SocketException) {
        var said = String.valueOf(cause.getMessage());
        if (said.contains("Permission denied")) {
          return where
              + ": no right to bind this port: choose one above 1023 with --http.port, or give the"
              + " process CAP_NET_BIND_SERVICE";
        }
        if (said.contains("Cannot assign")) {
          return where + ": this host has no such address: choose another with --http.address";
        }
        return where
            + ": the port is taken: end what listens there (ss -ltnp shows it), or choose another"
            + " with --http.port";
      }
    }
    return where + ": cannot start: " + failure.getMessage();
  }

  public int port() {
    return port(0);
  }

  /// -1 when it is not reached by TLS.
  public int tlsPort() {
    return tls.isPresent() ? port(1) : -1;
  }

  private int port(int connector) {
    return ((ServerConnector) javalin.jettyServer().server().getConnectors()[connector])
        .getLocalPort();
  }

  /// What every answer passes through, on a thread of its own.
  private void serve(Context context) throws IOException {
    var raw = context.req();
    var response = context.res();
    Reply reply;
    try {
      reply = answer(raw);
    } catch (Problem problem) {
      reply = Refusal.of(raw.getRequestURI(), problem);
    } catch (IOException e) {
      // the client went while it was sending
      LOG.debug("{} {}: {}", raw.getMethod(), raw.getRequestURI(), e.getMessage());
      return;
    } catch (UnwritableException e) {
      // said once where it happened; nothing was acknowledged, so it may be asked for again
      reply = Refusal.of(raw.getRequestURI(), new Problem(503, String.valueOf(e.getMessage()), e));
    } catch (Exception e) {
      LOG.error(
          "{} {} from {} failed", raw.getMethod(), raw.getRequestURI(), raw.getRemoteAddr(), e);
      reply =
          Refusal.of(
              raw.getRequestURI(),
              new Problem(500, "internal error, the appliance's log has the details"));
    }
    SAFE.forEach(response::setHeader);
    if (raw.isSecure() && tls.filter(Tls::trusted).isPresent()) {
      response.setHeader("Strict-Transport-Security", "max-age=31536000");
    }
    switch (reply) {
      case Reply.Whole whole -> write(raw, response, whole);
      case Reply.Flow flow -> write(raw, response, flow);
      case Reply.Stream stream -> streams.run(response, stream.writer());
    }
  }

  private Reply answer(HttpServletRequest raw) throws Exception {
    var path = raw.getRequestURI();
    var method = method(raw.getMethod());
    if (method.isEmpty()) {
      throw new Problem(405, raw.getMethod() + " is not spoken here");
    }
    return switch (router.find(method.get(), path)) {
      case Router.Match.Found(Route route, Map<String, String> parts) ->
          run(route, Received.of(raw, method.get(), parts, authenticator));
      case Router.Match.OtherMethods(var allowed) ->
          throw new Problem(
              405, method.get() + " is not possible on " + path + ", these are: " + allowed);
      case Router.Match.Nothing() ->
          throw new Problem(
              404,
              path.startsWith("/MAAS/api/")
                  ? "Unknown API endpoint: " + path + "."
                  : "there is nothing at " + path);
    };
  }

  private Reply run(Route route, Received request) throws Exception {
    admit(route.access(), request);
    wantJson(route, request);
    return route.handler().handle(request);
  }

  private void admit(Access access, Received request) {
    if (tls.filter(Tls::alone).isPresent()
        && !request.secure()
        && !request.client().isLoopbackAddress()
        && access != Access.BEARER) {
      throw new Problem(
          403, "plain HTTP is for machines that boot: use https on port " + tlsPort());
    }
    Admission.check(access, request);
  }

  /// A foreign page cannot send JSON without asking first (CORS), so this closes the door to forms;
  /// nor can it PUT a file.
  private static void wantJson(Route route, Received request) {
    boolean write = route.method() == Method.POST || route.method() == Method.PUT;
    var type = request.header("Content-Type").orElse("");
    boolean asksFirst =
        type.startsWith("application/json")
            || type.startsWith("application/vnd.tcpdump.pcap")
            || (route.method() == Method.PUT && type.startsWith("application/octet-stream"));
    if (write && route.path().startsWith("/api/") && !asksFirst) {
      throw new Problem(
          415, "send Content-Type: application/json, got " + (type.isEmpty() ? "none" : type));
    }
  }

  private static void write(HttpServletRequest raw, HttpServletResponse response, Reply.Whole whole)
      throws IOException {
    response.setStatus(whole.status());
    if (!response.containsHeader("Cache-Control")) {
      response.setHeader("Cache-Control", "no-store");
    }
    whole.headers().forEach(response::setHeader);
    if (whole.status() == 204) {
      response.setContentType(null);
      return;
    }
    response.setContentType(whole.contentType());
    response.setContentLengthLong(whole.body().length);
    if (!raw.getMethod().equals("HEAD")) {
      response.getOutputStream().write(whole.body());
    }
  }

  private static void write(HttpServletRequest raw, HttpServletResponse response, Reply.Flow flow)
      throws IOException {
    response.setStatus(flow.status());
    response.setHeader("Cache-Control", "no-store");
    flow.headers().forEach(response::setHeader);
    response.setContentType(flow.contentType());
    if (!raw.getMethod().equals("HEAD")) {
      var out = new BufferedOutputStream(response.getOutputStream(), FLOW_BUFFER);
      flow.writer().write(out);
      out.flush();
    }
  }

  private static Optional<Method> method(String name) {
    for (var method : Method.values()) {
      if (method.name().equals(name)) {
        return Optional.of(method);
      }
    }
    return Optional.empty();
  }

  private static ServerConnector connector(
      org.eclipse.jetty.server.Server server, HttpConfiguration http, String address, int port) {
    settle(http);
    return listening(
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(http)), address, port);
  }

  private static ServerConnector encrypted(
      org.eclipse.jetty.server.Server server, String address, Tls tls) {
    var http = new HttpConfiguration();
    settle(http);
    // makes a request say that it is secure; which name was asked for is the certificate's matter
    http.addCustomizer(new SecureRequestCustomizer(false));
    var context = new SslContextFactory.Server();
    context.setKeyStore(tls.keys());
    context.setKeyStorePassword("");
    context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    return listening(
        new ServerConnector(
            server,
            1,
            1,
            new SslConnectionFactory(context, "http/1.1"),
            new HttpConnectionFactory(http)),
        address,
        tls.port());
  }

  private static void settle(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    // an encoded slash is part of a name (a subnet's CIDR), and cloud-init sends double slashes
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setIdleTimeout(IDLE.toMillis());
  }

  private static ServerConnector listening(ServerConnector connector, String address, int port) {
    connector.setHost(address);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE.toMillis());
    connector.setAcceptQueueSize(512);
    return connector;
  }

  @Override
  public void close() {
    streams.close();
    javalin.stop();
  }
}
