package io.rackstead.boot;

import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Capability;
import io.rackstead.image.Architecture;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.ImageStore;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/// Answers the boot services from memory: who is it, what shall it boot, and which bytes are behind
/// a name.
public final class MachineBooter implements Booter {
  private static final Duration CAPABILITY_LIFE = Duration.ofMinutes(15);
  private static final int LOOP = 3;
  private static final String KERNEL = "vmlinuz";
  private static final String INITRD = "initrd.img";

  private final Machines machines;
  private final ImageStore images;
  private final Capabilities capabilities;
  private final Function<Optional<InetAddress>, Optional<Urls>> urls;
  private final Map<MachineId, Boots> boots = new ConcurrentHashMap<>();
  private final List<Consumer<MachineId>> hearers = new CopyOnWriteArrayList<>();
  private final Map<String, Capability> minted = new ConcurrentHashMap<>();
  private volatile BiFunction<String, InetAddress, Optional<BootFile>> discs =
      (_, _) -> Optional.empty();

  private volatile Function<String, Optional<BootFile>> besides = _ -> Optional.empty();

  /// Where we are, as one client reaches us.
  public record Urls(String api, String files) {}

  /// How often a machine was handed its script in one epoch without getting anything done.
  private record Boots(long epoch, int count) {}

  public MachineBooter(
      Machines machines,
      ImageStore images,
      Capabilities capabilities,
      Function<Optional<InetAddress>, Optional<Urls>> urls) {
    this.machines = machines;
    this.images = images;
    this.capabilities = capabilities;
    this.urls = urls;
  }

  /// Files besides those that machines boot from; asked for names that are none of these.
  public void serveBesides(Function<String, Optional<BootFile>> files) {
    besides = files;
  }

  @Override
  public BootAnswer decide(BootRequest request) {
    var machine = machines.byMac(request.mac());
    if (machine.isEmpty()) {
      return ephemeral(request, Optional.empty(), "unknown: the ephemeral system, to enrol it");
    }
    return switch (BootPlan.of(machine.get())) {
      case BootPlan.OwnDisk(var rule) ->
          new BootAnswer(new BootDecision.LocalDisk(), rule, List.of());
      case BootPlan.Ephemeral(_, var rule) ->
          looping(machine.get())
              ? new BootAnswer(
                  new BootDecision.LocalDisk(),
                  "booted %d times for one purpose and got nothing done: a boot loop, its own disk"
                      .formatted(LOOP),
                  List.of())
              : ephemeral(request, machine, rule);
    };
  }

  @Override
  public boolean knows(MacAddress mac) {
    return machines.byMac(mac).isPresent();
  }

  private BootAnswer ephemeral(BootRequest request, Optional<Machine> machine, String rule) {
    var arch = architecture(request.arch());
    if (arch.isEmpty()) {
      return ignore("no system for the client architecture " + request.arch());
    }
    var system = images.ephemeral(arch.get());
    if (system.isEmpty()) {
      return ignore(
          "no ephemeral system for %s: run 'appliance/run images build ephemeral'"
              .formatted(arch.get().debianName()));
    }
    var here = urls.apply(request.address().map(InetAddress.class::cast));
    if (here.isEmpty()) {
      return ignore("no provisioning network has an address of ours");
    }
    if (request.stage() != BootRequest.Stage.SCRIPT) {
      return new BootAnswer(linux(system.get(), List.of()), rule, List.of());
    }
    var capability =
        capabilities.mint(
            machine.map(Machine::id),
            request.mac(),
            machine.map(Machine::epoch).orElse(0L),
            Capability.Kind.BOOT,
            request.address().map(InetAddress::getHostAddress).orElse(""),
            CAPABILITY_LIFE);
    minted.put(capability.text(), capability);
    var arguments =
        List.of(
            "rackstead.server=" + here.get().api(),
            "rackstead.files=" + here.get().files(),
            "rackstead.cap=" + capability.text(),
            "BOOTIF=01-" + request.mac().toString().replace(':', '-'),
            "console=tty0",
            "console=ttyS0,115200");
    return new BootAnswer(
        linux(system.get(), arguments),
        rule,
        List.of(
            new BootEffect.Booting(
                machine.map(m -> m.id().text()).orElse(""),
                capability.epoch(),
                capability.text())));
  }

  /// The script has left: its capability is good from now on, and the boot counts.
  public void happened(BootEffect effect) {
    switch (effect) {
      case BootEffect.Seen(_, _) -> {}
      case BootEffect.Booting(var id, var epoch, var text) -> {
        var capability = minted.remove(text);
        if (capability != null) {
          capabilities.keep(capability);
        }
        if (!id.isEmpty()) {
          var machine = new MachineId(id);
          count(machine, epoch);
          hearers.forEach(hearer -> hearer.accept(machine));
        }
      }
    }
    if (minted.size() > 10_000) {
      minted.clear();
    }
  }

  /// Who is told of each machine that was handed its boot script.
  public void heardBy(Consumer<MachineId> hearer) {
    hearers.add(hearer);
  }

  /// Something was done: the next boots are no loop.
  public void progressed(MachineId machine) {
    boots.remove(machine);
  }

  private void count(MachineId id, long epoch) {
    var now =
        boots.merge(
            id,
            new Boots(epoch, 1),
            (old, _) ->
                old.epoch() == epoch ? new Boots(epoch, old.count() + 1) : new Boots(epoch, 1));
    if (now.count() > LOOP) {
      machines.apply(
          id,
          new Event.Failed(
              "started %d times from the network and got nothing done".formatted(now.count())),
          Actor.rule("boot-loop"));
    }
  }

  private boolean looping(Machine machine) {
    var boot = boots.get(machine.id());
    return boot != null && boot.epoch() == machine.epoch() && boot.count() > LOOP;
  }

  /// Who knows names of discs, once it is made.
  public void discs(BiFunction<String, InetAddress, Optional<BootFile>> newDiscs) {
    discs = newDiscs;
  }

  @Override
  public Optional<BootFile> open(String name, InetAddress client) {
    if (name.startsWith("disc/")) {
      return discs.apply(name, client);
    }
    if (name.startsWith("image/")) {
      return image(name.substring("image/".length()), client);
    }
    if (name.startsWith("ephemeral/")) {
      for (var arch : Architecture.values()) {
        var system = images.ephemeral(arch);
        if (system.isPresent()) {
          if (name.equals(path(system.get(), KERNEL))) {
            return Optional.of(
                new BootFile.OnDisk(
                    system.get().kernel(),
                    system.get().kernelArtifact().sizeBytes(),
                    system.get().kernelArtifact().sha256()));
          }
          if (name.equals(path(system.get(), INITRD))) {
            return Optional.of(
                new BootFile.OnDisk(
                    system.get().initrd(),
                    system.get().initrdArtifact().sizeBytes(),
                    system.get().initrdArtifact().sha256()));
          }
        }
      }
    }
    return besides.apply(name);
  }

  private Optional<BootFile> image(String text, InetAddress client) {
    return capabilities
        .find(text)
        .filter(capability ->
            capability.kind() == Capability.Kind.IMAGE
                && capability.address().equals(client.getHostAddress()))
        .flatMap(Capability::machine)
        .flatMap(machines::find)
        .flatMap(machine ->
            machine
                .deployment()
                .flatMap(wanted ->
                    images
                        .image(wanted.image(), machine.arch())
                        .filter(image -> image.raw().sha256().equals(wanted.sha256()))))
        .map(image ->
            new BootFile.OnDisk(
                images.path(image), image.compressed().sizeBytes(), image.compressed().sha256()));
  }

  private static BootDecision.Linux linux(EphemeralSystem system, List<String> arguments) {
    return new BootDecision.Linux(path(system, KERNEL), List.of(path(system, INITRD)), arguments);
  }

  private static String path(EphemeralSystem system, String file) {
    return "ephemeral/%s/%s/%s".formatted(system.arch().debianName(), system.version(), file);
  }

  private static BootAnswer ignore(String why) {
    return new BootAnswer(new BootDecision.Ignore(why), why, List.of());
  }

  private static Optional<Architecture> architecture(ClientArch arch) {
    return switch (arch.cpu()) {
      case X64 -> Optional.of(Architecture.AMD64);
      case ARM64 -> Optional.of(Architecture.ARM64);
      case IA32, ARM32, POWER, RISCV32, RISCV64, LOONG64, UNKNOWN -> Optional.empty();
    };
  }
}
