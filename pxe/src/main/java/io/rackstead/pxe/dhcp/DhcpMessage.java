package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A DHCP message, RFC 2131 §2, with the RFC's own field names. Of hardware types only Ethernet is
/// read, and only with the DHCP cookie: plain BOOTP is malformed here.
///
/// @param secs seconds since the client began, for the operator only
/// @param broadcast the client cannot take a unicast yet
public record DhcpMessage(
    int op,
    int hops,
    int xid,
    int secs,
    boolean broadcast,
    Inet4Address ciaddr,
    Inet4Address yiaddr,
    Inet4Address siaddr,
    Inet4Address giaddr,
    MacAddress chaddr,
    String sname,
    String file,
    DhcpOptions options) {
  public static final int REQUEST = 1;
  public static final int REPLY = 2;
  public static final Inet4Address NONE = Subnet.address(0);

  private static final int HEADERS = 28;
  private static final int LARGEST = 1500 - HEADERS;
  private static final int SHORTEST = 576;

  private static final int ENCAPSULATED_FEATURE_HTTP = 19;
  // the IEEE's registry: Raspberry Pi Foundation, Raspberry Pi Trading, Raspberry Pi (Trading) Ltd
  private static final Set<Long> RASPBERRY_PI =
      Set.of(0xb827ebL, 0xdca632L, 0xe45f01L, 0x28cdc1L, 0xd83addL, 0x2ccf67L, 0x88a29eL);

  /// Reads one datagram, or throws [MalformedPacket]. The buffer's rest is the packet.
  public static DhcpMessage decode(ByteBuffer in) {
    return DhcpCodec.decode(in);
  }

  /// The datagram, options in ascending order, padded to the 300 octets that old relays and clients
  /// expect.
  public ByteBuffer encode() {
    return encode(LARGEST);
  }

  /// The same in at most so many octets: what does not fit goes into the fields of the server's
  /// name and the file (RFC 2132 §9.3).
  ///
  /// @throws IllegalArgumentException when it does not fit even so
  public ByteBuffer encode(int limit) {
    return DhcpCodec.encode(this, limit);
  }

  /// How long an answer may be: option 57 counts the IP and UDP headers, and without it RFC 2131 §2
  /// promises 576 octets with them.
  public int longestAnswer() {
    int told = options.number16(DhcpOptions.MAX_MESSAGE_SIZE).orElse(SHORTEST);
    return Math.clamp(told, SHORTEST, LARGEST + HEADERS) - HEADERS;
  }

  public Optional<MessageType> type() {
    return options.octet(DhcpOptions.MESSAGE_TYPE).flatMap(MessageType::of);
  }

  public boolean relayed() {
    return !giaddr.equals(NONE);
  }

  public boolean hasAddress() {
    return !ciaddr.equals(NONE);
  }

  /// What the client calls itself: `PXEClient`, `HTTPClient`, `U-Boot.armv8` or an operating
  /// system's own name.
  public VendorClass vendorClass() {
    var text = options.text(DhcpOptions.CLASS_ID).orElse("");
    if (text.startsWith("PXEClient")) {
      return VendorClass.PXE;
    }
    if (text.startsWith("U-Boot")) {
      return VendorClass.U_BOOT;
    }
    return text.startsWith("HTTPClient") ? VendorClass.HTTP : VendorClass.OTHER;
  }

  /// Who asks for a boot file at all. An operating system that merely wants an address does not.
  public enum VendorClass {
    PXE,
    HTTP,
    /// follows no PXE specification: it takes the first offer that comes, also a proxy's
    U_BOOT,
    OTHER
  }

  /// Option 93, RFC 4578 §2.1: the first of the types it names. Without it the class identifier of
  /// the PXE specification says the same in text. A Raspberry Pi says that it is a BIOS and is
  /// known by its maker's address blocks.
  public ClientArch arch() {
    var told = toldArch();
    return told == ClientArch.BIOS_X86 && RASPBERRY_PI.contains(chaddr.bits() >>> 24)
        ? ClientArch.PI_BOOT
        : told;
  }

  private ClientArch toldArch() {
    var octets = options.octets(DhcpOptions.CLIENT_ARCH);
    if (octets.isPresent()) {
      return octets.get().length < 2
          ? ClientArch.UNKNOWN
          : ClientArch.of(ByteBuffer.wrap(octets.get()).getShort() & 0xffff);
    }
    var text = options.text(DhcpOptions.CLASS_ID).orElse("");
    var at = text.indexOf(":Arch:");
    if (at >= 0 && text.length() >= at + 11 && text.substring(at + 6, at + 11).matches("[0-9]+")) {
      return ClientArch.of(Integer.parseInt(text.substring(at + 6, at + 11)));
    }
    return switch (text) {
      case "U-Boot.armv8" -> ClientArch.U_BOOT_ARM64;
      case "U-Boot.armv7" -> ClientArch.U_BOOT_ARM32;
      default -> ClientArch.UNKNOWN;
    };
  }

  /// Option 97, RFC 4578 §2.3. The first three fields are little-endian there, as SMBIOS has them;
  /// here they are turned, so that the text is what `dmidecode` prints.
  public Optional<UUID> systemUuid() {
    return options
        .octets(DhcpOptions.CLIENT_UUID)
        .filter(octets -> octets.length == 17 && octets[0] == 0)
        .map(octets -> ByteBuffer.wrap(octets, 1, 16))
        .map(in -> {
          long time =
              Integer.toUnsignedLong(Integer.reverseBytes(in.getInt())) << 32
                  | (Short.reverseBytes(in.getShort()) & 0xffffL) << 16
                  | Short.reverseBytes(in.getShort()) & 0xffffL;
          return new UUID(time, in.getLong());
        });
  }

  /// Whether our loader, or an iPXE as good as ours, sends this. The user class decides where there
  /// is one, because an operator can set it; else iPXE's own option 175. An iPXE in a NIC's ROM
  /// that was built without HTTP counts as firmware, so that it is handed a better one.
  public boolean fromLoader() {
    if (!options.has(DhcpOptions.USER_CLASS) && !options.has(DhcpOptions.IPXE)) {
      return false;
    }
    var userClass =
        options
            .octets(DhcpOptions.USER_CLASS)
            .map(octets -> new String(octets, StandardCharsets.ISO_8859_1))
            .orElse("iPXE");
    // RFC 3004 puts a length in front of each class; iPXE sends the bare text
    return (userClass.equals("iPXE") || userClass.equals("\4iPXE")) && loaderSpeaksHttp();
  }

  private boolean loaderSpeaksHttp() {
    var features = options.octets(DhcpOptions.IPXE);
    if (features.isEmpty()) {
      return true;
    }
    var in = ByteBuffer.wrap(features.get());
    while (in.remaining() >= 2) {
      int feature = in.get() & 255;
      int length = in.get() & 255;
      if (feature == ENCAPSULATED_FEATURE_HTTP) {
        return true;
      }
      if (length > in.remaining()) {
        return false;
      }
      in.position(in.position() + length);
    }
    return false;
  }

  /// One line for the operator; nothing in it comes from the wire unchecked.
  public String summary() {
    var text = new StringBuilder(type().map(Enum::name).orElse("no type"));
    if (relayed()) {
      text.append(" by relay ").append(giaddr.getHostAddress());
    }
    if (hasAddress()) {
      text.append(" from ").append(ciaddr.getHostAddress());
    }
    if (vendorClass() != VendorClass.OTHER) {
      text.append(fromLoader() ? " loader " : " firmware ").append(arch());
    }
    return text.toString();
  }

  void check() {
    if (op != REQUEST && op != REPLY) {
      throw new MalformedPacket("op " + op, 0);
    }
  }
}
