package io.rackstead.pxe.grub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrubPagesTest {
  private static final MacAddress ANNA = MacAddress.parse("52:54:00:00:00:0a");
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.50");
  private static final BootDecision.Linux LINUX =
      new BootDecision.Linux("e/vmlinuz", List.of("e/initrd"), List.of("a=b;c", "${x}", "quiet"));

  @TempDir Path folder;
  private final Noted noted = new Noted();
  private final List<BootRequest> asked = new ArrayList<>();
  private BootDecision decision = LINUX;
  private long nanos;

  @Test
  void everyClientIsSentToItsOwnScript() {
    assertThat(text("grub/grub.cfg", CLIENT))
        .isEqualTo("configfile /grub/${grub_cpu}/${net_default_mac}\n");
    assertThat(text("grub/x86_64/" + ANNA, CLIENT))
        .isEqualTo(
            """
            echo 'rackstead: loading by the signed GRUB'
            for try in 1 2 3; do
              if linux '/e/vmlinuz' 'a=b;c' '${x}' 'quiet'; then
                if initrd '/e/initrd'; then boot; fi
              fi
              echo 'rackstead: failed, trying again in 5 seconds'
              sleep 5
            done
            exit
            """);
    assertThat(asked.getFirst().stage()).isEqualTo(BootRequest.Stage.SCRIPT);
    assertThat(asked.getFirst().mac()).isEqualTo(ANNA);
    assertThat(asked.getFirst().arch()).isEqualTo(ClientArch.UEFI_X64);
    assertThat(noted.effects).hasSize(1);
  }

  @Test
  void theScriptIsForTheProcessorThatGrubRunsOn() {
    text("grub/arm64/" + ANNA, CLIENT);
    assertThat(asked.getFirst().arch()).isEqualTo(ClientArch.UEFI_ARM64);
  }

  @Test
  void oneBootIsOneDecisionHoweverOftenGrubOpensItsScript() {
    var first = text("grub/x86_64/" + ANNA, CLIENT);
    assertThat(text("grub/x86_64/" + ANNA, CLIENT)).isEqualTo(first);
    assertThat(asked).hasSize(1);
    nanos += Duration.ofSeconds(11).toNanos();
    text("grub/x86_64/" + ANNA, CLIENT);
    assertThat(asked).hasSize(2);
    assertThat(noted.effects).hasSize(2);
  }

  @Test
  void aScriptIsForAClientWhoseChainItIsAndForNobodyElse() {
    assertThat(open("grub/x86_64/52:54:00:00:00:0b", CLIENT)).isEmpty();
    assertThat(open("grub/x86_64/" + ANNA, InetAddress.ofLiteral("10.1.0.50"))).isEmpty();
    assertThat(open("grub/", CLIENT)).isEmpty();
    assertThat(open("grub/" + ANNA, CLIENT)).isEmpty();
    assertThat(open("grub/i386/" + ANNA, CLIENT)).isEmpty();
    assertThat(open("grub/../" + ANNA, CLIENT)).isEmpty();
    assertThat(asked).isEmpty();
  }

  @Test
  void whatIsNotToBeBootedGoesOnToTheNextEntry() {
    decision = new BootDecision.LocalDisk();
    assertThat(text("grub/x86_64/" + ANNA, CLIENT)).endsWith("local disk'\nexit\n");
    nanos += Duration.ofSeconds(11).toNanos();
    decision = new BootDecision.Ignore("no';reboot\nx");
    assertThat(text("grub/x86_64/" + ANNA, CLIENT))
        .isEqualTo("echo 'rackstead: nothing to boot: no??reboot?x'\nsleep 3\nexit\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a'b", "a\nreboot", "", "tab\t", "ü"})
  void aWordThatGrubWouldReadAsSomethingElseIsRefused(String word) {
    assertThatThrownBy(() -> GrubScript.of(new BootDecision.Linux("k", List.of(), List.of(word))))
        .hasMessageStartingWith("a GRUB script cannot carry this as one word");
    decision = new BootDecision.Linux("k", List.of(), List.of(word));
    assertThat(text("grub/x86_64/" + ANNA, CLIENT))
        .startsWith("echo 'rackstead: nothing to boot: a GRUB");
    assertThat(noted.effects).isEmpty();
  }

  /// GRUB's own reader has the last word.
  @Test
  void grubItselfFindsNothingWrongWithTheScripts() throws Exception {
    var check = Path.of("/usr/bin/grub-script-check");
    assumeTrue(Files.isExecutable(check), "no grub-script-check: tests/run");
    for (var one :
        List.of(LINUX, new BootDecision.LocalDisk(), new BootDecision.Ignore("no 'quote"))) {
      var file = Files.writeString(folder.resolve("script"), GrubScript.of(one));
      var run = new ProcessBuilder(check.toString(), file.toString()).inheritIO().start();
      assertThat(run.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(run.exitValue()).isZero();
    }
  }

  private String text(String name, InetAddress client) {
    return switch (open(name, client).orElseThrow()) {
      case BootFile.InMemory(var bytes) -> new String(bytes, US_ASCII);
      case BootFile.OnDisk onDisk -> throw new AssertionError(onDisk);
      case BootFile.Overlaid overlaid -> throw new AssertionError(overlaid);
    };
  }

  private Optional<BootFile> open(String name, InetAddress client) {
    return pages.open(name, client);
  }

  private final GrubPages pages =
      new GrubPages(
          new Booter() {
            @Override
            public BootAnswer decide(BootRequest request) {
              asked.add(request);
              return new BootAnswer(
                  decision, "test", List.of(new BootEffect.Booting("m", 1, "secret")));
            }

            @Override
            public Optional<BootFile> open(String name, InetAddress client) {
              return Optional.empty();
            }
          },
          () -> List.of(network()),
          noted,
          () -> nanos);

  private static Served network() {
    return new Served(
        "prov0",
        Subnet.parse("10.0.0.0/24"),
        Mode.SERVER,
        Subnet.address("10.0.0.2"),
        List.of(),
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Duration.ofHours(1),
        new OptionTemplates(
            OptionTemplate.NONE,
            Map.of(),
            Map.of(),
            LoaderChain.IPXE,
            Map.of(ANNA, LoaderChain.SIGNED_GRUB)));
  }
}
