package io.rackstead.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.fake.FakeSerial;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console of a machine with a fake BMC, over real WebSockets.
class ConsoleApiTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;
  private Machine machine;
  private FakeSerial serial;

  @BeforeEach
  void aMachineWithASerialPort() throws Exception {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    machine = served.ready();
    serial = served.bmc.withSerial().serial().orElseThrow();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void severalLookAndOneTypes() throws Exception {
    try (var first = new Seen(admin);
        var second = new Seen(served.person("bob", Role.OPERATOR))) {
      first.until(() -> first.told("\"state\":\"open\""));
      second.until(() -> second.told("\"state\":\"open\""));
      serial.write("login: ".getBytes(UTF_8));
      first.until(() -> first.shown().endsWith("login: "));
      second.until(() -> second.shown().endsWith("login: "));

      first.type("root");
      first.until(() -> first.told("take the keyboard first"));
      first.say("{\"take\": true}");
      first.until(() -> first.told("\"writer\":\"ada\"") && first.told("\"yours\":true"));
      first.type("root");
      second.until(() -> second.shown().endsWith("login: root"));

      second.say("{\"take\": true}");
      first.until(() -> first.told("\"writer\":\"bob\""));
      first.say("{\"break\": true}");
      first.until(() -> first.count("take the keyboard first") == 2);
      second.say("{\"break\": true}");
      first.until(() -> first.shown().endsWith("[break]"));
      second.say("{\"nonsense\": 1}");
      second.until(() -> second.told("is understood"));
    }
    assertThat(admin.get("/api/audit").body())
        .contains("took the keyboard of the console of m0")
        .doesNotContain("root");
  }

  @Test
  void whoComesLaterSeesWhatWasThereBefore() throws Exception {
    try (var first = new Seen(admin)) {
      first.until(() -> first.told("\"state\":\"open\""));
      serial.write("SeaBIOS\r\n".getBytes(UTF_8));
      first.until(() -> first.shown().contains("SeaBIOS"));
      try (var second = new Seen(admin)) {
        second.until(() -> second.shown().contains("SeaBIOS"));
      }
    }
    var told = admin.get("/api/machines/" + machine.id() + "/console").json();
    var boot = told.at("/boots/0/boot").asText();
    assertThat(admin.get("/api/machines/" + machine.id() + "/console/boots/" + boot).body())
        .isEqualTo("SeaBIOS\n");
    assertThat(
            admin
                .get("/api/machines/" + machine.id() + "/console/search?text=seabios")
                .json()
                .at("/hits/0/boot")
                .asText())
        .isEqualTo(boot);
    assertThat(admin.get("/api/machines/" + machine.id() + "/timeline").body())
        .contains("/console/boots/" + boot);
    assertThat(admin.get("/api/machines/" + machine.id() + "/console/search").status())
        .isEqualTo(400);
    assertThat(admin.get("/api/machines/" + machine.id() + "/console/boots/1").status())
        .isEqualTo(404);
  }

  @Test
  void oneThatIsHeldElsewhereIsLeftUntilItIsTakenOver() throws Exception {
    var other = new Elsewhere();
    serial.open(other, false);
    try (var seen = new Seen(admin)) {
      seen.until(() -> seen.told("take it over"));
      assertThat(other.why).isEmpty();
      seen.say("{\"take_over\": true}");
      seen.until(() -> seen.told("\"state\":\"open\""));
      assertThat(other.why).isNotEmpty();
    }
  }

  @Test
  void itIsOpenWhileItsMachineIsWorkedOnAndNotForLongAfter() throws Exception {
    served.consoles.look();
    assertThat(serial.isOpen()).isFalse();
    served.site.machines.apply(machine.id(), new Event.Commission(), Actor.APPLIANCE);
    served.consoles.look();
    await(serial::isOpen);
    served.site.machines.apply(machine.id(), new Event.Abort(), Actor.APPLIANCE);
    served.consoles.look();
    assertThat(serial.isOpen()).isTrue();
    served.site.pass(java.time.Duration.ofSeconds(40));
    await(() -> {
      served.consoles.look();
      return !serial.isOpen();
    });
  }

  @Test
  void aBmcThatEndsItIsAskedAgain() throws Exception {
    try (var seen = new Seen(admin)) {
      seen.until(() -> seen.told("\"state\":\"open\""));
      serial.open(new Elsewhere(), true).close();
      seen.until(() -> seen.told("somebody else took it over"));
      served.site.pass(java.time.Duration.ofSeconds(5));
      await(() -> {
        served.consoles.look();
        return serial.isOpen();
      });
    }
  }

  @Test
  void aMachineWithoutABmcSaysWhyItHasNone() throws Exception {
    machine = served.ready();
    try (var seen = new Seen(admin)) {
      seen.until(() -> seen.told("its power is manual"));
    }
  }

  @Test
  void onlyThoseMayLookWhoMayChangeTheMachine() {
    var user = served.person("eve", Role.USER);
    assertThat(refused(user)).isEqualTo(403);
    assertThat(refused(served.person("aud", Role.AUDITOR))).isEqualTo(403);
    assertThat(refused(admin, "Origin", "https://evil.example")).isEqualTo(403);
    assertThat(user.get("/api/machines/" + machine.id() + "/console").status()).isEqualTo(403);
  }

  @Test
  void aMachineThatGetsAnotherOwnerIsShownToNobodyWhoCameBefore() throws Exception {
    try (var seen = new Seen(admin)) {
      seen.until(() -> seen.told("\"state\":\"open\""));
      served
          .person("carl", Role.USER)
          .json("/api/machines/" + machine.id() + "/actions/allocate", "{}");
      seen.until(() -> seen.closed == 1008);
    }
  }

  private int refused(Person person, String... headers) {
    try (var seen = new Seen(person, headers)) {
      return seen.closed;
    } catch (Exception e) {
      if (e instanceof ExecutionException
          && e.getCause() instanceof WebSocketHandshakeException refusal) {
        return refusal.getResponse().statusCode();
      }
      throw new AssertionError(e);
    }
  }

  private static void await(BooleanSupplier so) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited 20 s").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /// Another's program at the BMC.
  private static final class Elsewhere implements SerialConsole.Screen {
    volatile String why = "";

    @Override
    public void shows(byte[] output) {}

    @Override
    public void ended(String reason) {
      why = reason;
    }
  }

  /// One end of a socket, and all that came over it.
  private static final CompletionStage<?> DONE = CompletableFuture.completedStage(true);

  private final class Seen implements WebSocket.Listener, AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final StringBuilder shown = new StringBuilder();
    private final StringBuilder told = new StringBuilder();
    private final WebSocket socket;
    volatile int closed;

    Seen(Person person, String... headers) throws Exception {
      var builder = http.newWebSocketBuilder();
      var all = person.headers();
      for (int i = 0; i < all.length; i += 2) {
        builder.header(all[i], all[i + 1]);
      }
      for (int i = 0; i < headers.length; i += 2) {
        builder.header(headers[i], headers[i + 1]);
      }
      var uri =
          "ws://127.0.0.1:%d/api/machines/%s/console/live".formatted(served.port(), machine.id());
      socket = builder.buildAsync(URI.create(uri), this).get(20, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      synchronized (shown) {
        shown.append(UTF_8.decode(data));
      }
      from.request(1);
      return DONE;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      synchronized (told) {
        told.append(data).append('\n');
      }
      from.request(1);
      return DONE;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      closed = status;
      return DONE;
    }

    String shown() {
      synchronized (shown) {
        return shown.toString();
      }
    }

    boolean told(String what) {
      return count(what) > 0;
    }

    int count(String what) {
      synchronized (told) {
        return told.toString().split(java.util.regex.Pattern.quote(what), -1).length - 1;
      }
    }

    void until(BooleanSupplier so) throws InterruptedException {
      try {
        await(so);
      } catch (AssertionError e) {
        throw new AssertionError("told: " + told + "\nshown: " + shown, e);
      }
    }

    void say(String text) {
      socket.sendText(text, true).join();
    }

    void type(String text) {
      socket.sendBinary(ByteBuffer.wrap(text.getBytes(UTF_8)), true).join();
    }

    @Override
    public void close() {
      if (!socket.isOutputClosed()) {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
      }
      http.close();
    }
  }
}
