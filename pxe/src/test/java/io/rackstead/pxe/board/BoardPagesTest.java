package io.rackstead.pxe.board;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoardPagesTest {
  private static final MacAddress BOARD = MacAddress.parse("52:54:00:00:00:0a");
  private static final MacAddress PI = MacAddress.parse("dc:a6:32:00:00:0b");
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.50");
  private static final InetAddress PIS = InetAddress.ofLiteral("10.0.0.51");
  private static final BootDecision.Linux LINUX =
      new BootDecision.Linux("e/vmlinuz", List.of("e/initrd"), List.of("a=b", "quiet"));

  private final Noted noted = new Noted();
  private final List<BootRequest> asked = new ArrayList<>();
  private final Map<MacAddress, ClientArch> said =
      new HashMap<>(Map.of(BOARD, ClientArch.U_BOOT_ARM64, PI, ClientArch.PI_BOOT));
  private BootDecision decision = LINUX;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pxelinux.cfg/01-52-54-00-00-00-0a",
        "pxelinux.cfg/0A000032",
        "pxelinux.cfg/default-arm-qemu-arm",
        "pxelinux.cfg/default"
      })
  void aBoardReadsItsOwnFileByEachNameThatIsItsOwn(String name) {
    assertThat(text(name, CLIENT))
        .isEqualTo(
            """
            # rackstead
            default rackstead
            prompt 0
            label rackstead
              kernel e/vmlinuz
              initrd e/initrd
              append a=b quiet
            """);
    assertThat(asked.getFirst().mac()).isEqualTo(BOARD);
    assertThat(asked.getFirst().arch()).isEqualTo(ClientArch.U_BOOT_ARM64);
    assertThat(asked.getFirst().stage()).isEqualTo(BootRequest.Stage.SCRIPT);
    assertThat(noted.effects).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pxelinux.cfg/0A00003",
        "pxelinux.cfg/0A",
        "pxelinux.cfg/0A000033",
        "pxelinux.cfg/11223344-5566-7788-99aa-bbccddeeff00",
        "pxelinux.cfg/01-52-54-00-00-00-0c",
        "pxelinux.cfg/06-52-54-00-00-00-0a",
        "pxelinux.cfg/../default",
        "pxelinux.cfg/",
        "pxelinux.cfg",
        "default"
      })
  void everyOtherNameIsNotThere(String name) {
    assertThat(pages.open(name, CLIENT)).isEmpty();
    assertThat(noted.effects).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"UEFI_ARM64", "BIOS_X86", "PI_BOOT"})
  void whoeverReadsNoSuchFilesIsNotGivenOne(ClientArch arch) {
    said.put(BOARD, arch);
    assertThat(pages.open("pxelinux.cfg/01-52-54-00-00-00-0a", CLIENT)).isEmpty();
    said.remove(BOARD);
    assertThat(pages.open("pxelinux.cfg/01-52-54-00-00-00-0a", CLIENT)).isEmpty();
  }

  @Test
  void whereNothingIsToBeBootedEveryNameIsMissingAndTheBoardGoesOn() {
    for (var none : List.of(new BootDecision.LocalDisk(), new BootDecision.Ignore("no"))) {
      decision = none;
      for (var name : List.of("01-52-54-00-00-00-0a", "0A000032", "default")) {
        assertThat(pages.open("pxelinux.cfg/" + name, CLIENT)).isEmpty();
      }
      for (var name : List.of("config.txt", "start4.elf", "kernel8.img", "initrd.img")) {
        assertThat(pages.open("10000000/" + name, PIS)).isEmpty();
      }
    }
    assertThat(noted.effects).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10000000/", "dc-a6-32-00-00-0b/", ""})
  void aRaspberryPiFindsItsFilesByItsSerialNumberItsAdapterOrWithoutAFolder(String folder) {
    assertThat(text(folder + "start4.elf", PIS)).isEqualTo("maker's raspberry-pi/start4.elf");
    assertThat(text(folder + "overlays/a.dtbo", PIS))
        .isEqualTo("maker's raspberry-pi/overlays/a.dtbo");
    assertThat(text(folder + "config.txt", PIS))
        .isEqualTo(
            """
            # rackstead
            arm_64bit=1
            enable_uart=1
            kernel=kernel8.img
            initramfs initrd.img followkernel
            """);
    assertThat(text(folder + "kernel8.img", PIS)).isEqualTo("e/vmlinuz");
    assertThat(text(folder + "initrd.img", PIS)).isEqualTo("e/initrd");
    assertThat(noted.effects).as("nothing has got its capability yet").isEmpty();
    assertThat(text(folder + "cmdline.txt", PIS)).isEqualTo("a=b quiet\n");
    assertThat(noted.effects).hasSize(1);
    assertThat(asked).allMatch(request -> request.mac().equals(PI));
  }

  @Test
  void theFilesOfARaspberryPiAreForRaspberryPis() {
    assertThat(pages.open("10000000/config.txt", CLIENT)).isEmpty();
    assertThat(pages.open("config.txt", InetAddress.ofLiteral("10.0.0.99"))).isEmpty();
    assertThat(pages.open("52-54-00-00-00-0a/config.txt", CLIENT)).isEmpty();
    // what is no folder of a board is looked up as it stands among the maker's files
    assertThat(text("../config.txt", PIS)).isEqualTo("maker's raspberry-pi/../config.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\nappend x", "${ipaddr}", "", "ü", "tab\t"})
  void aWordThatTheFirmwareWouldReadAsSomethingElseIsRefused(String word) {
    decision = new BootDecision.Linux("k", List.of(), List.of(word));
    assertThat(text("pxelinux.cfg/default", CLIENT)).startsWith("# rackstead: nothing to boot");
    assertThat(text("cmdline.txt", PIS)).startsWith("# rackstead: nothing to boot");
    assertThat(noted.effects).isEmpty();
  }

  @Test
  void oneRamDiskIsAllThatSuchFirmwareLoads() {
    decision = new BootDecision.Linux("k", List.of("a", "b"), List.of());
    assertThat(text("pxelinux.cfg/default", CLIENT)).startsWith("# rackstead: nothing to boot");
    decision = new BootDecision.Linux("k", List.of(), List.of());
    assertThat(text("pxelinux.cfg/default", CLIENT)).doesNotContain("initrd");
  }

  private String text(String name, InetAddress client) {
    return pages.open(name, client).orElseThrow() instanceof BootFile.InMemory(var bytes)
        ? new String(bytes, US_ASCII)
        : "";
  }

  private static Optional<BootFile> file(String text) {
    return Optional.of(new BootFile.InMemory(text.getBytes(US_ASCII)));
  }

  private final BoardPages pages =
      new BoardPages(
          new Booter() {
            @Override
            public BootAnswer decide(BootRequest request) {
              asked.add(request);
              boolean counts = request.stage() == BootRequest.Stage.SCRIPT;
              return new BootAnswer(
                  decision,
                  "test",
                  counts ? List.of(new BootEffect.Booting("m", 1, "secret")) : List.of());
            }

            @Override
            public Optional<BootFile> open(String name, InetAddress client) {
              return file(name);
            }
          },
          (name, _) -> file("maker's " + name),
          client -> Optional.ofNullable(Map.of(CLIENT, BOARD, PIS, PI).get(client)),
          mac -> Optional.ofNullable(said.get(mac)),
          noted);
}
