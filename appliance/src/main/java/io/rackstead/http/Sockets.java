package io.rackstead.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.websocket.WsContext;
import io.javalin.websocket.WsHandlerType;
import io.rackstead.http.Route.Method;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries the routes that are WebSockets.
final class Sockets {
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
  private static final String EARS = "rackstead.ears";

  /// What may lie unread at one that listens; two screens of the slowest console are far less.
  private static final int MOST_UNREAD = 4 << 20;

  /// §7.4.1 and its registry: the server cannot keep up with this one.
  private static final int TRY_LATER = 1013;

  private static final int PING_S = 20;

  private final List<SocketRoute> routes;
  private final Authenticator authenticator;
  private final Doorkeeper doorkeeper;

  /// What is asked of each request besides its route's access.
  @FunctionalInterface
  interface Doorkeeper {
    void check(Route.Access access, Received request);
  }

  Sockets(List<SocketRoute> routes, Authenticator authenticator, Doorkeeper doorkeeper) {
    this.routes = routes;
    this.authenticator = authenticator;
    this.doorkeeper = doorkeeper;
  }

  void on(RoutesConfig config) {
    for (var route : routes) {
      config.addHttpHandler(
          HandlerType.WEBSOCKET_BEFORE_UPGRADE, route.path(), context -> admit(route, context));
      config.addWsHandler(
          WsHandlerType.WEBSOCKET,
          route.path(),
          ws -> {
            ws.onConnect(context -> {
              context.enableAutomaticPings(PING_S, TimeUnit.SECONDS);
              ears(context).opened(new JettyLine(context.session));
            });
            ws.onMessage(context -> ears(context).text(context.message()));
            ws.onBinaryMessage(context -> {
              // what Jetty hands out is only lent
              var bytes = new byte[context.data().remaining()];
              context.data().get(bytes);
              ears(context).bytes(bytes);
            });
            ws.onClose(context -> ears(context).closed());
            // its end is told by onClose
            ws.onError(context -> LOG.debug("{}: {}", route.path(), context.error()));
          });
    }
  }

  private static SocketRoute.Ears ears(WsContext context) {
    SocketRoute.Ears ears = context.attribute(EARS);
    if (ears == null) {
      throw new IllegalStateException("a socket that nobody let in");
    }
    return ears;
  }

  private void admit(SocketRoute route, Context context) throws Exception {
    var raw = context.req();
    try {
      sameOrigin(raw);
      var request = Received.of(raw, Method.GET, context.pathParamMap(), authenticator);
      doorkeeper.check(route.access(), request);
      context.attribute(EARS, route.opening().open(request));
    } catch (Problem problem) {
      throw new HttpResponseException(problem.status(), problem.detail(), Map.of());
    }
  }

  /// A browser sends its cookies with a page's socket, whosever page it is, and asks nobody before.
  private static void sameOrigin(HttpServletRequest raw) {
    var origin = raw.getHeader("Origin");
    if (origin == null) {
      return;
    }
    var host = String.valueOf(raw.getHeader("Host")).toLowerCase(Locale.ROOT);
    if (!origin.matches("https?://[^/]+")
        || !String.valueOf(URI.create(origin).getRawAuthority())
            .toLowerCase(Locale.ROOT)
            .equals(host)) {
      throw new Problem(403, "a page of " + origin + " may not open this: it is not of " + host);
    }
  }

  private static final class JettyLine implements SocketRoute.Line {
    private final Session session;
    private final AtomicInteger unread = new AtomicInteger();

    JettyLine(Session session) {
      this.session = session;
    }

    @Override
    public void send(byte[] bytes) {
      if (room(bytes.length)) {
        session.sendBinary(ByteBuffer.wrap(bytes.clone()), taken(bytes.length));
      }
    }

    @Override
    public void send(String text) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      if (room(length)) {
        session.sendText(text, taken(length));
      }
    }

    private boolean room(int length) {
      if (!session.isOpen()) {
        return false;
      }
      if (unread.addAndGet(length) > MOST_UNREAD) {
        close(TRY_LATER, "too much lies unread: come again");
        return false;
      }
      return true;
    }

    private Callback taken(int length) {
      // what could not be sent was for somebody who is gone, which is told by itself
      return Callback.from(
          () -> unread.addAndGet(-length),
          failure -> LOG.debug("not sent: {}", failure.toString()));
    }

    @Override
    public void close(int status, String why) {
      session.close(status, why, Callback.NOOP);
    }
  }
}
