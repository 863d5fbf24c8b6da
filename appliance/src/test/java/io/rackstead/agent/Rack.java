package io.rackstead.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Vault;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.boot.Discs;
import io.rackstead.boot.MachineBooter;
import io.rackstead.deploy.Planning;
import io.rackstead.event.EventLog;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.network.NetworkBook;
import io.rackstead.power.Bmcs;
import io.rackstead.power.DiscStart;
import io.rackstead.power.PowerTasks;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.TestDatabase;
import io.rackstead.task.TaskRunner;
import io.rackstead.task.TaskStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The core of the appliance around one fake server: a real database and store on disk, a clock
/// that the test sets, and a fake BMC. It can be killed and started again.
public final class Rack implements AutoCloseable {
  public static final MacAddress MAC = MacAddress.parse("3c:fd:fe:00:00:01");
  public static final String UUID = "4c4c4544-0042-3010-8051-b4c04f4d3532";
  public static final String ADDRESS = "10.77.0.50";
  private static final BmcAddress BMC = BmcAddress.parse("ipmi://10.78.0.1");

  private final Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  public final Database database;
  public final EventLog events;

  /// Which newcomers are accepted; a test may say otherwise.
  public Newcomers newcomers;

  public final Machines machines;
  public final DirectoryImageStore images;
  public final Capabilities capabilities;
  public final Sessions sessions;
  public final AgentWork work;
  public final Enrolment enrolment;
  public final MachineBooter booter;
  public final TaskRunner tasks;
  public final Discs discs;
  public final Vault vault;
  public final FakeBmc bmc;
  private volatile boolean killed;

  public Rack(Path folder, FakeBmc bmc, Database.CrashPoint crashPoint) throws IOException {
    this(folder, bmc, crashPoint, Optional.empty());
  }

  /// @param accept the rule that newcomers are accepted by
  public Rack(Path folder, FakeBmc bmc, Database.CrashPoint crashPoint, Optional<String> accept)
      throws IOException {
    this.folder = folder;
    this.bmc = bmc;
    var random = new SecureRandom();
    vault = Vault.open(folder.resolve("secrets"), random);
    database =
        TestDatabase.open(
            folder.resolve("db"),
            where -> {
              if (killed) {
                throw new io.rackstead.store.Crash("killed");
              }
              crashPoint.reached(where);
            });
    images = new DirectoryImageStore(folder.resolve("images"), this::now);
    events = new EventLog(database);
    var taskStore = new TaskStore();
    machines =
        new Machines(
            database, events, taskStore, this::now, random, new NetworkBook(database, this::now));
    capabilities = new Capabilities(database, this::now, random);
    booter =
        new MachineBooter(
            machines,
            images,
            capabilities,
            _ ->
                Optional.of(
                    new MachineBooter.Urls("http://10.77.0.1:5240", "http://10.77.0.1:5248")));
    discs =
        new Discs(
            machines,
            images,
            capabilities,
            events,
            this::now,
            random,
            _ ->
                Optional.of(
                    new MachineBooter.Urls("http://10.77.0.1:5240", "http://10.77.0.1:5248")));
    booter.discs(discs::open);
    newcomers = Newcomers.all(accept);
    sessions = new Sessions(database, this::now, random);
    work =
        new AgentWork(
            machines,
            database,
            events,
            vault,
            new Planning(
                images,
                capabilities,
                vault,
                database,
                random,
                "rackstead",
                io.rackstead.plan.Effort.QUICK),
            sessions,
            new Progresses(),
            this::now,
            newcomer -> newcomers.of(newcomer),
            booter::progressed);
    enrolment = new Enrolment(machines, database, events, capabilities, sessions, this::now);
    var bmcs = new FakeBmcs();
    bmcs.plug(bmc);
    tasks =
        new TaskRunner(
            machines,
            database,
            taskStore,
            this::now,
            powerTasks(new Bmcs(bmcs, database, vault)),
            () -> false,
            new io.rackstead.task.Brake(10, 60, 250),
            Runnable::run,
            System::nanoTime,
            Duration.ZERO);
  }

  public PowerTasks powerTasks(Bmcs bmcs) {
    return new PowerTasks(
        machines, bmcs, sessions, new DiscStart(machines, bmcs, discs, sessions), _ -> {});
  }

  public static FakeBmc fakeBmc() {
    return new FakeBmc(BMC, new BmcCredentials("rackstead", "secret".toCharArray()), UUID, "S1");
  }

  public Instant now() {
    return now;
  }

  public void advance(Duration duration) {
    now = now.plus(duration);
  }

  public static Identity identity() {
    return Identity.of(List.of(MAC), UUID, "S1");
  }

  /// A machine that was enlisted and reported, with its BMC known.
  public Machine enlisted() {
    var machine =
        machines.enlist(identity(), Architecture.AMD64, "", Optional.empty(), Actor.APPLIANCE);
    machines.apply(
        machine.id(),
        new Event.HardwareReported(identity(), io.rackstead.commission.Reports.hardware(report())),
        Actor.APPLIANCE);
    return machines.find(machine.id()).orElseThrow();
  }

  public Image image() throws IOException {
    return image("custom/tiny", new Image.Root(Optional.of(1), "ext4"), Image.ReportsBy.CLOUD_INIT);
  }

  public Image image(String name, Image.Root root, Image.ReportsBy reportsBy) throws IOException {
    var id = ImageId.parse(name);
    var there = images.image(id, Architecture.AMD64);
    if (there.isPresent()) {
      return there.get();
    }
    var disk = new byte[1 << 20];
    disk[510] = 0x55;
    disk[511] = (byte) 0xaa;
    System.arraycopy(
        "EFI PART".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, disk, 512, 8);
    return images.add(id, Architecture.AMD64, new ByteArrayInputStream(disk), root, reportsBy);
  }

  public static ObjectNode report() {
    return (ObjectNode)
        Json.parse(
            """
            {"version":1,
             "system":{"uuid":"%s","manufacturer":"Lab","product":"VM","serial":"S1"},
             "firmware":{"boot_mode":"uefi"},"cpu":{"model":"X","threads":4},
             "memory":{"total_kib":1048576},"bmc":{"present":true},
             "disks":[{"name":"vda","model":"D","serial":"LABDISK0","wwn":"","size_bytes":8589934592,
                       "rotational":false,"removable":false,"transport":"virtio","holds":[]}],
             "nics":[{"name":"eth0","mac":"%s","driver":"virtio_net","speed_mbps":-1,"link":true}]}\
            """
                .formatted(UUID, MAC)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /// Ends it as `kill -9` would.
  public void kill() {
    killed = true;
    TestDatabase.crash(folder.resolve("db"));
    tasks.close();
    events.close();
  }

  @Override
  public void close() {
    tasks.close();
    events.close();
    database.close();
  }
}
