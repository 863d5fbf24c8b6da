package io.rackstead.pxe.http;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Clients;
import io.rackstead.pxe.ipxe.BootServer;
import io.rackstead.pxe.ipxe.IpxeScript;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.PrintableText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What lies behind a path: `/ipxe/MAC` is a client's script, everything else a name for the
/// [BootFiles]. Knows nothing of HTTP but the path and its query.
public final class BootPages {
  private static final Logger LOG = LoggerFactory.getLogger(BootPages.class);
  private static final String SCRIPT = "ipxe/";
  private static final int MOST_REMEMBERED = 4096;

  private final Booter booter;
  private final BootFiles files;
  private final Clients clients;
  private static final Pattern LONG_NAME = Pattern.compile("([0-9a-f]{6})[0-9a-f]{26,}");

  private final BootJournal journal;

  /// Who asked for its script from which address: where the lease is another server's, this is how
  /// a fetch is known to be a machine's.
  private final Map<InetAddress, MacAddress> scripted =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<InetAddress, MacAddress> eldest) {
              return size() > MOST_REMEMBERED;
            }
          });

  public BootPages(Booter booter, BootFiles files, Clients clients, BootJournal journal) {
    this.booter = booter;
    this.files = files;
    this.clients = clients;
    this.journal = journal;
  }

  /// A page, and what to note when it has left.
  record Page(
      Optional<BootFile> file, Optional<MacAddress> mac, String rule, List<BootEffect> effects) {}

  /// @param query the raw query, perhaps empty
  /// @param here our own end of the connection, which the client can reach
  Page open(String name, String query, InetAddress client, InetSocketAddress here) {
    if (name.startsWith(SCRIPT)) {
      return script(name.substring(SCRIPT.length()), query, client, here);
    }
    var mac = clients.holder(client).or(() -> Optional.ofNullable(scripted.get(client)));
    return new Page(files.open(name, client), mac, "", List.of());
  }

  private Page script(String mac, String query, InetAddress client, InetSocketAddress here) {
    Optional<MacAddress> asked = parseMac(mac);
    if (asked.isEmpty()) {
      return new Page(Optional.empty(), asked, "", List.of());
    }
    scripted.put(client, asked.get());
    var request =
        new BootRequest(
            asked.get(),
            parameter(query, "arch").flatMap(BootPages::arch).orElse(ClientArch.UNKNOWN),
            Stage.SCRIPT,
            parameter(query, "uuid").flatMap(BootPages::uuid),
            client instanceof Inet4Address address ? Optional.of(address) : Optional.empty());
    var answer = booter.decide(request);
    var server = new BootServer(here.getAddress(), here.getPort());
    try {
      var text = IpxeScript.of(answer.decision(), request, server);
      return new Page(file(text), asked, answer.rule(), answer.effects());
    } catch (IllegalArgumentException e) {
      LOG.error("machine {}: {}", asked.get(), e.getMessage());
      return new Page(
          file(IpxeScript.refusal(String.valueOf(e.getMessage()))),
          asked,
          answer.rule() + "; " + e.getMessage(),
          List.of());
    }
  }

  /// Called once the answer has left, or could not.
  void tell(Page page, String method, String path, InetAddress client, String outcome) {
    if (page.file().filter(BootFile.Overlaid.class::isInstance).isPresent()) {
      return; // a drive reads its disc in hundreds of pieces; whoever gave it out tells of the
      // first
    }
    journal.trace(
        new Trace(
            "http",
            page.mac(),
            Optional.of(client),
            method + " " + PrintableText.of(shown(path)) + " → " + outcome,
            page.rule()));
    if (!page.effects().isEmpty()) {
      journal.effects(page.effects());
    }
  }

  /// A name that opens something by being known is shortened: who reads a log shall not hold it.
  static String shown(String path) {
    return LONG_NAME.matcher(path).replaceAll("$1…");
  }

  static Page nothing() {
    return new Page(Optional.empty(), Optional.empty(), "", List.of());
  }

  private static Optional<BootFile> file(String text) {
    return Optional.of(new BootFile.InMemory(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static Optional<String> parameter(String query, String name) {
    for (var pair : query.split("&", 16)) {
      if (pair.startsWith(name + "=")) {
        return Optional.of(pair.substring(name.length() + 1));
      }
    }
    return Optional.empty();
  }

  private static Optional<MacAddress> parseMac(String text) {
    try {
      return Optional.of(MacAddress.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<ClientArch> arch(String text) {
    return text.matches("[0-9]{1,5}")
        ? Optional.of(ClientArch.of(Integer.parseInt(text)))
        : Optional.empty();
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
