package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.dhcp.DhcpMessage.VendorClass;
import io.rackstead.pxe.ipxe.BootPath.Step;
import java.net.Inet4Address;
import java.util.HexFormat;
import java.util.List;

/// What a boot client is told to fetch, and the rule that chose it. An operating system that asks
/// for an address has [#NOT_ASKED].
record BootOffer(Step step, String rule, List<BootEffect> effects) {
  static final BootOffer NOT_ASKED =
      new BootOffer(new Step.Nothing("no boot client"), "", List.of());

  // RFC 2132 §8.4 carrying tag 6 of the PXE specification 2.1, table 2-1: bit 3 says "use the boot
  // file of this very message", so that no firmware looks for a menu or a boot server
  private static final byte[] USE_THIS_BOOT_FILE = {6, 1, 8, (byte) 255};
  // a Raspberry Pi 3 looks for these words in a boot menu before it fetches anything: discovery
  // control 3, a prompt of 0 seconds, one entry of boot server type 0
  private static final byte[] RASPBERRY_PI_BOOT =
      HexFormat.of()
          .parseHex(
              "060103"
                  + "0a0400505845"
                  + "0914000011"
                  + "526173706265727279205069"
                  + "20426f6f74ff");
  // iPXE's own option 175, tag 176: do not wait for a proxy beside us
  private static final byte[] NO_PROXY = {(byte) 176, 1, 1};

  BootOffer {
    effects = List.copyOf(effects);
  }

  boolean nothing() {
    return step instanceof Step.Nothing;
  }

  String text() {
    return switch (step) {
      case Step.Fetch(var bootFile) -> "boot " + bootFile;
      case Step.Nothing(var reason) -> "no boot file (" + reason + ")";
    };
  }

  /// Adds the boot file to a reply, in all the places where one firmware or another looks for it.
  DhcpMessage addTo(DhcpMessage reply, DhcpMessage asked, Inet4Address server, boolean proxy) {
    if (!(step instanceof Step.Fetch(var bootFile))) {
      return reply;
    }
    var options =
        reply
            .options()
            .with(DhcpOptions.TFTP_SERVER, server.getHostAddress())
            .with(DhcpOptions.BOOT_FILE, bootFile);
    if (asked.fromLoader()) {
      options =
          proxy
              ? options.with(DhcpOptions.CLASS_ID, "PXEClient")
              : options.with(DhcpOptions.IPXE, NO_PROXY);
    } else if (asked.vendorClass() == VendorClass.PXE) {
      options =
          options
              .with(DhcpOptions.CLASS_ID, "PXEClient")
              .with(
                  DhcpOptions.VENDOR,
                  asked.arch() == ClientArch.PI_BOOT ? RASPBERRY_PI_BOOT : USE_THIS_BOOT_FILE);
    } else if (asked.vendorClass() == VendorClass.HTTP) {
      // UEFI 2.10 §24.7.3.1: without this the firmware takes no URL
      options = options.with(DhcpOptions.CLASS_ID, "HTTPClient");
    }
    var uuid = asked.options().octets(DhcpOptions.CLIENT_UUID).filter(id -> id.length == 17);
    if (uuid.isPresent()) {
      options = options.with(DhcpOptions.CLIENT_UUID, uuid.get());
    }
    var file = bootFile.length() < 128 ? bootFile : "";
    return new DhcpMessage(
        reply.op(),
        reply.hops(),
        reply.xid(),
        reply.secs(),
        reply.broadcast(),
        reply.ciaddr(),
        reply.yiaddr(),
        server,
        reply.giaddr(),
        reply.chaddr(),
        reply.sname(),
        file,
        options);
  }
}
