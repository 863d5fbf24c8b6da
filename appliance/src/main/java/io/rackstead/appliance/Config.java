package io.rackstead.appliance;

import io.rackstead.dns.DnsConfig;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkSpec;
import io.rackstead.plan.Effort;
import io.rackstead.pxe.PxeConfig;
import io.rackstead.pxe.net.Subnet;
import io.rackstead.store.DatabaseAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Every setting, with its default. The appliance starts with nothing else and does no harm: DHCP
/// is silent until an operator says on which network it may speak.
///
/// @param data the data folder
/// @param networks where machines are provisioned; none: no DHCP
/// @param accept which newcomers are commissioned without a person: empty, or the rule `all`
/// @param plaintextFrom networks where an API key may be sent without TLS, beside loopback
/// @param bmcUser the account that is made on each BMC
/// @param keepConsoles whether serial consoles are read while machines are worked on
/// @param database the embedded one in the data folder, or a PostgreSQL server's
public record Config(
    Path data,
    Http http,
    PxeConfig pxe,
    List<NetworkSpec> networks,
    Optional<String> accept,
    String bmcUser,
    Effort effort,
    List<String> plaintextFrom,
    BrakeLimits brake,
    DnsConfig dns,
    DatabaseAddress database,
    boolean keepConsoles) {
  private static final int DEFAULT_PORT = 5240;
  private static final int DEFAULT_TLS_PORT = 5443;

  public static final Config DEFAULT =
      new Config(
          Path.of("data"),
          new Http("0.0.0.0", DEFAULT_PORT),
          PxeConfig.DEFAULT,
          List.of(),
          Optional.empty(),
          "rackstead",
          Effort.NORMAL,
          List.of(),
          new BrakeLimits(10, 60, 250),
          DnsConfig.DEFAULT,
          DatabaseAddress.EMBEDDED,
          true);

  /// How many releases may run at a time and begin in an hour, and how many machines people and
  /// clients may switch off in an hour.
  public record BrakeLimits(int atATime, int perHour, int offsPerHour) {}

  /// @param port of the API, the pages and the agents; 0 picks a free one
  public record Http(String address, int port, TlsWay tls) {
    public Http(String address, int port) {
      this(address, port, TlsWay.DEFAULT);
    }
  }

  /// @param port -1 switches it off; without a word it is 5443 beside 5240, and off beside another
  /// @param certificate empty: one of the appliance's own CA
  /// @param alone whether plain HTTP is left to machines that boot
  public record TlsWay(OptionalInt port, String certificate, String key, boolean alone) {
    static final TlsWay DEFAULT = new TlsWay(OptionalInt.empty(), "", "", false);

    int portBeside(int plain) {
      return port.orElse(plain == DEFAULT_PORT ? DEFAULT_TLS_PORT : -1);
    }
  }

  public Config {
    networks = List.copyOf(networks);
    plaintextFrom = List.copyOf(plaintextFrom);
  }

  /// What an operator may set, by the one name that file, environment and flag share.
  enum Key {
    HTTP_ADDRESS("http.address", "address of the API and the pages"),
    HTTP_PORT("http.port", "port of the API and the pages, 0 picks a free one"),
    HTTP_TLS_PORT("http.tls-port", "port of the API and the pages by TLS, -1 switches it off"),
    HTTP_CERTIFICATE(
        "http.certificate", "certificates in PEM; none: one of the appliance's own CA"),
    HTTP_KEY("http.key", "the certificate's key, PKCS #8 in PEM"),
    HTTP_PLAIN("http.plain", "who may use plain HTTP: all, or boot (machines that boot)"),
    PXE_ADDRESS("pxe.address", "address that the boot services bind to"),
    PXE_DHCP_PORT("pxe.dhcp-port", "DHCP, -1 switches it off"),
    PXE_DHCP6_PORT("pxe.dhcp6-port", "DHCPv6, -1 switches it off"),
    PXE_PROXY_PORT("pxe.proxy-port", "proxy DHCP, -1 switches it off"),
    PXE_TFTP_PORT("pxe.tftp-port", "TFTP, -1 switches it off"),
    PXE_HTTP_PORT("pxe.http-port", "HTTP boot, -1 switches it off"),
    PXE_ADDRESS_CHECK(
        "pxe.address-check", "DHCP asks the wire before it gives an address away: on or off"),
    DNS_PORT("dns.port", "DNS, -1 switches it off"),
    DNS_ADDRESS("dns.address", "address that DNS binds to; none: ours in each managed subnet"),
    PXE_LOADERS("pxe.loaders", "folder with undionly.kpxe and snponly.efi"),
    NETWORK(
        "network",
        "a network, 'prov0 10.77.0.0/24 server 10.77.0.50-10.77.0.199'; repeat it for more"),
    ACCEPT(
        "accept",
        "which newcomers are commissioned by themselves: none or all (whose disks are empty)"),
    BMC_USER("bmc.user", "the account that is made on each BMC"),
    CONSOLE_KEEP(
        "console.keep",
        "serial consoles are read while machines are worked on, so that boots are kept: on or off"),
    TEST_EFFORT("test.effort", "how hard a machine is tested: quick, normal or thorough"),
    BRAKE_AT_A_TIME("brake.at-a-time", "releases and erasures that may run at a time"),
    BRAKE_PER_HOUR("brake.per-hour", "releases and erasures that may begin in an hour"),
    BRAKE_OFFS_PER_HOUR(
        "brake.power-offs-per-hour", "machines that requests may switch off or reset in an hour"),
    PLAINTEXT_FROM(
        "access.plaintext-from",
        "networks (CIDR, with commas) from where OAuth PLAINTEXT is taken without TLS"),
    DATABASE_URL(
        "database.url", "a PostgreSQL database of its own, 'jdbc:postgresql://host/database'"),
    DATABASE_LOGIN("database.login", "file of two lines, user and password, for database.url");

    private final String text;
    private final String help;

    Key(String text, String help) {
      this.text = text;
      this.help = help;
    }

    String text() {
      return text;
    }

    String help() {
      return help;
    }
  }

  Config with(Key key, String value) {
    return switch (key) {
      case HTTP_ADDRESS ->
          new Config(
              data,
              new Http(value, http.port(), http.tls()),
              pxe,
              networks,
              accept,
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case HTTP_PORT ->
          new Config(
              data,
              new Http(http.address(), port(key, value), http.tls()),
              pxe,
              networks,
              accept,
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case HTTP_TLS_PORT, HTTP_CERTIFICATE, HTTP_KEY, HTTP_PLAIN ->
          new Config(
              data,
              new Http(http.address(), http.port(), tls(key, value)),
              pxe,
              networks,
              accept,
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case PXE_ADDRESS,
          PXE_DHCP_PORT,
          PXE_DHCP6_PORT,
          PXE_PROXY_PORT,
          PXE_TFTP_PORT,
          PXE_HTTP_PORT,
          PXE_ADDRESS_CHECK,
          PXE_LOADERS ->
          new Config(
              data,
              http,
              pxe(key, value),
              networks,
              accept,
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case DNS_PORT -> with(new DnsConfig(port(key, value), dns.address()));
      case DNS_ADDRESS ->
          with(
              new DnsConfig(
                  dns.port(), Optional.of(value).filter(text -> !text.isEmpty()).map(Ip::parse)));
      case NETWORK -> {
        var more = new java.util.ArrayList<>(networks);
        more.add(NetworkSpec.parse(value));
        yield new Config(
            data,
            http,
            pxe,
            more,
            accept,
            bmcUser,
            effort,
            plaintextFrom,
            brake,
            dns,
            database,
            keepConsoles);
      }
      case ACCEPT ->
          new Config(
              data,
              http,
              pxe,
              networks,
              switch (value) {
                case "none", "" -> Optional.empty();
                case "all" -> Optional.of("accept-all");
                default ->
                    throw new IllegalArgumentException("accept is none or all, got " + value);
              },
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case BRAKE_AT_A_TIME ->
          with(new BrakeLimits(number(key, value), brake.perHour(), brake.offsPerHour()));
      case BRAKE_PER_HOUR ->
          with(new BrakeLimits(brake.atATime(), number(key, value), brake.offsPerHour()));
      case BRAKE_OFFS_PER_HOUR ->
          with(new BrakeLimits(brake.atATime(), brake.perHour(), number(key, value)));
      case PLAINTEXT_FROM ->
          new Config(
              data,
              http,
              pxe,
              networks,
              accept,
              bmcUser,
              effort,
              List.of(value.split("[ ,]+")),
              brake,
              dns,
              database,
              keepConsoles);
      case DATABASE_URL -> with(new DatabaseAddress(value, database.login()));
      case DATABASE_LOGIN -> with(new DatabaseAddress(database.url(), value));
      case CONSOLE_KEEP ->
          new Config(
              data,
              http,
              pxe,
              networks,
              accept,
              bmcUser,
              effort,
              plaintextFrom,
              brake,
              dns,
              database,
              onOrOff(key, value));
      case TEST_EFFORT ->
          new Config(
              data,
              http,
              pxe,
              networks,
              accept,
              bmcUser,
              effort(value),
              plaintextFrom,
              brake,
              dns,
              database,
              keepConsoles);
      case BMC_USER -> {
        if (!value.matches("[A-Za-z0-9_-]{1,16}")) {
          throw new IllegalArgumentException(
              "bmc.user has 1 to 16 letters, digits, - or _, got " + value);
        }
        yield new Config(
            data,
            http,
            pxe,
            networks,
            accept,
            value,
            effort,
            plaintextFrom,
            brake,
            dns,
            database,
            keepConsoles);
      }
    };
  }

  Config withData(Path folder) {
    return new Config(
        folder,
        http,
        new PxeConfig(
            pxe.dhcpPort(),
            pxe.proxyPort(),
            pxe.tftpPort(),
            pxe.httpPort(),
            pxe.bindAddress(),
            folder.resolve("leases"),
            loaders(folder),
            pxe.addressCheck(),
            pxe.dhcp6Port()),
        networks,
        accept,
        bmcUser,
        effort,
        plaintextFrom,
        brake,
        dns,
        database,
        keepConsoles);
  }

  /// Those that were built into the data folder, else those of this host.
  private Path loaders(Path folder) {
    var built = folder.resolve("images/loaders");
    return Files.isDirectory(built) ? built : pxe.loaderDirectory();
  }

  /// What a key is set to, as it would be written.
  String text(Key key) {
    return switch (key) {
      case HTTP_ADDRESS -> http.address();
      case HTTP_PORT -> Integer.toString(http.port());
      case HTTP_TLS_PORT -> Integer.toString(http.tls().portBeside(http.port()));
      case HTTP_CERTIFICATE -> or(http.tls().certificate(), "(one of the appliance's own CA)");
      case HTTP_KEY -> or(http.tls().key(), "(none)");
      case HTTP_PLAIN -> http.tls().alone() ? "boot" : "all";
      case PXE_ADDRESS -> pxe.bindAddress().getHostAddress();
      case PXE_DHCP_PORT -> Integer.toString(pxe.dhcpPort());
      case PXE_DHCP6_PORT -> Integer.toString(pxe.dhcp6Port());
      case PXE_PROXY_PORT -> Integer.toString(pxe.proxyPort());
      case PXE_TFTP_PORT -> Integer.toString(pxe.tftpPort());
      case PXE_HTTP_PORT -> Integer.toString(pxe.httpPort());
      case PXE_ADDRESS_CHECK -> pxe.addressCheck() ? "on" : "off";
      case DNS_PORT -> Integer.toString(dns.port());
      case DNS_ADDRESS -> dns.address().map(Ip::text).orElse("(ours in each managed subnet)");
      case PXE_LOADERS -> pxe.loaderDirectory().toString();
      case NETWORK -> networks.isEmpty() ? "(none: DHCP is silent)" : networks.toString();
      case ACCEPT -> accept.isPresent() ? "all" : "none";
      case BMC_USER -> bmcUser;
      case CONSOLE_KEEP -> keepConsoles ? "on" : "off";
      case BRAKE_AT_A_TIME -> Integer.toString(brake.atATime());
      case BRAKE_PER_HOUR -> Integer.toString(brake.perHour());
      case BRAKE_OFFS_PER_HOUR -> Integer.toString(brake.offsPerHour());
      case PLAINTEXT_FROM ->
          plaintextFrom.isEmpty() ? "(loopback only)" : String.join(",", plaintextFrom);
      case DATABASE_URL -> or(database.url(), "(embedded, in " + data.resolve("db") + ")");
      case DATABASE_LOGIN -> or(database.login(), "(none: user rackstead, no password)");
      case TEST_EFFORT -> effort.name().toLowerCase(Locale.ROOT);
    };
  }

  private static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private TlsWay tls(Key key, String value) {
    var now = http.tls();
    boolean plain = key == Key.HTTP_PLAIN;
    if (plain && !value.equals("all") && !value.equals("boot")) {
      throw new IllegalArgumentException("http.plain is all or boot, got " + value);
    }
    return new TlsWay(
        key == Key.HTTP_TLS_PORT ? OptionalInt.of(port(key, value)) : now.port(),
        key == Key.HTTP_CERTIFICATE ? value : now.certificate(),
        key == Key.HTTP_KEY ? value : now.key(),
        plain ? value.equals("boot") : now.alone());
  }

  private PxeConfig pxe(Key key, String value) {
    boolean dhcp = key == Key.PXE_DHCP_PORT;
    boolean proxy = key == Key.PXE_PROXY_PORT;
    boolean tftp = key == Key.PXE_TFTP_PORT;
    boolean web = key == Key.PXE_HTTP_PORT;
    return new PxeConfig(
        dhcp ? port(key, value) : pxe.dhcpPort(),
        proxy ? port(key, value) : pxe.proxyPort(),
        tftp ? port(key, value) : pxe.tftpPort(),
        web ? port(key, value) : pxe.httpPort(),
        key == Key.PXE_ADDRESS ? Subnet.address(value) : pxe.bindAddress(),
        pxe.leaseDirectory(),
        key == Key.PXE_LOADERS ? Path.of(value) : pxe.loaderDirectory(),
        key == Key.PXE_ADDRESS_CHECK ? onOrOff(key, value) : pxe.addressCheck(),
        key == Key.PXE_DHCP6_PORT ? port(key, value) : pxe.dhcp6Port());
  }

  private static boolean onOrOff(Key key, String value) {
    if (!value.equals("on") && !value.equals("off")) {
      throw new IllegalArgumentException(key.text() + " is on or off, got " + value);
    }
    return value.equals("on");
  }

  private Config with(BrakeLimits limits) {
    return new Config(
        data,
        http,
        pxe,
        networks,
        accept,
        bmcUser,
        effort,
        plaintextFrom,
        limits,
        dns,
        database,
        keepConsoles);
  }

  private Config with(DnsConfig newDns) {
    return new Config(
        data,
        http,
        pxe,
        networks,
        accept,
        bmcUser,
        effort,
        plaintextFrom,
        brake,
        newDns,
        database,
        keepConsoles);
  }

  private Config with(DatabaseAddress address) {
    return new Config(
        data,
        http,
        pxe,
        networks,
        accept,
        bmcUser,
        effort,
        plaintextFrom,
        brake,
        dns,
        address,
        keepConsoles);
  }

  private static int number(Key key, String value) {
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(key.text() + " is a number from 1, got " + value);
    }
    return Integer.parseInt(value);
  }

  private static Effort effort(String value) {
    return switch (value) {
      case "quick" -> Effort.QUICK;
      case "normal" -> Effort.NORMAL;
      case "thorough" -> Effort.THOROUGH;
      default ->
          throw new IllegalArgumentException("it is quick, normal or thorough, got " + value);
    };
  }

  private static int port(Key key, String value) {
    if (!value.matches("-1|[0-9]{1,5}") || Integer.parseInt(value) > 65535) {
      throw new IllegalArgumentException(
          key.text() + " is a port, 0 for any free one or -1 for off; got " + value);
    }
    return Integer.parseInt(value);
  }
}
