package io.rackstead.pxe.board;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Clients;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What boards ask for by names that are built into them, by the same decision that iPXE gets. Only
/// for boards that said by DHCP what they are. Where nothing is to be booted the names are not
/// there, and the firmware goes on to its disk within a few round trips.
public final class BoardPages implements BootFiles {
  private static final Logger LOG = LoggerFactory.getLogger(BoardPages.class);
  private static final String FOLDER = "pxelinux.cfg/";
  private static final Pattern BY_ADAPTER = Pattern.compile("01-((?:[0-9a-f]{2}-){5}[0-9a-f]{2})");
  private static final Pattern FOR_ALL = Pattern.compile("default(?:-[0-9a-z._-]{1,60})?");

  private final Booter booter;
  private final BootFiles firmware;
  private final Clients clients;
  private final Function<MacAddress, Optional<ClientArch>> boards;
  private final BootJournal journal;

  /// @param firmware the files of the boards' makers, as `raspberry-pi/start4.elf`
  /// @param boards what an adapter's board said by DHCP that it is
  public BoardPages(
      Booter booter,
      BootFiles firmware,
      Clients clients,
      Function<MacAddress, Optional<ClientArch>> boards,
      BootJournal journal) {
    this.booter = booter;
    this.firmware = firmware;
    this.clients = clients;
    this.boards = boards;
    this.journal = journal;
  }

  /// The name by which U-Boot, petitboot and PXELINUX ask first, after the board's own UUID.
  public static String nameFor(MacAddress mac) {
    return FOLDER + "01-" + mac.toString().replace(':', '-');
  }

  @Override
  public Optional<BootFile> open(String name, InetAddress client) {
    if (name.startsWith(FOLDER)) {
      return adapter(name.substring(FOLDER.length()), client).flatMap(mac -> pxelinux(mac, client));
    }
    var pi = PiNames.of(name);
    return pi.mac()
        .or(() -> clients.holder(client))
        .filter(mac -> boards.apply(mac).equals(Optional.of(ClientArch.PI_BOOT)))
        .flatMap(mac -> pi(mac, pi.file(), client));
  }

  /// Whose file this is. The longest of the names by address is the client's own; the shorter ones
  /// would be for a whole network and are not there.
  private Optional<MacAddress> adapter(String file, InetAddress client) {
    var byAdapter = BY_ADAPTER.matcher(file);
    if (byAdapter.matches()) {
      return Optional.of(MacAddress.parse(byAdapter.group(1)));
    }
    var address = HexFormat.of().withUpperCase().formatHex(client.getAddress());
    return file.toUpperCase(Locale.ROOT).equals(address) || FOR_ALL.matcher(file).matches()
        ? clients.holder(client)
        : Optional.empty();
  }

  private Optional<BootFile> pxelinux(MacAddress mac, InetAddress client) {
    var arch = boards.apply(mac);
    if (arch.isEmpty()) {
      return Optional.empty();
    }
    return switch (arch.get().firmware()) {
      case U_BOOT, OPAL ->
          boot(mac, arch.get(), Stage.SCRIPT, client)
              .map(boot -> script(boot, client, BoardScript::pxelinux));
      case BIOS, UEFI, RASPBERRY_PI, NONE_OF_THESE -> Optional.empty();
    };
  }

  private Optional<BootFile> pi(MacAddress mac, String file, InetAddress client) {
    // the kernel's words hold the capability: that file alone is the boot that counts
    var stage = file.equals(PiNames.WORDS) ? Stage.SCRIPT : Stage.LOADER;
    return boot(mac, ClientArch.PI_BOOT, stage, client)
        .flatMap(boot ->
            switch (file) {
              case PiNames.WORDS -> Optional.of(script(boot, client, BoardScript::piWords));
              case PiNames.CONFIG -> Optional.of(text(boot, BoardScript::piConfig));
              case PiNames.KERNEL -> booter.open(boot.linux().kernel(), client);
              case PiNames.RAMDISK ->
                  boot.linux().initrds().stream()
                      .findFirst()
                      .flatMap(name -> booter.open(name, client));
              default -> firmware.open("raspberry-pi/" + file, client);
            });
  }

  /// A kernel to start, and why.
  private record Boot(MacAddress mac, BootDecision.Linux linux, BootAnswer answer) {}

  private Optional<Boot> boot(MacAddress mac, ClientArch arch, Stage stage, InetAddress client) {
    var address =
        client instanceof Inet4Address four ? Optional.of(four) : Optional.<Inet4Address>empty();
    var answer = booter.decide(new BootRequest(mac, arch, stage, Optional.empty(), address));
    return switch (answer.decision()) {
      case BootDecision.Linux linux -> Optional.of(new Boot(mac, linux, answer));
      case BootDecision.LocalDisk _, BootDecision.Ignore _ -> Optional.empty();
    };
  }

  private BootFile script(
      Boot boot, InetAddress client, Function<BootDecision.Linux, String> language) {
    try {
      var script = file(language.apply(boot.linux()));
      journal.trace(
          new Trace(
              "tftp",
              Optional.of(boot.mac()),
              Optional.of(client),
              "script for a board",
              boot.answer().rule()));
      journal.effects(boot.answer().effects());
      return script;
    } catch (IllegalArgumentException e) {
      return refusal(boot, e);
    }
  }

  private static BootFile text(Boot boot, Function<BootDecision.Linux, String> language) {
    try {
      return file(language.apply(boot.linux()));
    } catch (IllegalArgumentException e) {
      return refusal(boot, e);
    }
  }

  private static BootFile refusal(Boot boot, IllegalArgumentException why) {
    LOG.error("machine {}: {}", boot.mac(), why.getMessage());
    return file("# rackstead: nothing to boot: see the log of the appliance\n");
  }

  private static BootFile file(String text) {
    return new BootFile.InMemory(text.getBytes(StandardCharsets.US_ASCII));
  }
}
