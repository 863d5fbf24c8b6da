package io.rackstead.http;

import io.rackstead.http.Route.Access;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// The browser's pages from the class path: looked up by name, never by a path that a client built.
public final class StaticPages {
  private static final String FOLDER = "/io/rackstead/web/";
  private static final Pattern NAME =
      Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]*+/)*+[A-Za-z0-9_-][A-Za-z0-9._-]*+");

  /// Vite puts a digest of the content into the name of an asset, so it never changes.
  private static final Pattern HASHED = Pattern.compile("assets/.*-[A-Za-z0-9_-]{8}\\.[a-z0-9]+");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("woff", "font/woff"),
          Map.entry("txt", "text/plain; charset=utf-8"));
  private static final String NOT_BUILT =
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Rackstead</title>
      <h1>Rackstead runs, its pages were not built</h1>
      <p>Build them with <code>mvn -pl web,appliance package</code> (Node 20.19 or newer), then start
      the appliance again. The REST API is at <code>/MAAS/api/2.0/</code> and <code>/api/</code>.</p>
      </html>
      """;

  /// The terminal of the console's window makes style sheets as it runs.
  private static final Map<String, String> POLICIES =
      Map.of(
          "console.html",
          "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none';"
              + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

  private final Map<String, Optional<Page>> pages = new ConcurrentHashMap<>();

  record Page(byte[] plain, byte[] zipped, boolean worthIt) {}

  private StaticPages() {}

  public static StaticPages ofClassPath() {
    return new StaticPages();
  }

  List<Route> routes() {
    return List.of(
        Route.get("/", Access.PUBLIC, _ -> redirect("/MAAS/")),
        Route.get("/MAAS", Access.PUBLIC, this::index),
        Route.get("/MAAS/ui/{file...}", Access.PUBLIC, this::file),
        Route.get("/favicon.ico", Access.PUBLIC, _ -> redirect("/MAAS/ui/favicon.svg")));
  }

  private static Reply redirect(String to) {
    return new Reply.Whole(302, "text/plain", new byte[0], Map.of("Location", to));
  }

  private Reply index(Request request) {
    return page("index.html")
        .map(page -> reply(request, "index.html", page))
        .orElseGet(() ->
            new Reply.Whole(
                200,
                TYPES.getOrDefault("html", ""),
                NOT_BUILT.getBytes(StandardCharsets.UTF_8),
                Map.of()));
  }

  private Reply file(Request request) {
    var name = request.part("file");
    var page = page(name);
    if (page.isPresent()) {
      return reply(request, name, page.get());
    }
    // an address inside the application, made by the browser's history: the application reads it
    if (name.indexOf('.') < 0) {
      return index(request);
    }
    throw new Problem(404, "no page " + name);
  }

  private static Reply reply(Request request, String name, Page page) {
    boolean zip = page.worthIt() && request.header("Accept-Encoding").orElse("").contains("gzip");
    var headers = new java.util.HashMap<String, String>();
    headers.put(
        "Cache-Control",
        HASHED.matcher(name).matches() ? "public, max-age=31536000, immutable" : "no-cache");
    headers.put("Vary", "Accept-Encoding");
    var policy = POLICIES.get(name);
    if (policy != null) {
      headers.put("Content-Security-Policy", policy);
    }
    if (zip) {
      headers.put("Content-Encoding", "gzip");
    }
    var type =
        TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    return new Reply.Whole(200, type, zip ? page.zipped() : page.plain(), headers);
  }

  Optional<Page> page(String name) {
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      return Optional.empty();
    }
    var known = pages.get(name);
    if (known == null) {
      known = read(name);
      // only what exists is remembered, so that nobody fills the memory with made-up names
      if (known.isPresent()) {
        pages.put(name, known);
      }
    }
    return known;
  }

  private Optional<Page> read(String name) {
    try (var in = StaticPages.class.getResourceAsStream(FOLDER + name)) {
      if (in == null || name.indexOf('.') < 0) {
        return Optional.empty();
      }
      var plain = in.readAllBytes();
      var zipped = zip(plain);
      return Optional.of(new Page(plain, zipped, zipped.length < plain.length * 9 / 10));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the page " + name, e);
    }
  }

  private static byte[] zip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }
}
