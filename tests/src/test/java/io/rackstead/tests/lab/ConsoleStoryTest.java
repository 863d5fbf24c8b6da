package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.tests.page.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody sits at a browser and types at a server's firmware: Chromium, our page, a WebSocket,
/// serial over LAN, OpenIPMI's BMC, QEMU's serial port, SeaBIOS, iPXE, and all the way back.
@Tag("lab")
class ConsoleStoryTest {
  private static final Duration QUICK = Duration.ofMinutes(1);
  private static final Duration ONE_START = Duration.ofSeconds(40);
  private static final int STARTS = 6;
  private static final String SCREEN = "document.querySelector('.xterm-rows').innerText";

  @TempDir Path data;

  @Test
  void aServersFirmwareIsTypedAtFromABrowser() throws Exception {
    var program = Browser.installed();
    assumeTrue(program.isPresent(), "no Chromium: tests/run installs it");
    try (var lab =
            Lab.start(data.resolve("lab"), 1, "none", "--firmware", "bios", "--no-power-on");
        var browser =
            Browser.open(
                program.get(),
                Files.createDirectories(data.resolve("browser/profile")),
                "http://127.0.0.1:" + lab.setting("PORT") + "/MAAS/")) {
      try {
        walk(lab, lab.api(), browser);
        assertThat(browser.complaints()).as("errors in the page").isEmpty();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "%s%npage: %s%ncomplaints: %s%n%s%n%s"
                .formatted(
                    e.getMessage(),
                    browser.ask("document.body.innerText"),
                    browser.complaints(),
                    lab.log(),
                    lab.server(1).consoleTail()),
            e);
      }
    }
  }

  private void walk(Lab lab, Api api, Browser browser) throws IOException {
    var id = aMachineOnRecord(api);
    browser.until("the sign-in page", "document.querySelector('input[type=password]')");
    assertThat(
            browser
                .ask(
                    "fetch('/api/session', {method: 'POST', headers: {'Content-Type':"
                        + " 'application/json'}, body: JSON.stringify({username: 'admin',"
                        + " password: '%s'})}).then((r) => r.status)"
                            .formatted(Lab.text(lab.data().resolve("lab/password")).strip()))
                .asInt())
        .isEqualTo(200);
    browser.go("http://127.0.0.1:%d/MAAS/ui/console.html?machine=%s".formatted(api.port(), id));
    browser.until("the console's window", "document.querySelector('.xterm-rows')");
    browser.until("its state", "document.querySelector('.state').dataset.state !== undefined");
    browser.click("Take the keyboard");
    browser.until("the keyboard", "document.querySelector('button.held')");

    atTheCommandLine(api, id, browser);
    browser.strike("echo rackstead-${net0/mac}\r");
    browser.until("the firmware's answer", SCREEN + ".includes('rackstead-" + Lab.mac(1) + "')");
    pictured(browser);

    var boots = api.get("/api/machines/" + id + "/console").path("boots");
    assertThat(boots.size()).isBetween(1, STARTS);
    assertThat(api.get("/api/machines/" + id + "/console/search?text=" + Lab.mac(1)).path("hits"))
        .isNotEmpty();
    assertThat(api.timeline(id)).contains("/console/boots/");
  }

  private static String aMachineOnRecord(Api api) {
    return api.maas(
            "POST",
            "machines/",
            "hostname",
            "talkative",
            "architecture",
            "amd64/generic",
            "mac_addresses",
            Lab.mac(1),
            "commission",
            "false",
            "power_type",
            "ipmi",
            "power_parameters_power_address",
            "10.78.128.1",
            "power_parameters_power_user",
            "admin",
            "power_parameters_power_pass",
            "secret")
        .path("system_id")
        .asText();
  }

  /// iPXE listens for two seconds; who is late starts the server once more.
  private static void atTheCommandLine(Api api, String id, Browser browser) {
    for (int start = 1; start <= STARTS; start++) {
      api.act(id, start == 1 ? "power-on" : "power-cycle", Map.of());
      var end = System.nanoTime() + ONE_START.toNanos();
      while (System.nanoTime() < end) {
        browser.ask("document.querySelector('.xterm-helper-textarea').focus()");
        browser.strike("\u0002");
        if (Api.await("the screen", QUICK, () -> Optional.of(browser.ask(SCREEN).asText()))
            .contains("iPXE>")) {
          return;
        }
      }
    }
    throw new AssertionError("iPXE's command line was not reached in " + STARTS + " starts");
  }

  /// For whoever wants to see it.
  private static void pictured(Browser browser) throws IOException {
    var folder = Files.createDirectories(Lab.ROOT.resolve("tests/target/pictures"));
    Files.write(folder.resolve("console.png"), Base64.getDecoder().decode(browser.picture()));
  }
}
