package io.rackstead.pxe.grub;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The names that a signed GRUB asks for: `grub/grub.cfg`, the same for all, and
/// `grub/PROCESSOR/MAC`, a client's script by the same decision that iPXE gets. Only for clients
/// whose chain it is.
public final class GrubPages implements BootFiles {
  private static final Logger LOG = LoggerFactory.getLogger(GrubPages.class);
  private static final Pattern SCRIPT =
      Pattern.compile("grub/(x86_64|arm64)/((?:[0-9a-f]{2}:){5}[0-9a-f]{2})");
  private static final int MOST_REMEMBERED = 4096;
  // GRUB opens a file several times over to read it once; one boot is one decision
  private static final long SAME_BOOT_NANOS = 10_000_000_000L;

  private final Booter booter;
  private final Networks networks;
  private final BootJournal journal;
  private final LongSupplier nanos;
  private final Map<MacAddress, Written> written =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MacAddress, Written> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private record Written(InetAddress client, BootFile script, long at) {}

  public GrubPages(Booter booter, Networks networks, BootJournal journal, LongSupplier nanos) {
    this.booter = booter;
    this.networks = networks;
    this.journal = journal;
    this.nanos = nanos;
  }

  @Override
  public Optional<BootFile> open(String name, InetAddress client) {
    if (name.equals("grub/grub.cfg")) {
      return Optional.of(file(GrubScript.FIRST));
    }
    var script = SCRIPT.matcher(name);
    if (!script.matches() || !(client instanceof Inet4Address address)) {
      return Optional.empty();
    }
    var arch = script.group(1).equals("arm64") ? ClientArch.UEFI_ARM64 : ClientArch.UEFI_X64;
    var mac = MacAddress.parse(script.group(2));
    return networks.served().stream()
        .filter(network -> network.subnet().contains(address))
        .filter(network -> network.templates().chainOf(mac) == LoaderChain.SIGNED_GRUB)
        .findFirst()
        .map(_ -> script(mac, arch, address));
  }

  private synchronized BootFile script(MacAddress mac, ClientArch arch, Inet4Address client) {
    var before = written.get(mac);
    long now = nanos.getAsLong();
    if (before != null && before.client().equals(client) && now - before.at() < SAME_BOOT_NANOS) {
      return before.script();
    }
    var request = new BootRequest(mac, arch, Stage.SCRIPT, Optional.empty(), Optional.of(client));
    var script = file(text(mac, booter.decide(request)));
    written.put(mac, new Written(client, script, now));
    return script;
  }

  private String text(MacAddress mac, BootAnswer answer) {
    try {
      var text = GrubScript.of(answer.decision());
      journal.trace(
          new Trace("tftp", Optional.of(mac), Optional.empty(), "script for GRUB", answer.rule()));
      journal.effects(answer.effects());
      return text;
    } catch (IllegalArgumentException e) {
      LOG.error("machine {}: {}", mac, e.getMessage());
      return GrubScript.refusal(String.valueOf(e.getMessage()));
    }
  }

  private static BootFile file(String text) {
    return new BootFile.InMemory(text.getBytes(StandardCharsets.US_ASCII));
  }
}
