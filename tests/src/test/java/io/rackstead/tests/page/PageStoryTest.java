package io.rackstead.tests.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An operator at the page, a client at the REST API, and one appliance between them. All on
/// loopback: no server is switched on here, the stories with virtual servers do that.
@Tag("lab")
class PageStoryTest {
  private static final String MAC = "52:54:00:cc:00:01";
  private static final String DIALOG = "document.querySelector('.pf-v6-c-modal-box')";

  @TempDir Path folder;

  @Test
  void theOperatorSignsInFollowsTheMachinesActsOnThemAndSignsOut() throws Exception {
    var program = Browser.installed();
    assumeTrue(
        program.isPresent(), "no Chromium: apt-get install chromium, or name it in CHROMIUM");
    var profile = Files.createDirectories(folder.resolve("browser"));
    try (var site = Site.start(folder);
        var browser = Browser.open(program.get(), profile, site.pages())) {
      try {
        thePolicyLetsNothingIn(site);
        signsIn(browser);
        browser.until("an empty list", "document.body.textContent.includes('No machine yet')");
        var id = aNewMachineShowsUpByItself(site, browser);
        aRefusalSaysWhy(site, browser, id);
        theMachineIsMarkedBrokenFromItsPage(site, browser, id);
        aTargetAndAPolicyAreSetUp(site, browser);
        signsOut(browser);
        assertThat(browser.complaints()).as("errors in the page").isEmpty();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage()
                + "\npage: "
                + browser.ask("document.body.innerText")
                + "\ncomplaints: "
                + browser.complaints()
                + "\n"
                + site.log(),
            e);
      }
    }
  }

  private static void thePolicyLetsNothingIn(Site site) {
    var headers = site.fetch("/MAAS/").headers();
    assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(site.fetch("/api/machines").statusCode()).isEqualTo(401);
  }

  /// By keyboard alone, the first time with a typing error.
  private static void signsIn(Browser browser) {
    browser.until("the sign-in page", "document.querySelector('input[type=password]')");
    browser.type("admin");
    browser.press("Tab", 9);
    browser.type("wrong");
    browser.press("Enter", 13);
    browser.until(
        "the refusal", "document.body.textContent.includes('User name or password is wrong')");
    browser.ask("document.querySelector('input[type=password]').focus()");
    browser.type(Site.PASSWORD);
    browser.press("Enter", 13);
    browser.until(
        "the live feed", "document.querySelector('[role=status]')?.textContent === 'Live'");
  }

  private static String aNewMachineShowsUpByItself(Site site, Browser browser) {
    var id = site.announce("lone-otter", MAC);
    browser.until(
        "the machine in the list",
        "[...document.querySelectorAll('tbody tr')].some((row) =>"
            + " row.textContent.includes('lone-otter') && row.textContent.includes('New'))");
    return id;
  }

  /// The page offers what was possible a moment ago; meanwhile somebody else was faster.
  private static void aRefusalSaysWhy(Site site, Browser browser, String id) {
    browser.ask("document.querySelector('tbody td:last-child button').click()");
    browser.click("Accept and commission");
    browser.until("the question", DIALOG + "?.textContent.includes('lone-otter')");
    site.act(id, "commission");
    browser.until(
        "it commissioning",
        "document.querySelector('tbody').textContent.includes('Commissioning')");
    browser.ask("document.querySelector('#action-submit').click()");
    browser.until("the reason", DIALOG + "?.textContent.includes('it is Commissioning')");
    browser.press("Escape", 27);
    browser.until("no dialog", "!" + DIALOG);
  }

  private static void theMachineIsMarkedBrokenFromItsPage(Site site, Browser browser, String id) {
    browser.ask("document.querySelector('tbody a').click()");
    browser.until("its timeline", "document.querySelectorAll('.rs-entry').length > 0");
    browser.click("Actions");
    browser.click("Mark broken");
    browser.until("the dialog", "document.querySelector('#comment')");
    browser.ask("document.querySelector('#comment').focus()");
    browser.type("smells of smoke");
    browser.press("Enter", 13);
    var broken = awaitMachine(site, id, state -> state.equals("Broken"));
    assertThat(broken).isEqualTo("smells of smoke");
    browser.until(
        "the state", "document.querySelector('.rs-header').textContent.includes('Broken')");
    browser.until(
        "the entry", "document.querySelector('.rs-log').textContent.includes('smells of smoke')");
    browser.click("Mark fixed");
    awaitMachine(site, id, state -> state.equals("Ready"));
    browser.until(
        "the state", "document.querySelector('.rs-header').textContent.includes('Ready')");
  }

  /// The machine's message, as soon as the REST API tells of that state.
  private static String awaitMachine(Site site, String id, Predicate<String> state) {
    return Browser.await(
        "the machine's state",
        () ->
            Optional.of(site.machine(id))
                .filter(machine -> state.test(machine.path("state").asText()))
                .map(machine -> machine.path("message").asText()));
  }

  /// A target by the schema of its broker, tried; a line of policies, looked at before it is saved.
  private static void aTargetAndAPolicyAreSetUp(Site site, Browser browser) {
    browser.click("Layers above");
    browser.click("Clusters");
    browser.until("no cluster", "document.body.textContent.includes('No cluster yet')");
    browser.click("VM hosts");
    browser.until("no host", "document.body.textContent.includes('No VM host yet')");
    browser.click("Targets");
    browser.click("Add a target");
    browser.until("the brokers", "document.querySelectorAll('#target-broker option').length > 2");
    browser.choose("#target-broker", "noop");
    browser.ask("document.querySelector('#target-name').focus()");
    browser.type("nobody");
    browser.click("Save");
    browser.until("the target", "document.querySelector('tbody')?.textContent.includes('nobody')");
    browser.click("Try it");
    browser.until("its answer", "document.body.textContent.includes('answers')");
    browser.click("Policies");
    browser.click("Add a line");
    browser.until("the form", "document.querySelector('#policy-when')");
    browser.ask("document.querySelector('#policy-name').focus()");
    browser.type("everything");
    browser.ask("document.querySelector('#policy-when').focus()");
    browser.type("cpu_count >= ");
    browser.ask("document.querySelector('#policy-image').focus()");
    browser.type("debian/bookworm");
    browser.choose("#policy-target", "nobody");
    browser.click("Take into the table");
    browser.click("What would change?");
    browser.until("the rule's fault", "document.body.textContent.includes('line 1 (everything)')");
    browser.click("Edit");
    browser.until("the form", "document.querySelector('#policy-when')");
    browser.ask("document.querySelector('#policy-when').focus()");
    browser.ask("document.querySelector('#policy-when').setSelectionRange(99, 99)");
    browser.type("64");
    browser.click("Take into the table");
    browser.click("What would change?");
    browser.until("what it changes", "document.body.textContent.includes('looked at')");
    browser.click("Save");
    assertThat(
            Browser.await(
                "the line", () -> Optional.of(site.policies()).filter(lines -> !lines.isEmpty())))
        .first()
        .satisfies(line -> {
          assertThat(line.path("when").asText()).isEqualTo("cpu_count >= 64");
          assertThat(line.path("target").asText()).isEqualTo("nobody");
        });
  }

  private static void signsOut(Browser browser) {
    browser.ask("document.querySelector('[aria-label^=\"User menu\"]').click()");
    browser.click("Sign out");
    browser.until("the sign-in page", "document.querySelector('input[type=password]')");
    assertThat(browser.ask("fetch('/api/machines').then((answer) => answer.status)").asInt())
        .isEqualTo(401);
  }
}
