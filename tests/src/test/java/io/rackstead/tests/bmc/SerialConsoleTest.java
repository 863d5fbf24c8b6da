package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.ipmi.CipherSuite;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Serial over LAN between our client and the simulated BMC, on good lines and bad ones.
class SerialConsoleTest {
  private final MemoryChassis chassis = new MemoryChassis();
  private final SimulatedBmc simulated = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);
  private final Terminal terminal = new Terminal();
  private final List<AutoCloseable> dialers = new ArrayList<>();
  private final IpmiDialer dialer = dialer(12);

  private IpmiDialer dialer(int tries) {
    // so many tries that a busy machine is not taken for a dead one
    var settings =
        new IpmiSettings(
            List.of(CipherSuite.values()), Duration.ofMillis(100), tries, Duration.ZERO);
    var made = new IpmiDialer(settings, BmcTrace.NONE);
    dialers.add(made);
    return made;
  }

  @AfterEach
  void close() throws Exception {
    for (var each : dialers) {
      each.close();
    }
    simulated.close();
  }

  private Bmc dial(IpmiDialer from) {
    return from.dial(
        new BmcAddress("ipmi", "127.0.0.1", simulated.port()),
        new BmcCredentials("admin", "secret".toCharArray()));
  }

  private static SerialConsole console(Bmc bmc) {
    return bmc.facet(SerialConsole.class).orElseThrow();
  }

  private static byte[] keys(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsTypedArrivesAndWhatTheServerWritesIsShown() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.serial.says("login: ");
      terminal.waitFor("login: ");
      console.type(keys("root\r"));
      assertThat(terminal.waitFor("]\r\n")).isEqualTo("login: \r\n[ROOT]\r\n");
      assertThat(simulated.serial.typed()).isEqualTo("root\r");
    }
    assertThat(simulated.consoleActive()).isFalse();
    assertThat(terminal.waitUntilEnded()).isEmpty();
  }

  @Test
  void longTextGoesInPiecesBothWaysAndComesWholeAndOnce() throws Exception {
    var said =
        IntStream.range(0, 400)
            .mapToObj("line %d of the log\r\n"::formatted)
            .collect(Collectors.joining());
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.serial.says(said);
      assertThat(terminal.waitFor("line 399 of the log\r\n")).isEqualTo(said);
      console.type(keys("x".repeat(2000) + "\r"));
      assertThat(terminal.waitFor("]\r\n")).endsWith("[" + "X".repeat(2000) + "]\r\n");
    }
  }

  @Test
  void onALineThatLosesAndDoublesPacketsNoCharacterIsLostOrReadTwice() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.faults.loss = 15;
      simulated.faults.duplicates = true;
      for (int i = 0; i < 20; i++) {
        console.type(keys("command number %d\r".formatted(i)));
        terminal.waitFor("[COMMAND NUMBER %d]".formatted(i));
      }
      simulated.faults.loss = 0;
      assertThat(terminal.waitFor("[COMMAND NUMBER 19]\r\n"))
          .isEqualTo(
              IntStream.range(0, 20)
                  .mapToObj("\r\n[COMMAND NUMBER %d]\r\n"::formatted)
                  .collect(Collectors.joining()));
    }
  }

  @Test
  void packetsThatComeLateOrDamagedChangeNothing() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.faults.swaps = true;
      simulated.faults.garbage = true;
      for (int i = 0; i < 10; i++) {
        console.type(keys("%d\r".formatted(i)));
        terminal.waitFor("[%d]\r\n".formatted(i));
      }
      assertThat(simulated.serial.typed()).isEqualTo("0\r1\r2\r3\r4\r5\r6\r7\r8\r9\r");
    }
  }

  @Test
  void whatABmcHasNoRoomForIsSentAgainInOrder() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.faults.solFull.set(2);
      simulated.faults.solHalf.set(3);
      console.type(keys("abcdefghijklmnopqrstuvwxyz\r"));
      terminal.waitFor("[ABCDEFGHIJKLMNOPQRSTUVWXYZ]");
      assertThat(simulated.serial.typed()).isEqualTo("abcdefghijklmnopqrstuvwxyz\r");
    }
  }

  @Test
  void aBreakTravelsInTheOrderOfTheKeys() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      console.sendBreak();
      console.type(keys("b\r"));
      terminal.waitFor("[B]");
      assertThat(simulated.serial.breaks()).isEqualTo(1);
    }
  }

  @Test
  void commandsAreAnsweredWhileTheConsoleIsOpen() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.serial.says("x".repeat(3000));
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
      console.type(keys("still here\r"));
      terminal.waitFor("[STILL HERE]");
      assertThat(simulated.openSessions()).isEqualTo(1);
    }
  }

  @Test
  void theConsoleStaysWhenTheOneWhoOpenedItGivesTheBmcBack() throws Exception {
    SerialConsole.Stream console;
    try (var bmc = dial(dialer)) {
      console = console(bmc).open(terminal, false);
    }
    console.type(keys("alone\r"));
    terminal.waitFor("[ALONE]");
    console.close();
    assertThat(simulated.consoleActive()).isFalse();
  }

  @Test
  void aConsoleThatIsTakenIsRefusedInWordsAndTakenOverWhereThatIsAsked() throws Exception {
    var second = new Terminal();
    try (var bmc = dial(dialer);
        var first = console(bmc).open(terminal, false);
        var other = dial(dialer(12))) {
      var failure =
          catchThrowableOfType(
              BmcException.class, () -> console(other).open(second, false).close());
      assertThat(failure.kind()).isEqualTo(BmcException.Kind.BUSY);
      assertThat(failure).hasMessageContaining("somebody else has its serial console open");
      var same =
          catchThrowableOfType(BmcException.class, () -> console(bmc).open(second, true).close());
      assertThat(same).hasMessageContaining("somebody else has its serial console open");

      try (var taken = console(other).open(second, true)) {
        assertThat(terminal.waitUntilEnded()).contains("somebody else took it over");
        taken.type(keys("mine\r"));
        second.waitFor("[MINE]");
        var late = catchThrowableOfType(BmcException.class, () -> first.type(keys("x")));
        assertThat(late).hasMessageContaining("has ended");
      }
    }
  }

  @Test
  void aBmcThatFallsSilentEndsTheConsoleAndSaysSo() throws Exception {
    try (var bmc = dial(dialer(6));
        var console = console(bmc).open(terminal, false)) {
      simulated.faults.silent = true;
      console.type(keys("hello?\r"));
      assertThat(terminal.waitUntilEnded()).startsWith("what was typed had no answer in");
    }
  }

  @Test
  void moreThanAServerTakesIsRefused() throws Exception {
    try (var bmc = dial(dialer);
        var console = console(bmc).open(terminal, false)) {
      simulated.faults.solFull.set(Integer.MAX_VALUE);
      console.type(new byte[60_000]);
      var failure = catchThrowableOfType(BmcException.class, () -> console.type(new byte[10_000]));
      assertThat(failure.kind()).isEqualTo(BmcException.Kind.BUSY);
    }
  }

  @Test
  void fiftyConsolesCostNoThreadOfTheirOwn() throws Exception {
    var bmcs = new ArrayList<SimulatedBmc>();
    try {
      var shared = dialer(12);
      long threads = ipmiThreads();
      for (int i = 0; i < 50; i++) {
        var bmc = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);
        bmcs.add(bmc);
        var address = new BmcAddress("ipmi", "127.0.0.1", bmc.port());
        var screen = new Terminal();
        try (var dialled =
            shared.dial(address, new BmcCredentials("admin", "secret".toCharArray()))) {
          console(dialled).open(screen, false).type(keys("n%d\r".formatted(i)));
          screen.waitFor("[N%d]".formatted(i));
        }
      }
      assertThat(shared.openSessions()).isEqualTo(50);
      assertThat(ipmiThreads()).isLessThanOrEqualTo(threads);
    } finally {
      bmcs.forEach(SimulatedBmc::close);
    }
  }

  private static long ipmiThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ipmi-"))
        .count();
  }
}
