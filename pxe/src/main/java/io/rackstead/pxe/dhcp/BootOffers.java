package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.dhcp.DhcpMessage.VendorClass;
import io.rackstead.pxe.ipxe.BootPath;
import io.rackstead.pxe.ipxe.BootServer;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.util.Optional;
import java.util.function.IntSupplier;

/// Asks the booter for a client and turns its decision into the next boot file.
final class BootOffers {
  private final Booter booter;
  private final Loaders loaders;
  private final IntSupplier httpPort;
  private final LoadersSeen seen;

  /// @param httpPort the port that boot URLs name, known once the HTTP service has started
  BootOffers(Booter booter, Loaders loaders, IntSupplier httpPort, LoadersSeen seen) {
    this.booter = booter;
    this.loaders = loaders;
    this.httpPort = httpPort;
    this.seen = seen;
  }

  boolean knows(MacAddress mac) {
    return booter.knows(mac);
  }

  BootOffer offer(DhcpMessage asked, Served network, Optional<Inet4Address> address) {
    if (asked.vendorClass() == VendorClass.OTHER) {
      return BootOffer.NOT_ASKED;
    }
    if (asked.fromLoader()) {
      seen.note(asked.chaddr());
    } else {
      seen.noteFirmware(asked.chaddr(), asked.arch());
    }
    var request =
        new BootRequest(
            asked.chaddr(),
            asked.arch(),
            asked.fromLoader() ? Stage.LOADER : Stage.FIRMWARE,
            asked.systemUuid(),
            address);
    var answer = booter.decide(request);
    var server = new BootServer(network.serverAddress(), httpPort.getAsInt());
    return new BootOffer(
        BootPath.next(
            request,
            answer.decision(),
            server,
            loaders,
            network.templates().chainOf(asked.chaddr())),
        answer.rule(),
        answer.effects());
  }
}
