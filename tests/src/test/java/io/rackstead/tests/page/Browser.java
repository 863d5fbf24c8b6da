package io.rackstead.tests.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A headless Chromium, driven by its DevTools protocol over a web socket of the JDK.
public final class Browser implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Process process;
  private final HttpClient http;
  private final WebSocket socket;
  private final Answers answers = new Answers();
  private final AtomicInteger count = new AtomicInteger();
  private String session = "";

  /// What the page threw, and what its policy had to refuse.
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Browser(Process process, HttpClient http, URI debugger) throws Exception {
    this.process = process;
    this.http = http;
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(debugger, answers)
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /// The browser's program; `CHROMIUM` names another.
  public static Optional<Path> installed() {
    var named = System.getenv("CHROMIUM");
    if (named != null) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(folder -> NAMES.stream().map(Path.of(folder)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// @param profile an empty folder for what it keeps
  public static Browser open(Path program, Path profile, String url) throws Exception {
    var port = profile.resolve("DevToolsActivePort");
    var process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--window-size=1400,900",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolveSibling("browser.log").toFile())
            .start();
    try {
      // its first line is the port, its second the path
      var where =
          await(
              "the browser's debugging port",
              () -> text(port).filter(text -> text.lines().count() > 1));
      var lines = where.lines().toList();
      var browser =
          new Browser(
              process,
              HttpClient.newHttpClient(),
              URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)));
      browser.attach();
      browser.call("Page.navigate", Map.of("url", url));
      return browser;
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private void attach() {
    var target = call("Target.createTarget", Map.of("url", "about:blank")).path("targetId");
    session =
        call("Target.attachToTarget", Map.of("targetId", target.asText(), "flatten", true))
            .path("sessionId")
            .asText();
    for (var domain : List.of("Runtime", "Log", "Page")) {
      call(domain + ".enable", Map.of());
    }
  }

  /// The value of an expression in the page.
  public JsonNode ask(String expression) {
    var answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.path("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /// Waits until the expression is true in the page, but not for ever.
  public void until(String what, String expression) {
    await(
        what + " (" + expression + ")",
        () -> Optional.of(true).filter(_ -> ask("Boolean(" + expression + ")").asBoolean()));
  }

  /// Text where the focus is, as from a keyboard.
  public void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  public void press(String key, int code) {
    var down =
        Map.of(
            "type",
            "keyDown",
            "key",
            key,
            "code",
            key,
            "windowsVirtualKeyCode",
            code,
            "text",
            key.equals("Enter") ? "\r" : "");
    call("Input.dispatchKeyEvent", down);
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  /// Each character as a key of its own; one below space with the control key held.
  public void strike(String text) {
    for (char c : text.toCharArray()) {
      boolean control = c < ' ' && c != '\r';
      var key = c == '\r' ? "Enter" : String.valueOf(control ? (char) (c + 0x60) : c);
      // only letters and digits are their own key codes
      int code =
          c == '\r'
              ? 13
              : Character.isLetterOrDigit(key.charAt(0)) ? Character.toUpperCase(key.charAt(0)) : 0;
      var down = new HashMap<String, Object>();
      down.put("type", control ? "rawKeyDown" : "keyDown");
      down.put("key", key);
      down.put("windowsVirtualKeyCode", code);
      down.put("modifiers", control ? 2 : 0);
      if (!control) {
        down.put("text", String.valueOf(c));
      }
      call("Input.dispatchKeyEvent", down);
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }
  }

  /// Another page in place of this one.
  public void go(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /// What is to be seen, as PNG in base64.
  public String picture() {
    return call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText();
  }

  /// Presses the visible button or menu item that begins with this text.
  public void click(String text) {
    var find =
        "[...document.querySelectorAll('button, [role=menuitem], a')].filter((e) =>"
            + " e.textContent.trim().startsWith('%s') && e.offsetParent !== null).pop()"
                .formatted(text);
    until("a button " + text, find);
    ask(find + ".click()");
  }

  /// Chooses an option of a select, which has to be there.
  void choose(String select, String value) {
    var found = "document.querySelector('%s')".formatted(select);
    until(
        value + " in " + select,
        "[...(" + found + "?.options ?? [])].some((o) => o.value === '" + value + "')");
    ask(
        "(() => { const s = %s; Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')"
                .formatted(found)
            + ".set.call(s, '%s'); s.dispatchEvent(new Event('change', { bubbles: true })); })()"
                .formatted(value));
  }

  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    int id = count.incrementAndGet();
    var answer = answers.expect(id);
    var message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    try {
      socket.sendText(message.toString(), true);
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + method, e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          method + " was not answered within " + PATIENCE.toSeconds() + " s", e);
    }
  }

  /// Looks ten times a second until there is something.
  static <T> T await(String what, Supplier<Optional<T>> look) {
    for (var end = Instant.now().plus(PATIENCE); Instant.now().isBefore(end); ) {
      var found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    throw new AssertionError("waited " + PATIENCE.toSeconds() + " s in vain for " + what);
  }

  private static Optional<String> text(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /// What comes over the socket: answers by number, and events.
  private final class Answers implements WebSocket.Listener {
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final StringBuilder rest = new StringBuilder();

    CompletableFuture<JsonNode> expect(int id) {
      var answer = new CompletableFuture<JsonNode>();
      waiting.put(id, answer);
      return answer;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      rest.append(data);
      if (last) {
        var message = rest.toString();
        rest.setLength(0);
        try {
          heard(JSON.readTree(message));
        } catch (IOException e) {
          complaints.add("the browser sent what is no JSON: " + message);
        }
      }
      socket.request(1);
      return CompletableFuture.completedStage(true);
    }

    private void heard(JsonNode message) {
      var answer = waiting.remove(message.path("id").asInt(0));
      if (answer != null) {
        if (message.has("error")) {
          answer.completeExceptionally(
              new IllegalStateException(message.path("error").path("message").asText()));
        } else {
          answer.complete(message.path("result"));
        }
        return;
      }
      var params = message.path("params");
      switch (message.path("method").asText()) {
        case "Runtime.exceptionThrown" ->
            complaints.add(params.at("/exceptionDetails/exception/description").asText("an error"));
        case "Log.entryAdded" -> {
          var entry = params.path("entry");
          // a refused request is an answer that the page deals with; what the policy refused is not
          if (entry.path("level").asText().equals("error")
              && !entry.path("source").asText().equals("network")) {
            complaints.add(entry.path("text").asText());
          }
        }
        default -> {
          // nothing that this story is about
        }
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
    var helpers = new ArrayList<>(process.descendants().toList());
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
      }
      for (var helper : helpers) {
        helper.onExit().get(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      helpers.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
