package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcException.Kind;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.BootTarget.Device;
import io.rackstead.bmc.BootTarget.Mode;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What sick, odd and lying services do, and what we say of it.
class RedfishFaultsTest {
  private static final BootTarget PXE = new BootTarget(Device.PXE, Mode.EFI);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final SimulatedServer server = SimulatedServer.usual();
  private final SimulatedRedfish service = new SimulatedRedfish(server);
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final RedfishDialer dialer = dialer(Duration.ofSeconds(20));

  @AfterEach
  void close() {
    gate.countDown();
    service.faults.clear();
    dialer.close();
    assertThat(service.openSessions()).isZero();
    service.close();
    assertThat(told).noneMatch(line -> line.contains("secret"));
  }

  private RedfishDialer dialer(Duration answer) {
    return new RedfishDialer(
        new RedfishSettings(
            Duration.ofSeconds(2),
            answer,
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            1 << 20),
        BmcTrust.inMemory(),
        (_, command, result, _) -> told.add(command + ": " + result));
  }

  private BmcAddress address() {
    return new BmcAddress("redfish+http", "127.0.0.1", service.port());
  }

  private Bmc dial() {
    return dial(dialer);
  }

  private Bmc dial(RedfishDialer by) {
    return by.dial(address(), new BmcCredentials("admin", "secret".toCharArray()));
  }

  private static void fails(Kind kind, String words, ThrowingCallable what) {
    assertThatThrownBy(what)
        .isInstanceOfSatisfying(
            BmcException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
        .hasMessageContaining(words)
        .hasMessageNotContaining("secret");
  }

  static Stream<Arguments> sickness() {
    return Stream.of(
        Arguments.of(Fault.answer(401, ""), Kind.REFUSED_CREDENTIALS, "status 401"),
        Arguments.of(
            Fault.says(403, "InsufficientPrivilege", "You may not."),
            Kind.REFUSED_CREDENTIALS,
            "You may not."),
        Arguments.of(Fault.answer(404, "{}"), Kind.PROTOCOL, "status 404"),
        Arguments.of(
            Fault.says(409, "ResourceInUse", "The resource is in use."), Kind.BUSY, "in use"),
        Arguments.of(Fault.answer(429, "{}", "Retry-After", "60"), Kind.BUSY, "status 429"),
        Arguments.of(Fault.answer(500, "{}"), Kind.BUSY, "status 500"),
        Arguments.of(Fault.answer(503, "{}", "Retry-After", "3600"), Kind.BUSY, "status 503"),
        Arguments.of(
            Fault.answer(200, "<html>log in</html>", "Content-Type", "text/html"),
            Kind.PROTOCOL,
            "text/html"),
        Arguments.of(Fault.answer(200, ""), Kind.PROTOCOL, "answered with nothing"),
        Arguments.of(Fault.answer(200, "[1, 2]"), Kind.PROTOCOL, "answered with nothing"),
        Arguments.of(Fault.answer(200, "{\"a\":".repeat(100_000)), Kind.PROTOCOL, "no JSON"),
        Arguments.of(Fault.cutInTheMiddle(), Kind.UNREACHABLE, "the connection broke"),
        Arguments.of(Fault.big(50L << 20), Kind.PROTOCOL, "more than 1024 KiB"),
        Arguments.of(
            Fault.answer(302, "", "Location", "http://192.0.2.1/redfish/v1/"),
            Kind.PROTOCOL,
            "no credentials are sent"),
        Arguments.of(
            Fault.answer(302, "", "Location", "/redfish/v1/Systems/437XR1138R2"),
            Kind.PROTOCOL,
            "redirects more than 3 times"));
  }

  @ParameterizedTest
  @MethodSource("sickness")
  void aSickAnswerIsAnErrorThatSaysWhatItWas(Fault fault, Kind kind, String words) {
    try (var bmc = dial()) {
      service.faults.add(fault.on("GET", "/Systems/437XR1138R2"));
      fails(kind, words, bmc::power);
      fails(kind, words, bmc::inventory);
      service.faults.clear();
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void noWaitHasNoLimit() {
    try (var hasty = dialer(Duration.ofSeconds(3));
        var bmc = dial(hasty)) {
      for (var fault :
          List.of(
              Fault.hang(gate),
              Fault.hangInTheMiddle(gate),
              Fault.trickle(Duration.ofMillis(50), gate))) {
        service.faults.clear();
        service.faults.add(fault.on("GET", "/Systems/437XR1138R2"));
        long start = System.nanoTime();
        fails(Kind.UNREACHABLE, "within 3.0 s", bmc::power);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      }
      service.faults.clear();
    }
  }

  @Test
  void aServiceThatIsNoRedfishServiceGetsNoPassword() {
    service.faults.add(Fault.answer(200, "{\"hello\": 1}"));
    fails(Kind.PROTOCOL, "no Redfish service", this::dial);
    assertThat(service.heard).containsOnly("GET /redfish/v1/");
    assertThat(service.passes).isEmpty();
  }

  @Test
  void aRedirectElsewhereTakesNoCredentialsAlong() {
    try (var elsewhere = new SimulatedRedfish(SimulatedServer.usual());
        var bmc = dial()) {
      var there = "http://127.0.0.1:" + elsewhere.port() + "/redfish/v1/Systems/437XR1138R2";
      service.faults.add(Fault.answer(307, "", "Location", there).on("GET", "/Systems/"));
      fails(Kind.PROTOCOL, "where no credentials are sent", bmc::power);
      assertThat(elsewhere.heard).isEmpty();
    }
  }

  @Test
  void aLinkToSomewhereElseIsNotFollowed() {
    try (var bmc = dial()) {
      service.faults.add(
          Fault.answer(
                  200,
                  "{\"PowerState\":\"Off\",\"Actions\":{\"#ComputerSystem.Reset\":{\"target\":\"http://192.0.2.1/x\"}}}")
              .on("GET", "/Systems/"));
      fails(Kind.PROTOCOL, "no path of its own", () -> bmc.power(PowerAction.ON));
    }
  }

  @Test
  void aBusyServiceIsAskedAgainWhenItSaysSo() {
    try (var bmc = dial()) {
      service.faults.add(
          Fault.answer(503, "{}", "Retry-After", "1").times(1).on("GET", "/Systems/"));
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      service.faults.add(Fault.answer(503, "{}", "Retry-After", "1").times(1).on("POST", "Reset"));
      bmc.power(PowerAction.ON);
      assertThat(server.done).containsExactly("On");
    }
  }

  @Test
  void aResetWhoseAnswerIsLostIsNotSentASecondTime() {
    server.on = true;
    try (var hasty = dialer(Duration.ofSeconds(3));
        var bmc = dial(hasty)) {
      service.faults.add(Fault.hang(gate).on("POST", "Reset"));
      fails(Kind.UNREACHABLE, "Reset ForceRestart", () -> bmc.power(PowerAction.FORCE_RESTART));
      assertThat(service.heard)
          .filteredOn(line -> line.startsWith("POST") && line.contains("Reset"))
          .hasSize(1);
    }
  }

  @Test
  void aSessionThatTheServiceForgotIsOpenedAnew() {
    try (var bmc = dial()) {
      service.forgetSessions();
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      assertThat(service.openSessions()).isEqualTo(1);
    }
  }

  @Test
  void oneSessionServesAllWhoDial() {
    for (int i = 0; i < 20; i++) {
      try (var bmc = dial()) {
        bmc.power();
      }
    }
    assertThat(service.heard).filteredOn(line -> line.endsWith("/Sessions")).hasSize(1);
    assertThat(dialer.openSessions()).isEqualTo(1);
  }

  @Test
  void whereAllSessionsAreTakenThePasswordIsShownWithEachRequest() {
    service.behaviour.sessionLimit = 0;
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      assertThat(server.on).isTrue();
    }
  }

  @Test
  void whereAllSessionsAreTakenAndNothingElseHelpsItIsBusy() {
    service.behaviour.sessionLimit = 0;
    service.behaviour.basic = false;
    fails(Kind.BUSY, "no free session", this::dial);
  }

  @Test
  void aPasswordThatIsRefusedIsNotTriedInAnotherWayAsWell() {
    var wrong = new BmcCredentials("admin", "wrong".toCharArray());
    fails(Kind.REFUSED_CREDENTIALS, "\"admin\"", () -> dialer.dial(address(), wrong));
    assertThat(service.passes).isEmpty();
    assertThat(service.heard).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "ON, false, On ForceOff, On",
    "ON, false, ForceOn ForceOff, ForceOn",
    "ON, false, PushPowerButton, PushPowerButton",
    "GRACEFUL_SHUTDOWN, true, On PushPowerButton, PushPowerButton",
    "FORCE_RESTART, true, On PowerCycle, PowerCycle",
    "POWER_CYCLE, true, On ForceRestart, ForceRestart",
    "POWER_CYCLE, true, PowerCycle ForceRestart, PowerCycle"
  })
  void theNextBestOfWhatIsOfferedIsTaken(
      PowerAction action, boolean on, String offered, String taken) {
    server.on = on;
    server.resets = List.of(offered.split(" "));
    try (var bmc = dial()) {
      bmc.power(action);
    }
    assertThat(server.done).containsExactly(taken);
  }

  @ParameterizedTest
  @CsvSource({"FORCE_OFF, true, On PushPowerButton", "FORCE_RESTART, true, GracefulRestart"})
  void whatIsNotOfferedIsNotReplacedBySomethingElse(
      PowerAction action, boolean on, String offered) {
    server.on = on;
    server.resets = List.of(offered.split(" "));
    try (var bmc = dial()) {
      fails(Kind.UNSUPPORTED, "it offers [" + offered.replace(" ", ", "), () -> bmc.power(action));
    }
    assertThat(server.done).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PoweringOn, UNKNOWN", "PoweringOff, UNKNOWN", "Paused, ON", "'?', UNKNOWN"})
  void onAndOffAreSaidOnlyWhenTheyAreSo(String shown, PowerState read) {
    service.behaviour.shownPower = shown;
    try (var bmc = dial()) {
      assertThat(bmc.power()).isEqualTo(read);
    }
  }

  @Test
  void aTaskThatFailsIsAnErrorInItsOwnWords() {
    service.behaviour.tasks = true;
    service.behaviour.taskEnds = "Exception";
    try (var bmc = dial()) {
      fails(
          Kind.PROTOCOL,
          "Reset On: its task ended as Exception: The operation has ended.",
          () -> bmc.power(PowerAction.ON));
    }
  }

  @Test
  void aTaskThatNeverEndsIsWaitedForAsLongAsThereIsPatience() {
    service.behaviour.tasks = true;
    service.behaviour.taskEnds = "Running";
    try (var bmc = dial()) {
      fails(Kind.BUSY, "is not done after 2 s", () -> bmc.power(PowerAction.ON));
    }
  }

  @Test
  void aBootTargetThatIsNotKeptIsAnError() {
    service.behaviour.forgetsBoot = true;
    try (var bmc = dial()) {
      fails(
          Kind.PROTOCOL,
          "kept \"None\" where \"Pxe\" was set",
          () -> bmc.bootFrom(PXE, Persistence.ONCE));
    }
  }

  @Test
  void aBootTargetThatIsNotOfferedIsToldWithWhatIs() {
    server.targets = List.of("None", "Hdd");
    try (var bmc = dial()) {
      fails(Kind.UNSUPPORTED, "offers [None, Hdd]", () -> bmc.bootFrom(PXE, Persistence.ONCE));
      assertThat(bmc.facet(io.rackstead.bmc.HttpBoot.class)).isEmpty();
    }
  }

  @Test
  void whereTheModeCannotBeChosenTheTargetIsSetWithoutIt() {
    service.behaviour.refusesMode = true;
    try (var bmc = dial()) {
      bmc.bootFrom(PXE, Persistence.ONCE);
      assertThat(server.boots()).isEqualTo("PXE EFI ONCE");
      assertThat(told).anyMatch(line -> line.contains("BootSourceOverrideMode: refused"));
    }
  }

  @Test
  void aTagThatSomeoneElseMadeStaleIsReadAnew() {
    service.faults.add(
        Fault.says(412, "PreconditionFailed", "The ETag did not match.")
            .times(1)
            .on("PATCH", "/Systems/"));
    try (var bmc = dial()) {
      bmc.bootFrom(PXE, Persistence.ONCE);
      assertThat(server.boots()).isEqualTo("PXE EFI ONCE");
    }
  }

  @Test
  void aVirtualCdOfSupermicroIsAUsbCdAndTheInventoryNamesTheQuirk() {
    server.vendor = "Supermicro";
    server.targets = List.of("None", "Cd", "UsbCd");
    try (var bmc = dial()) {
      bmc.bootFrom(new BootTarget(Device.CD, Mode.EFI), Persistence.ONCE);
      assertThat(server.target).isEqualTo("UsbCd");
      assertThat(bmc.inventory().facts()).containsEntry("Quirks", "supermicro-usb-cd");
    }
  }

  @Test
  void theSerialNumberOfADellIsItsServiceTag() {
    server.vendor = "Dell Inc.";
    try (var bmc = dial()) {
      assertThat(bmc.identity().serial()).isEqualTo("8675309");
    }
  }
}
