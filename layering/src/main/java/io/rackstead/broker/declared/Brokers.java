package io.rackstead.broker.declared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The brokers that there are: those that we bring, and the operator's own in a folder, each as
/// `NAME/broker.yaml`. Read when they are asked for; an operator's may replace one of ours.
public final class Brokers {
  private static final List<String> OURS =
      List.of(
          "ironic",
          "ironic-enrol",
          "kubernetes",
          "kubernetes-cluster",
          "libvirt",
          "metal3",
          "noop",
          "webhook");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
  private final Path folder;
  private final Map<String, Read> read = new ConcurrentHashMap<>();
  private final Map<String, BrokerFile> brought = new ConcurrentHashMap<>();

  /// @param mark when it was changed, and its size
  private record Read(String mark, BrokerFile file) {}

  public Brokers(Path folder) {
    this.folder = folder;
  }

  public List<String> names() {
    var names = new TreeSet<>(OURS);
    if (Files.isDirectory(folder)) {
      try (var there = Files.list(folder)) {
        there
            .filter(one -> Files.isRegularFile(one.resolve("broker.yaml")))
            .map(one -> one.getFileName().toString())
            .filter(name -> NAME.matcher(name).matches())
            .forEach(names::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ArrayList<>(names);
  }

  /// Throws [BadBroker] that says what is wrong with it; empty: there is none of that name.
  public Optional<BrokerFile> find(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    var file = folder.resolve(name).resolve("broker.yaml");
    try {
      var read =
          Files.isRegularFile(file)
              ? Optional.of(own(name, file))
              : OURS.contains(name) ? Optional.of(ours(name)) : Optional.<BrokerFile>empty();
      read.ifPresent(broker -> {
        if (!broker.name().equals(name)) {
          throw new BadBroker(
              "the folder is called %s, its broker.yaml says name: %s"
                  .formatted(name, broker.name()));
        }
      });
      return read;
    } catch (IOException e) {
      throw new BadBroker("cannot read " + file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  /// Read again when it was changed, not for each request.
  private BrokerFile own(String name, Path file) throws IOException {
    var mark = Files.getLastModifiedTime(file) + " " + Files.size(file);
    var seen = read.get(name);
    if (seen == null || !seen.mark().equals(mark)) {
      seen = new Read(mark, BrokerFile.read(file));
      read.put(name, seen);
    }
    return seen.file();
  }

  private BrokerFile ours(String name) throws IOException {
    var seen = brought.get(name);
    if (seen == null) {
      seen = parsed(name);
      brought.put(name, seen);
    }
    return seen;
  }

  /// The exchange that lies beside a broker's file, `exchange.json`; empty: there is none.
  public Optional<String> exchange(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    var own = folder.resolve(name);
    try {
      if (Files.isRegularFile(own.resolve("broker.yaml"))) {
        var file = own.resolve("exchange.json");
        return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
      }
      try (var in = Brokers.class.getResourceAsStream(name + ".exchange.json")) {
        return in == null
            ? Optional.empty()
            : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new BadBroker("cannot read the exchange of " + name + ": " + e.getMessage(), e);
    }
  }

  private static BrokerFile parsed(String name) throws IOException {
    try (var in = Brokers.class.getResourceAsStream(name + ".yaml")) {
      if (in == null) {
        throw new BadBroker("the broker " + name + " is not in the jar");
      }
      return BrokerFile.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
