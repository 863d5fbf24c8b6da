package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNTRUSTED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Single exchanges over HTTP with one BMC: bounded in size and time, and with nobody else. What
/// changes something is sent once, whatever happens to the connection.
final class RedfishHttp {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final int MOST_REDIRECTS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 307, 308);
  private static final List<String> HEADERS =
      List.of("ETag", "Location", "Retry-After", "X-Auth-Token", "Allow");

  private final BmcAddress address;
  private final RedfishSettings settings;
  private final BmcTrace trace;
  private final HttpUrl base;
  private final PinnedTls tls;
  private final OkHttpClient client;

  private RedfishHttp(
      BmcAddress address,
      RedfishSettings settings,
      BmcTrace trace,
      HttpUrl base,
      PinnedTls tls,
      OkHttpClient client) {
    this.address = address;
    this.settings = settings;
    this.trace = trace;
    this.base = base;
    this.tls = tls;
    this.client = client;
  }

  static RedfishHttp to(
      BmcAddress address,
      RedfishSettings settings,
      OkHttpClient shared,
      BmcTrust trust,
      BmcTrace trace) {
    boolean secure = address.scheme().equals("redfish+https");
    var base =
        new HttpUrl.Builder()
            .scheme(secure ? "https" : "http")
            .host(address.host().replaceAll("^\\[|]$", ""))
            .port(address.port())
            .build();
    var tls = new PinnedTls(address, trust);
    var client =
        shared
            .newBuilder()
            .sslSocketFactory(tls.sockets(), PinnedTls.KEY_DECIDES)
            .hostnameVerifier((_, session) -> tls.accepts(session))
            .build();
    return new RedfishHttp(address, settings, trace, base, tls, client);
  }

  /// The same BMC, on behalf of one of the systems behind it: timeline and errors name that one.
  RedfishHttp as(BmcAddress system) {
    return new RedfishHttp(system, settings, trace, base, tls, client);
  }

  /// What all BMCs share: threads, idle connections, limits.
  static OkHttpClient shared(RedfishSettings settings) {
    return new OkHttpClient.Builder()
        .connectTimeout(settings.connect())
        .readTimeout(settings.answer())
        .writeTimeout(settings.answer())
        .callTimeout(settings.answer())
        // a redirect must not take credentials elsewhere, and OkHttp's own second try would also
        // repeat a reset
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .fastFallback(false)
        .protocols(List.of(Protocol.HTTP_1_1))
        .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT))
        .connectionPool(new ConnectionPool(64, 10, TimeUnit.SECONDS))
        .build();
  }

  /// The answer, of whatever status, after redirects within this BMC.
  Answer send(Ask ask) {
    var next = ask;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      var answer = once(next);
      var target = answer.header("Location");
      if (!REDIRECTS.contains(answer.status()) || target.isEmpty()) {
        return answer;
      }
      var url = url(next.path()).resolve(target.get());
      if (url == null || !ours(url)) {
        throw new BmcException(
            PROTOCOL,
            address,
            "%s: it redirects to %s, where no credentials are sent"
                .formatted(ask, cut(target.get())));
      }
      next = next.at(path(url));
    }
    throw new BmcException(
        PROTOCOL, address, "%s: it redirects more than %d times".formatted(ask, MOST_REDIRECTS));
  }

  /// The path of what an answer's `Location` names, whatever name the BMC gives itself there.
  static String localPath(String location) {
    return location.replaceFirst("^[a-zA-Z]+://[^/]*", "");
  }

  private HttpUrl url(String path) {
    var url = path.startsWith("/") ? base.resolve(path) : null;
    if (url == null || !ours(url)) {
      throw new BmcException(
          PROTOCOL, address, "it refers to %s, which is no path of its own".formatted(cut(path)));
    }
    return url;
  }

  private boolean ours(HttpUrl url) {
    return url.scheme().equals(base.scheme())
        && url.host().equals(base.host())
        && url.port() == base.port();
  }

  private static String path(HttpUrl url) {
    var query = url.encodedQuery();
    return url.encodedPath() + (query == null ? "" : "?" + query);
  }

  private Answer once(Ask ask) {
    long start = System.nanoTime();
    try {
      var answer = exchange(ask);
      told(
          ask, answer.ok() ? "ok" : "refused: " + ask.told(Complaint.of(answer).toString()), start);
      return answer;
    } catch (IOException e) {
      var failed = failed(ask, e);
      told(ask, cut(String.valueOf(e.getMessage())), start);
      throw failed;
    } catch (BmcException e) {
      told(ask, cut(String.valueOf(e.getMessage())), start);
      throw e;
    } catch (IllegalArgumentException e) {
      // OkHttp's word for a header that cannot be sent, such as a token that a BMC made up
      throw new BmcException(PROTOCOL, address, ask + ": what it gave cannot be sent back", e);
    }
  }

  private void told(Ask ask, String result, long start) {
    trace.command(
        address, ask.what(), result, Duration.ofNanos(System.nanoTime() - start).toMillis());
  }

  private Answer exchange(Ask ask) throws IOException {
    var request = request(ask);
    try {
      return read(client.newCall(request).execute());
    } catch (InterruptedIOException | SSLException | ConnectException | UnknownHostException e) {
      throw e;
    } catch (IOException e) {
      if (!ask.harmless()) {
        throw e;
      }
      // a connection that was kept and that the BMC has left in the meantime looks like this
      return read(client.newCall(request).execute());
    }
  }

  private Request request(Ask ask) {
    var body = ask.body().map(json -> RequestBody.create(RedfishJson.write(json), JSON));
    var request =
        new Request.Builder()
            .url(url(ask.path()))
            .header("Accept", "application/json")
            .header("OData-Version", "4.0")
            .header("User-Agent", "Rackstead")
            .method(ask.method(), body.orElse(null));
    ask.headers().forEach(request::header);
    return request.build();
  }

  private Answer read(Response response) throws IOException {
    try (response) {
      var headers = new HashMap<String, String>();
      for (var name : HEADERS) {
        var value = response.header(name);
        if (value != null) {
          headers.put(name.toLowerCase(Locale.ROOT), value);
        }
      }
      int most = settings.mostBytes();
      var bytes = response.body().byteStream().readNBytes(most + 1);
      if (bytes.length > most) {
        throw new BmcException(
            PROTOCOL, address, "answers with more than %d KiB".formatted(most >> 10));
      }
      return answer(response, Map.copyOf(headers), bytes);
    }
  }

  private static Answer answer(Response response, Map<String, String> headers, byte[] bytes) {
    if (bytes.length == 0) {
      return new Answer(response.code(), headers, MissingNode.getInstance(), "");
    }
    try {
      JsonNode json = RedfishJson.read(bytes);
      return new Answer(response.code(), headers, json, "");
    } catch (IOException e) {
      var type = response.header("Content-Type", "no type");
      return new Answer(
          response.code(),
          headers,
          MissingNode.getInstance(),
          "answered with %d bytes of %s that are no JSON it may send"
              .formatted(bytes.length, cut(String.valueOf(type))));
    }
  }

  private BmcException failed(Ask ask, IOException e) {
    if (e instanceof SSLException) {
      var refusal = tls.refusal();
      if (refusal.isPresent()) {
        return new BmcException(UNTRUSTED, address, refusal.get(), e);
      }
      boolean gone = e.getCause() instanceof EOFException;
      return new BmcException(
          gone ? UNREACHABLE : PROTOCOL, address, "no TLS with it: " + e.getMessage(), e);
    }
    if (e instanceof InterruptedIOException
        && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("connect")) {
      return new BmcException(
          UNREACHABLE,
          address,
          "nobody answers there within %.1f s".formatted(settings.connect().toMillis() / 1000.0),
          e);
    }
    if (e instanceof InterruptedIOException) {
      return new BmcException(
          UNREACHABLE,
          address,
          "no whole answer to %s within %.1f s"
              .formatted(ask, settings.answer().toMillis() / 1000.0),
          e);
    }
    boolean nobody =
        e instanceof ConnectException
            || e instanceof NoRouteToHostException
            || e instanceof UnknownHostException;
    return new BmcException(
        UNREACHABLE,
        address,
        nobody
            ? "nobody answers there: " + e.getMessage()
            : "%s: the connection broke: %s".formatted(ask, e.getMessage()),
        e);
  }

  private static String cut(String text) {
    var line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  BmcAddress address() {
    return address;
  }
}
