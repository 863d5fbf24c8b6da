package io.rackstead.pxe.lab;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.PxeConfig;
import io.rackstead.pxe.PxeServer;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.AddressRange6;
import io.rackstead.pxe.net.Subnet;
import io.rackstead.pxe.net.Subnet6;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The boot services on the lab's provisioning network with one fixed decision, to boot real
/// firmware from: `PxeLab FOLDER server|proxy|relay|unchecked|signed|signed-proxy|six|six-http
/// [ARGUMENT…]`. The loaders are those of the folder `loaders` in it, else the host's own. With
/// `six` there is IPv6 alone, with `six-http` and only for HTTP Boot. With `relay` there is a
/// second network, 10.90.0.0/24, that only a relay reaches; with `unchecked` addresses are given
/// away without asking the wire. The folder holds `vmlinuz`, `initrd.img` and `decision` (`linux`,
/// `local` or `ignore`, read anew for each client). Prints every trace. Ends when its input does.
final class PxeLab {
  private static final OptionTemplates SIGNED =
      new OptionTemplates(
          OptionTemplate.NONE, Map.of(), Map.of(), LoaderChain.SIGNED_GRUB, Map.of());

  private PxeLab() {}

  public static void main(String[] args) throws IOException {
    var folder = Path.of(args[0]);
    var mode = args[1].endsWith("proxy") ? Networks.Mode.PROXY : Networks.Mode.SERVER;
    var booter = new FixedBooter(folder, List.of(args).subList(2, args.length));
    var network =
        new Networks.Served(
            "prov0",
            Subnet.parse("10.77.0.0/24"),
            mode,
            Subnet.address("10.77.0.1"),
            List.of(AddressRange.parse("10.77.0.50-10.77.0.99")),
            Map.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.of("lab.example"),
            Duration.ofMinutes(10),
            args[1].startsWith("signed") ? SIGNED : OptionTemplates.NONE);
    var behindARelay =
        new Networks.Served(
            "prov0",
            Subnet.parse("10.90.0.0/24"),
            mode,
            Subnet.address("10.77.0.1"),
            List.of(AddressRange.parse("10.90.0.50-10.90.0.99")),
            Map.of(),
            Optional.of(Subnet.address("10.90.0.1")),
            List.of(),
            Optional.empty(),
            Duration.ofMinutes(10));
    var networks = args[1].equals("relay") ? List.of(network, behindARelay) : List.of(network);
    var config =
        new PxeConfig(
            67,
            4011,
            69,
            5248,
            Subnet.address("0.0.0.0"),
            folder.resolve("leases"),
            Files.isDirectory(folder.resolve("loaders"))
                ? folder.resolve("loaders")
                : Path.of("/usr/lib/ipxe"),
            !args[1].equals("unchecked"));
    boolean six = args[1].startsWith("six");
    var asked = args[1].equals("six-http") ? new HttpAlone(booter) : booter;
    Networks served = six ? new Six() : () -> networks;
    try (var server = PxeServer.start(config, asked, served, new Printed())) {
      server.states().forEach(System.out::println);
      while (System.in.read() >= 0) {
        server.leases().forEach(System.out::println);
        server.leases6().forEach(System.out::println);
        server.notices().forEach(System.out::println);
      }
    }
  }

  private record Six() implements Networks {
    private static final Served6 NETWORK =
        new Served6(
            "prov0",
            Subnet6.parse("fd77::/64"),
            Subnet6.address("fd77::1"),
            List.of(AddressRange6.parse("fd77::1000-fd77::1fff")),
            Map.of(),
            List.of(Subnet6.address("fd77::1")),
            Optional.of("lab.example"),
            Duration.ofMinutes(10),
            true,
            OptionTemplates.NONE);

    @Override
    public List<Served> served() {
      return List.of();
    }

    @Override
    public List<Served6> served6() {
      return List.of(NETWORK);
    }
  }

  /// Leaves firmware that comes by TFTP alone.
  private record HttpAlone(Booter booter) implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      boolean tftp = request.stage() == BootRequest.Stage.FIRMWARE && !request.arch().http();
      return tftp
          ? new BootAnswer(new BootDecision.Ignore("by HTTP alone"), "lab", List.of())
          : booter.decide(request);
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return booter.open(name, client);
    }
  }

  private record FixedBooter(Path folder, List<String> arguments) implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(decision(), "lab: the file decision", List.of());
    }

    private BootDecision decision() {
      try {
        return switch (Files.readString(folder.resolve("decision")).strip()) {
          case "linux" -> new BootDecision.Linux("vmlinuz", List.of("initrd.img"), arguments);
          case "local" -> new BootDecision.LocalDisk();
          default -> new BootDecision.Ignore("the lab says so");
        };
      } catch (IOException e) {
        return new BootDecision.Ignore(e.toString());
      }
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      if (!name.equals("vmlinuz") && !name.equals("initrd.img")) {
        return Optional.empty();
      }
      var path = folder.resolve(name);
      return Optional.of(new BootFile.OnDisk(path, path.toFile().length(), "lab-" + name));
    }
  }

  private static final class Printed implements BootJournal {
    private final long start = System.nanoTime();

    @Override
    public void effects(List<BootEffect> effects) {
      if (!effects.isEmpty()) {
        System.out.println(effects);
      }
    }

    @Override
    public void trace(Trace trace) {
      System.out.printf(
          "%7.2f %-9s %s %s %s [%s]%n",
          (System.nanoTime() - start) / 1e9,
          trace.source(),
          trace.mac().map(Object::toString).orElse("-"),
          trace.client().map(InetAddress::getHostAddress).orElse("-"),
          trace.text(),
          trace.rule());
    }
  }
}
