package io.rackstead.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Progresses;
import io.rackstead.artifact.ArtifactApi;
import io.rackstead.artifact.Artifacts;
import io.rackstead.artifact.Fetcher;
import io.rackstead.assign.Policies;
import io.rackstead.assign.PolicyApi;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.boot.MetadataApi;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.Wire;
import io.rackstead.catalog.CatalogApi;
import io.rackstead.cluster.ClusterApi;
import io.rackstead.cluster.Clusters;
import io.rackstead.cluster.Recruiting;
import io.rackstead.commission.Hardware;
import io.rackstead.commission.Report;
import io.rackstead.console.ConsoleApi;
import io.rackstead.console.Consoles;
import io.rackstead.device.Device;
import io.rackstead.device.Devices;
import io.rackstead.event.EventApi;
import io.rackstead.evidence.EvidenceApi;
import io.rackstead.evidence.Packs;
import io.rackstead.evidence.Signer;
import io.rackstead.handover.HandoverApi;
import io.rackstead.handover.Handovers;
import io.rackstead.handover.Preparations;
import io.rackstead.handover.Targets;
import io.rackstead.http.HttpServer;
import io.rackstead.http.Json;
import io.rackstead.http.Route;
import io.rackstead.http.StaticPages;
import io.rackstead.http.StatusApi;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.directory.ArtifactStore;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.image.directory.Uploads;
import io.rackstead.maas.Constraints;
import io.rackstead.maas.MaasApi;
import io.rackstead.maas.Surroundings;
import io.rackstead.maas.Things;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineApi;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.name.NameBook;
import io.rackstead.name.Resolution;
import io.rackstead.neighbour.Neighbour;
import io.rackstead.neighbour.Neighbours;
import io.rackstead.neighbour.Scan;
import io.rackstead.network.ClientOptions;
import io.rackstead.network.ClientOptionsApi;
import io.rackstead.network.Domain;
import io.rackstead.network.HostAddresses;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkBook;
import io.rackstead.node.Fixed;
import io.rackstead.power.BmcKeys;
import io.rackstead.power.Bmcs;
import io.rackstead.power.HostKey;
import io.rackstead.power.PowerControl;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.terraform.StateApi;
import io.rackstead.vmhost.Composing;
import io.rackstead.vmhost.Evacuating;
import io.rackstead.vmhost.HostRole;
import io.rackstead.vmhost.OwnHosts;
import io.rackstead.vmhost.VmHosts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The whole HTTP side over a real database, on a free port of loopback, with an image, a fake BMC
/// and as many machines as a test wants.
public final class Served implements AutoCloseable {
  public static final BmcAddress BMC = BmcAddress.parse("ipmi://10.78.0.1");
  public final Site site;
  public final FakeBmc bmc;
  public final NetworkBook networks;
  public final List<Route> routes = new ArrayList<>();
  public final MaasApi maas;
  public final NameBook names;
  public final Devices devices;
  public final Things things;
  public final Progresses progresses = new Progresses();
  public final Capabilities capabilities;
  public final DirectoryImageStore images;
  public final Neighbours neighbours;

  /// What the kernel's table and the leases would say.
  public final List<Neighbour> seen = new CopyOnWriteArrayList<>();

  public final FakeBmcs dialer = new FakeBmcs();
  public final Policies policies;
  public final Targets targets;
  public final VmHosts vmHosts;
  public final Handovers handovers;
  public final Consoles consoles;
  public final Packs packs;
  public final ClientOptions clientOptions;
  public final Artifacts artifacts;
  public final Clusters clusters;

  /// Where the API of every cluster is; empty: where it would be in a hall.
  public volatile String clusterApi = "";

  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private int made;

  /// An answer with its body read as text.
  public record Answer(int status, String type, String body) {
    public JsonNode json() {
      return body.isEmpty()
          ? NullNode.getInstance()
          : Json.parse(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  public Served(Path folder) throws IOException {
    // nobody listens there
    this(folder, KeySources.at("http://127.0.0.1:9/", "http://127.0.0.1:9/"));
  }

  /// @param keySources where SSH keys are imported from
  public Served(Path folder, KeySources keySources) throws IOException {
    site = new Site(folder);
    networks = site.networks;
    images = new DirectoryImageStore(folder.resolve("images"), site);
    var disk = new byte[1 << 20];
    disk[510] = 0x55;
    disk[511] = (byte) 0xaa;
    System.arraycopy(
        "EFI PART".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, disk, 512, 8);
    images.add(
        ImageId.parse("debian-12"),
        Architecture.AMD64,
        new ByteArrayInputStream(disk),
        new Image.Root(Optional.of(1), "ext4"),
        Image.ReportsBy.CLOUD_INIT);
    bmc =
        new FakeBmc(
            BMC, new BmcCredentials("rackstead", "secret".toCharArray()), uuid(0).toString(), "S0");
    dialer.plug(bmc);
    var bmcs = new Bmcs(dialer, site.database, site.vault);
    consoles =
        new Consoles(folder.resolve("consoles"), site.machines, bmcs, site.events, site, true);
    var power =
        new PowerControl(
            site.machines, bmcs, new BmcKeys(site.database, site), consoles::poweredOn);
    var verbs =
        new Verbs(site.machines, site.database, power, site, Optional::empty, site.networks);
    var machineApi =
        new MachineApi(
            site.machines, verbs, site.database, images, site.sshKeys, progresses, _ -> List.of());
    var sessionApi = new SessionApi(site.users, site.sessions, site);
    names = new NameBook(site.database, networks, site);
    devices = new Devices(site.database, networks, site, new SecureRandom());
    things = Things.open(site.database, site.machines, site, Runnable::run);
    capabilities = new Capabilities(site.database, site, new SecureRandom());
    neighbours = new Neighbours(networks::now, List.of(() -> seen), site);
    policies =
        new Policies(
            new Policies.Parts(
                site.database,
                site.machines,
                site.tasks,
                verbs,
                images,
                site.users,
                site.sshKeys,
                site,
                things.tags()::tagged,
                Runnable::run));
    var keys = new BmcKeys(site.database, site);
    var libvirt = new Libvirt(keys, new HostKey(site.database, site.vault, new SecureRandom()));
    vmHosts =
        new VmHosts(new VmHosts.Parts(site.database, site.machines, site.vault, libvirt, site));
    verbs.beforeRemoval(vmHosts::decompose);
    targets =
        new Targets(
            site.database,
            site.vault,
            new Brokers(folder.resolve("brokers")),
            new Wire(new OwnHosts(vmHosts, keys, new Evacuating(vmHosts, site.machines, site))),
            site);
    maas =
        new MaasApi(
            new MaasApi.Parts(
                site.machines,
                verbs,
                site.database,
                images,
                new Uploads(folder.resolve("uploads"), images),
                site.users,
                site.keys,
                site.sshKeys,
                site.vault,
                site,
                _ -> List.of(),
                things,
                networks,
                names,
                devices,
                this::nodes,
                () ->
                    List.of(
                        new StatusApi.Service("tftp", StatusApi.Service.State.FAILED, "no right"),
                        new StatusApi.Service("dhcp", StatusApi.Service.State.OFF, "off")),
                new Surroundings(
                    neighbours,
                    new Scan(neighbours::look, HostAddresses::now),
                    keySources,
                    dialer,
                    capabilities,
                    vmHosts,
                    new Composing(
                        vmHosts, site.database, site.machines, site.vault, new SecureRandom()),
                    new HostRole(targets, policies))),
            sessionApi);
    routes.addAll(sessionApi.routes());
    routes.addAll(new OidcApi(site.database, site.vault, site.users, site.sessions, site).routes());
    routes.addAll(machineApi.routes());
    routes.addAll(new PeopleApi(site.database, site.users, new Grants(site)).routes());
    routes.addAll(new SshKeyApi(site.database, site.sshKeys).routes());
    routes.addAll(
        new EventApi(site.machines, verbs, site.events, progresses, machineApi::summary).routes());
    routes.addAll(new CatalogApi(images).routes());
    routes.addAll(new PolicyApi(policies, verbs).routes());
    var signer = new Signer(site.database, site.vault);
    packs = new Packs(site.database, signer, site, "0");
    routes.addAll(new EvidenceApi(packs, signer, site.machines, verbs).routes());
    routes.addAll(new StateApi(site.database, site.vault, site).routes());
    clientOptions = new ClientOptions(site.database, networks, site.machines, site);
    routes.addAll(new ClientOptionsApi(clientOptions).routes());
    handovers = handoversOn(Runnable::run);
    routes.addAll(
        new HandoverApi(handovers, targets, site.machines, verbs, _ -> List.of("10.77.0.9"))
            .routes());
    var kept = new ArtifactStore(folder.resolve("artifacts"));
    artifacts =
        new Artifacts(site.database, kept, new Fetcher(kept, _ -> false), site, Runnable::run);
    var recruiting =
        new Recruiting(
            new Recruiting.Parts(
                site.database,
                site.machines,
                verbs,
                images,
                site.users,
                site.sshKeys,
                wishes -> new Constraints(wishes, networks.now()),
                machine -> Fixed.over(machine.node(), networks.now(), _ -> List.of()),
                site));
    clusters =
        new Clusters(
            new Clusters.Parts(
                site.database,
                site.machines,
                handovers,
                targets,
                artifacts,
                new Authorities(new SecureRandom(), site),
                site.vault,
                site,
                _ -> List.of("10.77.0.9"),
                host -> clusterApi.isEmpty() ? "https://" + host + ":6443" : clusterApi,
                _ -> Optional.of("http://10.77.0.1:5248"),
                () -> false),
            recruiting);
    handovers.wantedBy(clusters::wanted);
    routes.addAll(new ArtifactApi(artifacts, clusters::using).routes());
    routes.addAll(
        new ClusterApi(clusters, recruiting, verbs, artifacts, new SecureRandom()).routes());
    routes.addAll(maas.routes());
    routes.addAll(new MetadataApi(site.machines, site.events, capabilities, site).routes());
    var consoleApi = new ConsoleApi(consoles, verbs, site.database, site);
    routes.addAll(consoleApi.routes());
    server =
        HttpServer.start(
            "127.0.0.1",
            0,
            Optional.empty(),
            routes,
            consoleApi.sockets(),
            site.doorman,
            StaticPages.ofClassPath());
  }

  /// The machines and devices as DNS knows them.
  public List<Resolution.Node> nodes() {
    return Stream.concat(
            site.machines.list().stream(), devices.list().stream().map(Device::asMachine))
        .map(machine ->
            new Resolution.Node(
                machine.hostname(),
                machine.labels().domain().orElse(Domain.FIRST),
                machine.node().addresses().stream().map(Ip::parse).collect(Collectors.toSet())))
        .toList();
  }

  /// Hand-overs whose conversations those workers have.
  public Handovers handoversOn(Executor workers) {
    return new Handovers(
        new Handovers.Parts(
            site.database,
            site.machines,
            targets,
            site,
            () ->
                policies.handed().stream()
                    .filter(taken -> !taken.target().isEmpty())
                    .map(t -> new Handovers.Wanted(t.machine(), t.target(), t.role()))
                    .toList(),
            _ -> List.of("10.77.0.9"),
            new Preparations(site.database, site.vault, site.machines, site),
            packs,
            () -> false,
            workers));
  }

  public int port() {
    return server.port();
  }

  private static UUID uuid(int number) {
    return new UUID(0x4c4c45440042_3010L, 0x8051_b4c04f4d3500L + number);
  }

  public Machine newcomer() {
    int number = made++;
    var mac = MacAddress.parse("3c:fd:fe:00:%02x:%02x".formatted(number >> 8 & 255, number & 255));
    return site.machines.enlist(
        Identity.of(List.of(mac), uuid(number).toString(), "S" + number),
        Architecture.AMD64,
        "m" + number,
        Optional.empty(),
        Actor.APPLIANCE);
  }

  /// Inspected and tested; the first one has the fake BMC.
  public Machine ready() {
    return ready(4, 8192);
  }

  public Machine ready(int cpus, long memoryMib) {
    return ready(cpus, memoryMib, 8L << 30, List.of());
  }

  public Machine readyWithDiskOf(long bytes) {
    return ready(4, 8192, bytes, List.of());
  }

  /// Inspected and tested, with those disks.
  public Machine readyWith(Hardware.Disk... disks) {
    return ready(4, 8192, List.of(disks));
  }

  /// What an agent would report of it when it has those disks.
  public void report(Machine machine, Hardware.Disk... disks) {
    site.machines.apply(
        machine.id(),
        new Event.HardwareReported(
            machine.identity(), hardware(machine.identity().macs(), 4, 8192, List.of(disks))),
        Actor.agent(machine.id()));
  }

  /// What an agent would report of it.
  public void report(Machine machine, List<String> diskHolds) {
    site.machines.apply(
        machine.id(),
        new Event.HardwareReported(
            machine.identity(),
            hardware(machine.identity().macs(), 4, 8192, List.of(disk(8L << 30, diskHolds)))),
        Actor.agent(machine.id()));
  }

  private Machine ready(int cpus, long memoryMib, long diskBytes, List<String> diskHolds) {
    return ready(cpus, memoryMib, List.of(disk(diskBytes, diskHolds)));
  }

  private static Hardware.Disk disk(long bytes, List<String> holds) {
    return new Hardware.Disk(
        "vda", "QEMU HARDDISK", "disk-1", "", bytes, false, false, "virtio", holds);
  }

  private Machine ready(int cpus, long memoryMib, List<Hardware.Disk> disks) {
    var machine = newcomer();
    boolean withBmc = machine.hostname().equals("m0");
    if (withBmc) {
      site.machines.apply(
          machine.id(),
          new Event.SetPower(Optional.of(BMC), "rackstead"),
          Actor.APPLIANCE,
          tx -> site.vault.put(tx, "machine/" + machine.id() + "/bmc", Secret.of("secret")));
    }
    for (var event :
        List.of(
            new Event.Commission(),
            new Event.HardwareReported(
                machine.identity(), hardware(machine.identity().macs(), cpus, memoryMib, disks)),
            new Event.CommissioningDone(),
            new Event.TestsPassed())) {
      site.machines.apply(machine.id(), event, Actor.APPLIANCE);
    }
    return now(machine);
  }

  public Machine now(Machine machine) {
    return site.machines.find(machine.id()).orElseThrow();
  }

  public State state(Machine machine) {
    return now(machine).state();
  }

  private static Hardware hardware(
      List<MacAddress> macs, int cpus, long memoryMib, List<Hardware.Disk> disks) {
    return new Hardware(
        "QEMU",
        "Standard PC",
        "S",
        "uefi",
        "QEMU Virtual CPU",
        cpus,
        memoryMib,
        true,
        disks,
        macs.stream().map(mac -> new Hardware.Nic("ens3", mac, "virtio_net", 1000, true)).toList(),
        false,
        new Report(
            "{\"version\":1,\"system\":{\"manufacturer\":\"QEMU\"},\"cpu\":{\"mhz\":2100}}"));
  }

  public Answer ask(String method, String path, String type, byte[] body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          answer.statusCode(),
          answer.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT),
          answer.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  /// Somebody with a key.
  public Person person(String username, Role role) {
    return new Person(this, site.user(username, role));
  }

  /// Asks with a key, in JSON at our own API and with forms at MAAS's.
  public record Person(Served served, ApiKey key) {
    public String[] headers() {
      return new String[] {"Authorization", served.site.plaintext(key)};
    }

    public Answer get(String path) {
      return served.ask("GET", path, "", new byte[0], headers());
    }

    public Answer put(String path, String body) {
      return served.ask(
          "PUT",
          path,
          "application/json",
          body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
          headers());
    }

    public Answer put(String path, String type, byte[] body) {
      return served.ask("PUT", path, type, body, headers());
    }

    public Answer ask(String method, String path) {
      return served.ask(method, path, "", new byte[0], headers());
    }

    public Answer delete(String path) {
      return served.ask("DELETE", path, "", new byte[0], headers());
    }

    public Answer json(String path, String body) {
      return served.ask(
          "POST",
          path,
          "application/json",
          body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
          headers());
    }

    public Answer form(String method, String path, String body) {
      return served.ask(
          method,
          path,
          "application/x-www-form-urlencoded",
          body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
          headers());
    }

    public Answer post(String path, String body) {
      return form("POST", path, body);
    }

    public Answer multipart(String method, String path, String type, String body) {
      return served.ask(
          method, path, type, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), headers());
    }
  }

  @Override
  public void close() {
    server.close();
    consoles.close();
    site.close();
  }
}
