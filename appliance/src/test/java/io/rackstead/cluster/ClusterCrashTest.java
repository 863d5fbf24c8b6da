package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.access.Authorities;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Secret;
import io.rackstead.access.SshKeys;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.artifact.Artifacts;
import io.rackstead.artifact.Fetcher;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.Wire;
import io.rackstead.commission.Hardware;
import io.rackstead.commission.Report;
import io.rackstead.event.EventLog;
import io.rackstead.evidence.Packs;
import io.rackstead.evidence.Signer;
import io.rackstead.handover.Handovers;
import io.rackstead.handover.Preparations;
import io.rackstead.handover.Targets;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.ArtifactStore;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.maas.Constraints;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.network.NetworkBook;
import io.rackstead.power.BmcKeys;
import io.rackstead.power.Bmcs;
import io.rackstead.power.PowerControl;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Crash;
import io.rackstead.store.Database;
import io.rackstead.store.TestDatabase;
import io.rackstead.task.TaskStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills the appliance at durable writes while a cluster is made and taken down again: each machine
/// is taken once, and nothing is left behind.
class ClusterCrashTest {
  private static final AtomicReference<Instant> NOW =
      new AtomicReference<>(Instant.parse("2026-11-22T18:00:00Z"));
  private static final InstantSource CLOCK = NOW::get;
  private static final int POINTS = 14;
  @TempDir Path folder;

  /// The parts of the appliance that clusters work with, over one folder.
  private static final class Hall implements AutoCloseable {
    final Database database;
    final EventLog events;
    final Machines machines;
    final Handovers handovers;
    final Clusters clusters;
    final Users users;
    private volatile boolean killed;

    Hall(Path folder, String api, Database.CrashPoint point) throws IOException {
      var random = new SecureRandom();
      var vault = Vault.open(folder.resolve("secrets"), random);
      database =
          TestDatabase.open(
              folder.resolve("db"),
              where -> {
                if (killed) {
                  throw new Crash("killed");
                }
                point.reached(where);
              });
      events = new EventLog(database);
      var networks = new NetworkBook(database, CLOCK);
      machines = new Machines(database, events, new TaskStore(), CLOCK, random, networks);
      users = new Users(database, random, CLOCK);
      var images = new DirectoryImageStore(folder.resolve("images"), CLOCK);
      if (images.images().isEmpty()) {
        images.add(
            ImageId.parse("debian-12"),
            Architecture.AMD64,
            new ByteArrayInputStream(disk()),
            new Image.Root(Optional.of(1), "ext4"),
            Image.ReportsBy.CLOUD_INIT);
      }
      var power =
          new PowerControl(
              machines,
              new Bmcs(new FakeBmcs(), database, vault),
              new BmcKeys(database, CLOCK),
              _ -> {});
      var verbs = new Verbs(machines, database, power, CLOCK, Optional::empty, networks);
      var targets =
          new Targets(database, vault, new Brokers(folder.resolve("brokers")), new Wire(), CLOCK);
      handovers =
          new Handovers(
              new Handovers.Parts(
                  database,
                  machines,
                  targets,
                  CLOCK,
                  List::of,
                  _ -> List.of("10.77.0.9"),
                  new Preparations(database, vault, machines, CLOCK),
                  new Packs(database, new Signer(database, vault), CLOCK, "0"),
                  () -> false,
                  Runnable::run));
      var store = new ArtifactStore(folder.resolve("artifacts"));
      var artifacts =
          new Artifacts(database, store, new Fetcher(store, _ -> false), CLOCK, Runnable::run);
      var recruiting =
          new Recruiting(
              new Recruiting.Parts(
                  database,
                  machines,
                  verbs,
                  images,
                  users,
                  new SshKeys(CLOCK),
                  wishes -> new Constraints(wishes, networks.now()),
                  Machine::node,
                  CLOCK));
      clusters =
          new Clusters(
              new Clusters.Parts(
                  database,
                  machines,
                  handovers,
                  targets,
                  artifacts,
                  new Authorities(random, CLOCK),
                  vault,
                  CLOCK,
                  _ -> List.of("10.77.0.9"),
                  _ -> api,
                  _ -> Optional.of("http://10.77.0.1:5248"),
                  () -> false),
              recruiting);
      handovers.wantedBy(clusters::wanted);
    }

    private static byte[] disk() {
      var disk = new byte[1 << 20];
      disk[510] = 0x55;
      disk[511] = (byte) 0xaa;
      System.arraycopy(
          "EFI PART".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, disk, 512, 8);
      return disk;
    }

    void ready(int number) {
      var mac = MacAddress.parse("3c:fd:fe:00:00:0" + number);
      var uuid = new UUID(0x4c4c45440042_3010L, 0x8051_b4c04f4d3500L + number).toString();
      var machine =
          machines.enlist(
              Identity.of(List.of(mac), uuid, "S" + number),
              Architecture.AMD64,
              "m" + number,
              Optional.empty(),
              Actor.APPLIANCE);
      var disk =
          new Hardware.Disk(
              "vda", "D", "disk-" + number, "", 8L << 30, false, false, "virtio", List.of());
      var hardware =
          new Hardware(
              "QEMU",
              "PC",
              "S",
              "uefi",
              "CPU",
              4,
              8192,
              false,
              List.of(disk),
              List.of(new Hardware.Nic("ens3", mac, "virtio_net", 1000, true)),
              false,
              new Report("{\"version\":1}"));
      for (var event :
          List.of(
              new Event.Commission(),
              new Event.HardwareReported(machine.identity(), hardware),
              new Event.CommissioningDone(),
              new Event.TestsPassed())) {
        machines.apply(machine.id(), event, Actor.APPLIANCE);
      }
    }

    void kill() {
      killed = true;
      close();
    }

    @Override
    public void close() {
      events.close();
      database.close();
    }
  }

  @Test
  void aClusterIsMadeAndTakenDownWhereverTheAppliancesLifeEnds() throws Exception {
    int points = survive(folder.resolve("whole"), 0);
    assertThat(points).isGreaterThan(POINTS);
    // steps that are prime to the three points of each write: every kind comes in turn
    int step = Math.max(1, points / POINTS) | 1;
    for (int at = 1; at <= points; at += step) {
      survive(folder.resolve("at" + at), at);
    }
  }

  /// @return how many points were passed
  private static int survive(Path folder, int at) throws Exception {
    int[] reached = {0};
    boolean[] armed = {false};
    Database.CrashPoint fuse =
        where -> {
          if (armed[0]
              && !Thread.currentThread().getName().equals("event-log")
              && ++reached[0] == at) {
            throw new Crash(where + " #" + at);
          }
        };
    try (var api = new Api()) {
      var hall = new Hall(folder, api.url(), fuse);
      hall.users.set("ada", Secret.of("a good password"), Role.USER, Origin.CONSOLE);
      for (int i = 0; i < 4; i++) {
        hall.ready(i);
      }
      var spec =
          new SpecReader(_ -> Optional.empty())
              .read(
                  JsonNodeFactory.instance
                      .objectNode()
                      .put("name", "hall2")
                      .put("version", "v1.31.4")
                      .put("image", "debian-12")
                      .set("workers", JsonNodeFactory.instance.objectNode().put("count", 2)));
      hall.clusters.create("hall2", spec, "s3cret", Origin.CONSOLE, "ada");
      armed[0] = true;
      boolean deleting = false;
      for (int turns = 0; ; turns++) {
        assertThat(turns).as("turns at crash point %d", at).isLessThan(80);
        try {
          var cluster = hall.clusters.find("hall2");
          if (cluster.isEmpty()) {
            break;
          }
          if (cluster.get().state() == Cluster.State.READY && !deleting) {
            whole(hall, api, at);
            deleting = true;
          }
          if (deleting && cluster.get().state() != Cluster.State.DELETING) {
            hall.clusters.want(
                cluster.get(), now -> now.to(Cluster.State.DELETING, ""), "delete", Origin.CONSOLE);
          }
          turn(hall, api);
        } catch (Crash e) {
          hall.kill();
          hall = new Hall(folder, api.url(), _ -> {});
        }
      }
      assertThat(hall.machines.list())
          .as("killed at %d", at)
          .allMatch(machine -> machine.state() == State.READY)
          .allMatch(machine -> machine.labels().owner().isEmpty());
      assertThat(api.nodes()).as("nodes, killed at %d", at).isEmpty();
      hall.close();
    }
    return reached[0];
  }

  private static void whole(Hall hall, Api api, int at) {
    var cluster = hall.clusters.find("hall2").orElseThrow();
    assertThat(hall.clusters.members(cluster)).as("killed at %d", at).hasSize(3);
    assertThat(hall.machines.list().stream().filter(m -> m.state() == State.DEPLOYED))
        .as("machines taken, killed at %d", at)
        .hasSize(3);
    assertThat(api.nodes()).as("nodes, killed at %d", at).hasSize(3);
    // handed out before the last crash, it is not there twice
    if (cluster.progress().handed().isEmpty()) {
      assertThat(hall.clusters.handOut(cluster, Origin.CONSOLE)).contains("client-key-data");
    }
  }

  /// Everybody does what they would do next.
  private static void turn(Hall hall, Api api) {
    // what is asked again later is due by then
    NOW.updateAndGet(now -> now.plusSeconds(61));
    hall.clusters.look();
    for (var machine : hall.machines.list()) {
      switch (machine.state()) {
        case DEPLOYING -> install(hall, machine);
        case DEPLOYED -> api.joins(machine, false);
        case RELEASING, DISK_ERASING -> free(hall, machine);
        default -> {}
      }
    }
    hall.handovers.look();
  }

  private static void install(Hall hall, Machine machine) {
    assertThat(hall.clusters.firstBoot(machine).orElse("")).contains("kubeadm");
    hall.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
  }

  private static void free(Hall hall, Machine machine) {
    if (hall.handovers.holds(machine).isEmpty()) {
      if (machine.state() == State.DISK_ERASING) {
        hall.machines.apply(machine.id(), new Event.Erased(), Actor.APPLIANCE);
      }
      hall.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    }
  }
}
