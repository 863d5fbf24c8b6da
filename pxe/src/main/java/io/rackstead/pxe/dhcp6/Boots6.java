package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.ipxe.BootPath;
import io.rackstead.pxe.ipxe.BootPath.Step;
import io.rackstead.pxe.ipxe.BootServer;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.net.Subnet6;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// Asks the booter for a client, by the same path as DHCPv4 does, and puts its answer into a reply
/// as RFC 5970 has it: always a URL.
final class Boots6 {
  private static final int INTEL = 343; // UEFI 2.10 §24.7.3: the vendor class is under its number

  private final Booter booter;
  private final Loaders loaders;
  private final IntSupplier httpPort;

  Boots6(Booter booter, Loaders loaders, IntSupplier httpPort) {
    this.booter = booter;
    this.loaders = loaders;
    this.httpPort = httpPort;
  }

  /// @param url empty where there is nothing to fetch
  record Offer6(Optional<String> url, String text, String rule, List<BootEffect> effects) {
    static final Offer6 NOT_ASKED = new Offer6(Optional.empty(), "", "", List.of());

    Offer6 {
      effects = List.copyOf(effects);
    }
  }

  Offer6 offer(Question6 asked, Served6 network) {
    if (!asked.boots()) {
      return Offer6.NOT_ASKED;
    }
    var mac = asked.mac();
    if (mac.isEmpty()) {
      return new Offer6(
          Optional.empty(), "no boot file (which adapter asks is not known)", "", List.of());
    }
    var request =
        new BootRequest(
            mac.get(),
            asked.arch(),
            asked.fromLoader() ? Stage.LOADER : Stage.FIRMWARE,
            asked.systemUuid(),
            Optional.empty());
    var answer = booter.decide(request);
    var server = new BootServer(network.serverAddress(), httpPort.getAsInt());
    var step =
        BootPath.next(
            request, answer.decision(), server, loaders, network.chains().chainOf(mac.get()));
    return switch (step) {
      case Step.Nothing(var reason) ->
          new Offer6(
              Optional.empty(), "no boot file (" + reason + ")", answer.rule(), answer.effects());
      case Step.Fetch(var bootFile) -> {
        var url =
            bootFile.startsWith("http:")
                ? bootFile
                : "tftp://[" + Subnet6.text(network.serverAddress()) + "]/" + bootFile;
        yield new Offer6(Optional.of(url), "boot " + url, answer.rule(), answer.effects());
      }
    };
  }

  static Dhcp6Options add(Dhcp6Options options, Offer6 offer, Question6 asked) {
    if (offer.url().isEmpty()) {
      return options;
    }
    var more = options.with(Dhcp6Options.BOOT_FILE_URL, offer.url().get());
    // without it HTTP Boot takes no URL
    return asked.httpClient()
        ? more.with(Dhcp6Options.VENDOR_CLASS, vendorClass("HTTPClient"))
        : more;
  }

  static byte[] vendorClass(String text) {
    var words = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(6 + words.length)
        .putInt(INTEL)
        .putShort((short) words.length)
        .put(words)
        .array();
  }
}
