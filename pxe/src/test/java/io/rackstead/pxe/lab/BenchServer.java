package io.rackstead.pxe.lab;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.PxeConfig;
import io.rackstead.pxe.PxeServer;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The boot services for a benchmark: `BenchServer FOLDER`, all machines on record, the files of
/// `FOLDER/files` served by their names, addresses given away unchecked as the peers do.
final class BenchServer {
  private BenchServer() {}

  public static void main(String[] args) throws IOException {
    var folder = Path.of(args[0]);
    var network =
        new Served(
            "prov0",
            Subnet.parse("10.64.0.0/10"),
            Mode.SERVER,
            Subnet.address("10.64.0.1"),
            List.of(AddressRange.parse("10.65.0.0-10.80.255.255")),
            Map.of(),
            Optional.of(Subnet.address("10.64.0.1")),
            List.of(Subnet.address("10.64.0.1")),
            Optional.of("example.org"),
            Duration.ofHours(1));
    var config =
        new PxeConfig(
            67,
            PxeConfig.OFF,
            69,
            80,
            Subnet.address("0.0.0.0"),
            folder.resolve("leases"),
            Path.of("/usr/lib/ipxe"),
            false);
    try (var server =
        PxeServer.start(
            config, new Folder(folder.resolve("files")), () -> List.of(network), new Silent())) {
      server.states().forEach(System.out::println);
      while (System.in.read() >= 0) {
        // until the other end goes
      }
    }
  }

  private record Folder(Path folder) implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("vmlinuz", List.of("initrd"), List.of()), "bench", List.of());
    }

    @Override
    public boolean knows(MacAddress mac) {
      return true;
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      var path = folder.resolve(name);
      return name.matches("[a-z0-9]+") && Files.isRegularFile(path)
          ? Optional.of(new BootFile.OnDisk(path, path.toFile().length(), "bench-" + name))
          : Optional.empty();
    }
  }

  private static final class Silent implements BootJournal {
    @Override
    public void effects(List<BootEffect> effects) {}

    @Override
    public void trace(Trace trace) {}
  }
}
