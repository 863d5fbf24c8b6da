package io.rackstead.tests.bmc;

import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_17;
import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcException.Kind;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.ipmi.CipherSuite;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the IPMI client does when the BMC or the network misbehaves.
class IpmiFaultsTest {
  private static final int CHASSIS_CONTROL = 0x0002;
  private static final Duration KEEP = Duration.ofSeconds(30);

  private final List<String> trace = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final MemoryChassis chassis = new MemoryChassis();
  private SimulatedBmc simulated = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);
  private final IpmiDialer dialer = dialer(8, SUITE_17, SUITE_3);

  private void simulate(SimulatedBmcConfig config) {
    open.add(simulated);
    simulated = new SimulatedBmc(config, chassis);
  }

  private IpmiDialer dialer(int tries, CipherSuite... suites) {
    var made =
        new IpmiDialer(
            new IpmiSettings(List.of(suites), Duration.ofMillis(60), tries, KEEP),
            (address, command, result, millis) -> trace.add(command + ": " + result));
    open.add(made);
    return made;
  }

  @AfterEach
  void close() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
    simulated.close();
  }

  private BmcAddress address() {
    return new BmcAddress("ipmi", "127.0.0.1", simulated.port());
  }

  private Bmc dial(IpmiDialer by) {
    return by.dial(address(), account("admin", "secret"));
  }

  private static BmcCredentials account(String user, String password) {
    return new BmcCredentials(user, password.toCharArray());
  }

  private static BmcException failure(Runnable work) {
    return catchThrowableOfType(BmcException.class, work::run);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void anyLostQuestionIsAskedAgain(int before) {
    simulated.faults.loseAfter(before);
    try (var bmc = dial(dialer)) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void aNetworkThatLosesOnePacketInSixOnlyTakesLonger() {
    simulated.faults.loss = 16;
    try (var bmc = dial(dialer)) {
      for (int round = 0; round < 10; round++) {
        bmc.power(PowerAction.ON);
        assertThat(bmc.power()).isEqualTo(PowerState.ON);
        bmc.power(PowerAction.FORCE_OFF);
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
    }
  }

  @Test
  void answersThatComeAfterTheQuestionWasRepeatedAreTakenOnceAndForTheirOwnQuestion() {
    simulated.faults.late = Duration.ofMillis(130);
    try (var bmc = dial(dialer)) {
      for (int round = 0; round < 3; round++) {
        bmc.power(PowerAction.ON);
        assertThat(bmc.power()).isEqualTo(PowerState.ON);
        bmc.power(PowerAction.FORCE_OFF);
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
    }
  }

  @Test
  void aSlowBmcThatForgetsItsFirstRakpAnswerIsGivenMoreTime() {
    simulated.faults.freshRakp2 = true;
    simulated.faults.late = Duration.ofMillis(100);
    try (var bmc = dial(dialer)) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(trace).anyMatch(line -> line.contains("beginning anew"));
  }

  @Test
  void duplicatedReorderedAndDamagedPacketsChangeNothing() {
    simulated.faults.duplicates = true;
    simulated.faults.swaps = true;
    simulated.faults.garbage = true;
    try (var bmc = dial(dialer)) {
      for (int round = 0; round < 30; round++) {
        bmc.power(PowerAction.ON);
        assertThat(bmc.power()).isEqualTo(PowerState.ON);
        bmc.power(PowerAction.FORCE_OFF);
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
    }
    assertThat(dialer.unreadablePackets()).isPositive();
  }

  @Test
  void aResetWhoseAnswerIsLostIsSentOnceAndTheOperatorIsToldToLook() {
    try (var bmc = dial(dialer(3, SUITE_17))) {
      bmc.power(PowerAction.ON);
      simulated.faults.muteAfter = CHASSIS_CONTROL;
      var failure = failure(() -> bmc.power(PowerAction.FORCE_RESTART));
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure)
          .hasMessageContaining("Chassis Control: hard reset")
          .hasMessageContaining("may have been carried out");
    }
    assertThat(chassis.actions())
        .containsExactly(Chassis.Action.POWER_UP, Chassis.Action.HARD_RESET);
  }

  @Test
  void aPowerUpWhoseAnswerIsLostIsRepeated() {
    try (var bmc = dial(dialer)) {
      simulated.faults.loseAnswers.set(2);
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
    }
    assertThat(chassis.actions()).containsOnly(Chassis.Action.POWER_UP);
  }

  @Test
  void aBusyBmcIsAskedAgainAlsoForAReset() {
    try (var bmc = dial(dialer)) {
      bmc.power(PowerAction.ON);
      simulated.faults.busy.set(2);
      bmc.power(PowerAction.FORCE_RESTART);
    }
    assertThat(chassis.actions())
        .containsExactly(Chassis.Action.POWER_UP, Chassis.Action.HARD_RESET);
  }

  @Test
  void aBmcThatStaysBusyIsReportedAsBusy() {
    try (var bmc = dial(dialer(2, SUITE_17))) {
      simulated.faults.busy.set(100);
      var failure = failure(bmc::power);
      assertThat(failure.kind()).isEqualTo(Kind.BUSY);
      simulated.faults.busy.set(0);
    }
  }

  @Test
  void silenceIsNoticedWithinABoundedTime() {
    simulated.faults.silent = true;
    long began = System.nanoTime();
    var failure = failure(() -> dial(dialer(3, SUITE_17)));
    var took = Duration.ofNanos(System.nanoTime() - began);

    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure)
        .hasMessageContaining("no answer in")
        .hasMessageContaining("IPMI over LAN switched on");
    assertThat(took).isBetween(Duration.ofMillis(280), Duration.ofSeconds(10));
  }

  @Test
  void aBmcThatWasRestartedGetsANewSessionWithoutTheCallersNotice() {
    try (var bmc = dial(dialer(3, SUITE_17))) {
      bmc.power(PowerAction.ON);
      simulated.forgetSessions();
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
      simulated.forgetSessions();
      bmc.power(PowerAction.FORCE_RESTART);
    }
    assertThat(chassis.actions())
        .containsExactly(Chassis.Action.POWER_UP, Chassis.Action.HARD_RESET);
  }

  @Test
  void aBmcThatDoesNotProveToKnowThePasswordIsNotTrusted() {
    simulated.faults.wrongRakp2 = true;
    var failure = failure(() -> dial(dialer));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED_CREDENTIALS);
    assertThat(failure).hasMessageContaining("wrong password for \"admin\"");
    assertThat(simulated.openSessions()).isZero();
  }

  @Test
  void aWrongIntegrityCheckValueEndsTheHandshake() {
    simulated.faults.wrongRakp4 = true;
    var failure = failure(() -> dial(dialer));
    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(failure).hasMessageContaining("RAKP message 4");
  }

  @Test
  void algorithmsThatWereNotAskedForAreNotTaken() {
    simulated.faults.otherAlgorithms = true;
    var failure = failure(() -> dial(dialer));
    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(failure).hasMessageContaining("other algorithms than were asked for");
  }

  @Test
  void theNextSuiteIsTriedOnlyAfterARefusalAndTheTraceSaysSo() {
    simulate(SimulatedBmcConfig.usual().withSuites(Suite.THREE));
    try (var bmc = dial(dialer)) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(trace)
        .contains(
            "Open Session, cipher suite 17: it does not take this cipher suite (code 11h)",
            "Open Session, cipher suite 3: ok");
  }

  @Test
  void aSuiteThatIsNotAllowedIsNeverFallenBackTo() {
    simulate(SimulatedBmcConfig.usual().withSuites(Suite.THREE));
    var failure = failure(() -> dial(dialer(3, SUITE_17)));
    assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED);
    assertThat(failure).hasMessageContaining("takes none of the cipher suites [17]");
    assertThat(trace).noneMatch(line -> line.contains("suite 3"));
  }

  @Test
  void whereOthersHoldAllSessionsTheBmcIsBusy() {
    simulate(SimulatedBmcConfig.usual().withSessionLimit(1));
    try (var _ = dial(dialer)) {
      var failure = failure(() -> dial(dialer(3, SUITE_17)));
      assertThat(failure.kind()).isEqualTo(Kind.BUSY);
      assertThat(failure).hasMessageContaining("no free session");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sixteen 0123456789abcdef", "twenty 0123456789abcdefghij"})
  void passwordsOf16And20BytesOpenASessionWithBothSuites(String account) {
    var words = account.split(" ", 2);
    for (var suite : CipherSuite.values()) {
      try (var bmc = dialer(8, suite).dial(address(), account(words[0], words[1]))) {
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123456789abcde", "0123456789abcdefghi"})
  void aPasswordThatIsTheRightOneCutShortIsRefused(String cut) {
    var user = cut.length() == 15 ? "sixteen" : "twenty";
    var failure = failure(() -> dialer.dial(address(), account(user, cut)));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED_CREDENTIALS);
  }

  @Test
  void aPasswordThatIpmiCannotHoldIsRefusedBeforeAnythingIsSent() {
    var failure = failure(() -> dialer.dial(address(), account("twenty", "0123456789abcdefghijk")));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED_CREDENTIALS);
    assertThat(failure).hasMessageContaining("at most 20 bytes, this one has 21");
    assertThat(simulated.received()).isZero();
  }

  @Test
  void anOperatorsAccountIsRefusedWithTheReason() {
    var failure = failure(() -> dialer.dial(address(), account("oper", "secret3")));
    assertThat(failure.kind()).isEqualTo(Kind.REFUSED_CREDENTIALS);
    assertThat(failure).hasMessageContaining("administrator").hasMessageContaining("oper");
  }

  @Test
  void theBmcsNumbersMayWrapInTheMiddleOfASession() {
    simulated.startSequenceAt(0xfffffffd);
    try (var bmc = dial(dialer)) {
      for (int i = 0; i < 20; i++) {
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
    }
  }

  @Test
  void aSessionIsSharedKeptForTheNextCallerAndClosedInTheEnd() throws Exception {
    try (var one = dial(dialer);
        var other = dial(dialer)) {
      assertThat(one.power()).isEqualTo(other.power());
      assertThat(simulated.openSessions()).isEqualTo(1);
    }
    int before = simulated.received();
    try (var again = dial(dialer)) {
      assertThat(again.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(simulated.received() - before).isLessThan(5);
    assertThat(simulated.openSessions()).isEqualTo(1);
    dialer.close();
    assertThat(simulated.openSessions()).isZero();
  }

  @Test
  void manyCallersAtOnceShareOneSocketAndGetTheirOwnAnswers() throws Exception {
    var others = new ArrayList<SimulatedBmc>();
    var on = new ArrayList<Boolean>();
    for (int i = 0; i < 20; i++) {
      var lamp = new MemoryChassis();
      boolean lit = i % 3 == 0;
      if (lit) {
        lamp.act(Chassis.Action.POWER_UP, Chassis.Boot.NONE);
      }
      on.add(lit);
      var other = new SimulatedBmc(SimulatedBmcConfig.usual(), lamp);
      others.add(other);
      open.add(other);
    }
    var patient = dialer(12, SUITE_3);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<PowerState>>();
      for (int i = 0; i < 200; i++) {
        var there = new BmcAddress("ipmi", "127.0.0.1", others.get(i % 20).port());
        answers.add(
            threads.submit(() -> {
              try (var bmc = patient.dial(there, account("admin", "secret"))) {
                return bmc.power();
              }
            }));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(answers.get(i).get()).isEqualTo(on.get(i % 20) ? PowerState.ON : PowerState.OFF);
      }
    }
    assertThat(others).allMatch(other -> other.openSessions() == 1);
  }

  @Test
  void aSocketMadeElsewhereIsUsed() throws IOException {
    var channel = DatagramChannel.open();
    var mine =
        new IpmiDialer(
            new IpmiSettings(List.of(SUITE_3), Duration.ofMillis(100), 8, Duration.ZERO),
            (_, _, _, _) -> {},
            Optional.of(channel));
    open.add(mine);
    try (var bmc = dial(mine)) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(channel.getLocalAddress()).isNotNull();
  }

  @Test
  void theTraceNamesEachStepAndNoSecret() {
    try (var bmc = dial(dialer(8, SUITE_17))) {
      bmc.power(PowerAction.ON);
    }
    assertThat(trace)
        .containsExactly(
            "Get Channel Authentication Capabilities: ok",
            "Open Session, cipher suite 17: ok",
            "RAKP message 1: ok",
            "RAKP message 3: ok",
            "Set Session Privilege Level: administrator: ok",
            "Chassis Control: power up: ok");
    assertThat(String.join("\n", trace)).doesNotContain("secret");
  }

  @Test
  void aHostWithoutAnAddressIsUnreachable() {
    var nowhere = BmcAddress.parse("ipmi://no-such-bmc.invalid");
    var failure = failure(() -> dialer.dial(nowhere, account("admin", "secret")));
    assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(failure).hasMessageContaining("no address is known for no-such-bmc.invalid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "of-16-characters", "of-20-bytes-in-length"})
  void anAccountThatWasPutOpensASessionAndTheOldOneStays(String words) {
    var mine = account("rackstead", words.substring(0, Math.min(20, words.length())));
    try (var bmc = dial(dialer)) {
      var accounts = bmc.facet(Accounts.class).orElseThrow();
      accounts.put(mine);
      accounts.put(mine);
      assertThat(accounts.list())
          .extracting(Accounts.Account::name)
          .containsExactly("admin", "oper", "sixteen", "twenty", "rackstead");
      assertThat(accounts.list().getLast().privilege()).isEqualTo("ADMINISTRATOR");
    }
    try (var bmc = dialer.dial(address(), mine)) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
    assertThat(String.join("\n", trace)).doesNotContain(words);
  }

  @Test
  void whereAllPlacesAreTakenNoAccountIsOverwritten() {
    try (var bmc = dial(dialer)) {
      var accounts = bmc.facet(Accounts.class).orElseThrow();
      for (int i = 0; i < 5; i++) {
        accounts.put(account("more" + i, "words"));
      }
      var failure = failure(() -> accounts.put(account("one-too-many", "words")));
      assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED);
      assertThat(failure).hasMessageContaining("all 10 places for accounts are taken");
    }
  }

  @Test
  void closingTheDialerWaitsForNoDeadBmc() {
    var bmc = dial(dialer(20, SUITE_17));
    simulated.faults.silent = true;
    long began = System.nanoTime();
    for (var each : open.reversed()) {
      if (each instanceof IpmiDialer one) {
        one.close();
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(9));
    bmc.close();
  }
}
