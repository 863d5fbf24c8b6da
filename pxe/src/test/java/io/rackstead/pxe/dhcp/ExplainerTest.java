package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.Explanation.Question;
import io.rackstead.pxe.Explanation.Stage;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainerTest {
  private static final UUID SYSTEM = UUID.fromString("11223344-5566-7788-99aa-bbccddeeff00");

  @TempDir Path folder;
  private final List<Served> served = new ArrayList<>();
  private final List<BootRequest> decided = new ArrayList<>();
  private LeaseLog leases;
  private Explainer explainer;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("undionly.kpxe"), "x");
    Files.writeString(folder.resolve("snponly.efi"), "x");
    leases = LeaseLog.open(folder, InstantSource.system());
    served.add(Dhcp.network("prov0", "10.0.0", Mode.SERVER));
    served.add(Dhcp.network("beside0", "10.5.0", Mode.PROXY));
    explainer =
        new Explainer(
            new Enrols(),
            () -> List.copyOf(served),
            Optional.of(leases),
            Loaders.in(folder),
            () -> 5248,
            InstantSource.system());
  }

  @AfterEach
  void stop() throws IOException {
    leases.close();
  }

  @Test
  void aFirmwaresAnswerIsTheRealOneAndNothingIsHeldForIt() {
    var explained = ask(ClientArch.UEFI_X64, Stage.FIRMWARE, "", "prov0");
    assertThat(explained.lines())
        .containsExactly(
            "network  10.0.0.0/24, the one on prov0",
            "outcome  DISCOVER firmware UEFI_X64 → OFFER 10.0.0.50, boot snponly.efi",
            "rule     unknown: to be enrolled",
            "effect   an unknown client is noted: 52:54:00:00:00:0a UEFI_X64",
            "reply    to 255.255.255.255 port 68",
            "reply    yiaddr 10.0.0.50",
            "reply    siaddr 10.0.0.2",
            "reply    file snponly.efi",
            "reply    option 1 0xffffff00",
            "reply    option 3 0x0a000001",
            "reply    option 6 0x09090909",
            "reply    option 15 example",
            "reply    option 43 0x060108ff",
            "reply    option 51 0x00000e10",
            "reply    option 53 0x02",
            "reply    option 54 0x0a000002",
            "reply    option 58 0x00000708",
            "reply    option 59 0x00000c4e",
            "reply    option 60 PXEClient",
            "reply    option 66 10.0.0.2",
            "reply    option 67 snponly.efi",
            "reply    option 97 0x004433221166558877" + "99aabbccddeeff00");
    assertThat(leases.list()).isEmpty();
    assertThat(decided.getFirst().systemUuid()).contains(SYSTEM);
  }

  @Test
  void eachStageIsAskedAsItAsksItself() {
    assertThat(ask(ClientArch.BIOS_X86, Stage.LOADER, "", "prov0").outcome())
        .endsWith("boot http://10.0.0.2:5248/ipxe/52540000000a?arch=0&uuid=" + SYSTEM);
    assertThat(ask(ClientArch.UEFI_X64_HTTP, Stage.FIRMWARE, "", "prov0").outcome())
        .endsWith("boot http://10.0.0.2:5248/snponly.efi");
    var script = ask(ClientArch.BIOS_X86, Stage.SCRIPT, "", "prov0");
    assertThat(script.outcome())
        .isEqualTo("script: kernel k, ramdisks i, arguments rackstead.cap=… quiet");
    var system = ask(ClientArch.UNKNOWN, Stage.SYSTEM, "", "prov0");
    assertThat(system.outcome()).isEqualTo("DISCOVER → OFFER 10.0.0.50");
    assertThat(system.rule()).isEmpty();
    assertThat(decided)
        .extracting(BootRequest::stage)
        .containsExactly(
            BootRequest.Stage.LOADER, BootRequest.Stage.FIRMWARE, BootRequest.Stage.SCRIPT);
  }

  @Test
  void theWayOfTheQuestionChoosesTheNetwork() {
    assertThat(ask(ClientArch.UEFI_X64, Stage.FIRMWARE, "", "").network())
        .isEqualTo("none: several networks and no interface to tell by");
    assertThat(ask(ClientArch.UEFI_X64, Stage.FIRMWARE, "10.0.0.1", "").network())
        .isEqualTo("10.0.0.0/24, the relay is in 10.0.0.1");
    assertThat(ask(ClientArch.UEFI_X64, Stage.FIRMWARE, "172.16.0.1", "").outcome())
        .endsWith("no answer: no served network fits: the relay is in 172.16.0.1");
    assertThat(ask(ClientArch.UEFI_X64, Stage.SYSTEM, "", "beside0").outcome())
        .endsWith("no answer: for the other server");
    served.removeLast();
    assertThat(ask(ClientArch.UEFI_X64, Stage.FIRMWARE, "", "").network())
        .isEqualTo("10.0.0.0/24, the one on prov0");
  }

  private Explanation ask(ClientArch arch, Stage stage, String relay, String networkInterface) {
    return explainer.explain(
        new Question(
            Dhcp.ANNA,
            arch,
            stage,
            Optional.of(SYSTEM),
            Optional.of(relay).filter(text -> !text.isEmpty()).map(Dhcp::at),
            Optional.of(networkInterface).filter(text -> !text.isEmpty())));
  }

  private final class Enrols implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      decided.add(request);
      return new BootAnswer(
          new BootDecision.Linux("k", List.of("i"), List.of("rackstead.cap=abc", "quiet")),
          "unknown: to be enrolled",
          List.of(new BootEffect.Seen(request.mac(), request.arch())));
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
