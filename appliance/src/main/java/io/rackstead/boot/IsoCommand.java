package io.rackstead.boot;

import io.rackstead.image.Architecture;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.iso.Template;
import io.rackstead.network.HostAddresses;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `iso` on the command line: one disc for servers whose BMC has no virtual drive. It carries our
/// address and no capability; what runs from it asks for the boot script of its adapter, so the
/// same decision is made as for a server that starts from the network.
public final class IsoCommand {
  public static final String USAGE =
      """
      usage: iso [--out FILE] [--appliance ADDRESS] [--address CIDR ...]

        makes one disc that any x86-64 server can be started from, by CD or USB stick, with BIOS,
        UEFI or Secure Boot: it takes an address by DHCP and asks the appliance what to do

        --out FILE            where to write it (default rackstead.iso)
        --appliance ADDRESS   how servers reach the appliance (default: this host's way out)
        --address CIDR        no DHCP: the server's own address, as 10.0.9.21/24; then also
                              --gateway, --dns A,B, --vlan N, --mac M
        --data DIR            whose ephemeral system and ports (default data); also
                              --http.port and --pxe.http-port, where it is started with others
      """;

  private static final List<String> PORTS = List.of("--http.port", "--pxe.http-port");
  private static final Set<String> OPTIONS =
      Set.of(
          "--out",
          "--appliance",
          "--address",
          "--gateway",
          "--dns",
          "--vlan",
          "--mac",
          "--data",
          "--http.port",
          "--pxe.http-port");

  private IsoCommand() {}

  /// The ports that an appliance on a data folder serves on.
  public record Ports(int api, int files) {}

  /// Reads an appliance's configuration.
  public interface Settings {
    Ports ports(List<String> settings) throws IOException;
  }

  /// @return the exit status: 0 done, 1 failed, 2 not understood
  public static int run(List<String> args, Settings settings, PrintStream out, PrintStream err) {
    try {
      if (args.contains("--help")) {
        out.print(USAGE);
        return 0;
      }
      var options = options(args);
      var data = Path.of(options.getOrDefault("--data", "data"));
      var file = Path.of(options.getOrDefault("--out", "rackstead.iso")).toAbsolutePath();
      var words = words(options, settings.ports(said(options, data)));
      Template.open(disc(data)).with(words).writeTo(file);
      out.printf("%s: %d MiB, for %s%n", file, Files.size(file) >> 20, words.getFirst());
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("iso: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("iso: " + e.getMessage());
      return 1;
    }
  }

  private static Map<String, String> options(List<String> args) {
    var options = new HashMap<String, String>();
    for (int i = 0; i < args.size(); i += 2) {
      if (!OPTIONS.contains(args.get(i)) || i + 1 == args.size()) {
        throw new IllegalArgumentException(
            args.get(i) + " is no option with a value; see iso --help");
      }
      options.put(args.get(i), args.get(i + 1));
    }
    return options;
  }

  private static List<String> said(Map<String, String> options, Path data) {
    var said = new ArrayList<>(List.of("--data", data.toString()));
    for (var port : PORTS) {
      if (options.containsKey(port)) {
        said.addAll(List.of(port, options.getOrDefault(port, "")));
      }
    }
    return said;
  }

  private static List<String> words(Map<String, String> options, Ports ports) {
    var here = here(Optional.ofNullable(options.get("--appliance")));
    var words = new ArrayList<String>();
    words.add("rackstead.server=http://" + here + ":" + ports.api());
    words.add("rackstead.files=http://" + here + ":" + ports.files());
    if (options.containsKey("--address")) {
      words.addAll(
          StaticNetwork.parse(
                  options.getOrDefault("--mac", ""),
                  options.getOrDefault("--address", ""),
                  options.getOrDefault("--gateway", ""),
                  options.getOrDefault("--dns", ""),
                  options.getOrDefault("--vlan", ""))
              .words());
    }
    return words;
  }

  private static String here(Optional<String> said) {
    if (said.isPresent()) {
      return said.get().contains(":") ? "[" + said.get() + "]" : said.get();
    }
    // 192.0.2.1 (RFC 5737) is nobody's: the way there is the way out
    return HostAddresses.towards(InetAddress.ofLiteral("192.0.2.1"))
        .map(InetAddress::getHostAddress)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "this host has no way out to tell its address by: say --appliance ADDRESS"));
  }

  private static Path disc(Path data) throws IOException {
    return new DirectoryImageStore(data.resolve("images"), InstantSource.system())
        .ephemeral(Architecture.AMD64)
        .flatMap(EphemeralSystem::disc)
        .map(EphemeralSystem.Disc::file)
        .orElseThrow(() ->
            new IOException("there is no disc to make it of: appliance/run images build disc"));
  }
}
