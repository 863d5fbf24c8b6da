package io.rackstead.appliance;

import io.rackstead.access.ApiKeys;
import io.rackstead.access.Authorities;
import io.rackstead.access.Certificates;
import io.rackstead.access.Doorman;
import io.rackstead.access.Grants;
import io.rackstead.access.KeySources;
import io.rackstead.access.OidcApi;
import io.rackstead.access.PeopleApi;
import io.rackstead.access.Secret;
import io.rackstead.access.SessionApi;
import io.rackstead.access.SshKeyApi;
import io.rackstead.access.SshKeys;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.agent.AgentApi;
import io.rackstead.agent.AgentWork;
import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Enrolment;
import io.rackstead.agent.Newcomers;
import io.rackstead.agent.Progresses;
import io.rackstead.agent.Sessions;
import io.rackstead.artifact.ArtifactApi;
import io.rackstead.artifact.Artifacts;
import io.rackstead.artifact.Fetcher;
import io.rackstead.assign.Policies;
import io.rackstead.assign.PolicyApi;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.boot.CaptureApi;
import io.rackstead.boot.Discs;
import io.rackstead.boot.ExplainApi;
import io.rackstead.boot.Journal;
import io.rackstead.boot.MachineBooter;
import io.rackstead.boot.MetadataApi;
import io.rackstead.boot.MetricsApi;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.Wire;
import io.rackstead.catalog.CatalogApi;
import io.rackstead.cli.Backup;
import io.rackstead.cli.ControlServer;
import io.rackstead.cli.Desk;
import io.rackstead.cluster.ClusterApi;
import io.rackstead.cluster.Clusters;
import io.rackstead.cluster.Recruiting;
import io.rackstead.commission.ScriptApi;
import io.rackstead.console.ConsoleApi;
import io.rackstead.console.Consoles;
import io.rackstead.demo.Doors;
import io.rackstead.deploy.Planning;
import io.rackstead.device.Device;
import io.rackstead.device.Devices;
import io.rackstead.dns.DnsServer;
import io.rackstead.event.Entry;
import io.rackstead.event.EventApi;
import io.rackstead.event.EventLog;
import io.rackstead.evidence.EvidenceApi;
import io.rackstead.evidence.Packs;
import io.rackstead.evidence.Signer;
import io.rackstead.handover.HandoverApi;
import io.rackstead.handover.Handovers;
import io.rackstead.handover.Preparations;
import io.rackstead.handover.Targets;
import io.rackstead.http.HttpServer;
import io.rackstead.http.Route;
import io.rackstead.http.StaticPages;
import io.rackstead.http.StatusApi;
import io.rackstead.http.Tls;
import io.rackstead.image.directory.ArtifactStore;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.image.directory.Uploads;
import io.rackstead.maas.Constraints;
import io.rackstead.maas.MaasApi;
import io.rackstead.maas.Surroundings;
import io.rackstead.maas.Things;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineApi;
import io.rackstead.machine.Machines;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.name.NameBook;
import io.rackstead.name.Resolution;
import io.rackstead.neighbour.KernelTable;
import io.rackstead.neighbour.Neighbour;
import io.rackstead.neighbour.Neighbours;
import io.rackstead.neighbour.Scan;
import io.rackstead.network.ClientOptions;
import io.rackstead.network.ClientOptionsApi;
import io.rackstead.network.ConfiguredNetworks;
import io.rackstead.network.Domain;
import io.rackstead.network.HostAddresses;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.ServedNetworks;
import io.rackstead.node.Fixed;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import io.rackstead.power.BmcKeys;
import io.rackstead.power.Bmcs;
import io.rackstead.power.DiscStart;
import io.rackstead.power.HostKey;
import io.rackstead.power.LostBoots;
import io.rackstead.power.PowerControl;
import io.rackstead.power.PowerTasks;
import io.rackstead.pxe.PxeServer;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.recipe.Hosts;
import io.rackstead.store.Database;
import io.rackstead.task.Brake;
import io.rackstead.task.TaskRunner;
import io.rackstead.task.TaskStore;
import io.rackstead.terraform.StateApi;
import io.rackstead.vmhost.Composing;
import io.rackstead.vmhost.Evacuating;
import io.rackstead.vmhost.HostRole;
import io.rackstead.vmhost.Looking;
import io.rackstead.vmhost.OwnHosts;
import io.rackstead.vmhost.VmHosts;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The appliance as a list of parts, each made with what it needs. Read it downwards: what is kept,
/// who changes it, what the machines see, what people see.
public final class Appliance implements AutoCloseable {
  private final Config config;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Optional<Secret> firstPassword;
  private final WebService web;
  private final PxeServer pxe;
  private final DnsServer dns;
  private final Database database;
  private volatile int bootPort;

  public static Appliance start(Config config, Outside outside) throws IOException {
    return new Appliance(config, outside);
  }

  private Appliance(Config config, Outside outside) throws IOException {
    this.config = config;
    var clock = outside.clock();
    var random = outside.random();
    try {
      var vault = Vault.open(config.data().resolve("secrets"), random);
      database =
          part(Database.open(config.data().resolve("db"), config.database(), outside.crashPoint()));
      var images = new DirectoryImageStore(config.data().resolve("images"), clock);
      var events = part(new EventLog(database));
      var tasks = new TaskStore();
      var book = new NetworkBook(database, clock);
      var machines = new Machines(database, events, tasks, clock, random, book);
      var sweeper = part(sweeper());
      var things = Things.open(database, machines, clock, sweeper::later);

      ConfiguredNetworks.write(book, config.networks());
      book.timeBy(() ->
          Stream.of(things.settings().text("ntp_servers").split("[,\\s]+", -1))
              .filter(word -> !word.isEmpty())
              .toList());
      var networks =
          new ServedNetworks(
              book, database, this::observing, () -> book.now().defaultDomain().name());
      var clientOptions = new ClientOptions(database, book, machines, clock);
      networks.tellBy(clientOptions);
      var names = new NameBook(database, book, clock);
      var devices = new Devices(database, book, clock, random);
      var capabilities = new Capabilities(database, clock, random);
      var booter =
          new MachineBooter(machines, images, capabilities, client -> urls(networks, client));

      var discs =
          new Discs(machines, images, capabilities, events, clock, random, this::urlsTowards);
      booter.discs(discs::open);

      var bmcAddresses = new ConcurrentHashMap<BmcAddress, Machine>();
      machines.listen(change ->
          change
              .now()
              .ifPresent(m -> m.power().bmc().ifPresent(address -> bmcAddresses.put(address, m))));
      machines
          .list()
          .forEach(m -> m.power().bmc().ifPresent(address -> bmcAddresses.put(address, m)));
      var bmcKeys = new BmcKeys(database, clock);
      BmcTrace bmcTrace =
          (address, command, result, millis) -> {
            var machine = bmcAddresses.get(address);
            if (machine != null && worthALine(command, result)) {
              events.trace(
                  Entry.of(
                      clock.instant(),
                      machine.id(),
                      "bmc",
                      address.toString(),
                      "%s: %s (%d ms)".formatted(command, result, millis)));
            }
          };
      var libvirt = part(new Libvirt(bmcKeys, new HostKey(database, vault, random)));
      var dialer = outside.bmcs().apply(new Outside.BmcHost(bmcTrace, bmcKeys, libvirt));
      if (dialer instanceof AutoCloseable closeable) {
        part(closeable);
      }
      var bmcs = new Bmcs(dialer, database, vault);
      var vmHosts = new VmHosts(new VmHosts.Parts(database, machines, vault, libvirt, clock));

      var brake =
          new Brake(
              config.brake().atATime(),
              config.brake().perHour(),
              config.brake().offsPerHour(),
              events.releasesSince(clock.instant().minus(Duration.ofHours(1))));
      var consoles =
          part(
              new Consoles(
                  config.data().resolve("consoles"),
                  machines,
                  bmcs,
                  events,
                  clock,
                  config.keepConsoles()));
      booter.heardBy(consoles::bootedFromNetwork);
      var power = part(new PowerControl(machines, bmcs, bmcKeys, consoles::poweredOn));

      var verbs =
          new Verbs(machines, database, power, clock, () -> brake.holdsOff(clock.instant()), book);
      verbs.beforeRemoval(vmHosts::decompose);
      var users = new Users(database, random, clock);
      var sshKeys = new SshKeys(clock);
      var policies =
          new Policies(
              new Policies.Parts(
                  database,
                  machines,
                  tasks,
                  verbs,
                  images,
                  users,
                  sshKeys,
                  clock,
                  things.tags()::tagged,
                  sweeper::later));

      var sessions = new Sessions(database, clock, random);
      var progresses = new Progresses();
      var planning =
          new Planning(
              images, capabilities, vault, database, random, config.bmcUser(), config.effort());
      var work =
          new AgentWork(
              machines,
              database,
              events,
              vault,
              planning,
              sessions,
              progresses,
              clock,
              policies.or(Newcomers.all(config.accept())),
              booter::progressed);
      var enrolment = new Enrolment(machines, database, events, capabilities, sessions, clock);
      var discStart = new DiscStart(machines, bmcs, discs, sessions);
      var runner =
          part(
              new TaskRunner(
                  machines,
                  database,
                  tasks,
                  clock,
                  handler(
                      new PowerTasks(machines, bmcs, sessions, discStart, consoles::poweredOn),
                      policies),
                  this::observing,
                  brake));

      var kept = new ArtifactStore(config.data().resolve("artifacts"));
      var artifacts =
          new Artifacts(
              database,
              kept,
              new Fetcher(
                  kept,
                  address ->
                      Fetcher.near(address)
                          || bmcAddresses.keySet().stream()
                              .anyMatch(bmc -> bmc.host().equals(address.getHostAddress()))),
              clock,
              task -> Thread.ofVirtual().name("artifact").start(task));
      booter.serveBesides(artifacts::open);

      var signer = new Signer(database, vault);
      var packs = new Packs(database, signer, clock, Main.version());
      var targets =
          new Targets(
              database,
              vault,
              new Brokers(config.data().resolve("brokers")),
              new Wire(new OwnHosts(vmHosts, bmcKeys, new Evacuating(vmHosts, machines, clock))),
              clock);
      var handovers =
          new Handovers(
              new Handovers.Parts(
                  database,
                  machines,
                  targets,
                  clock,
                  () -> wanted(policies),
                  machine -> addresses(machine),
                  new Preparations(database, vault, machines, clock),
                  packs,
                  this::observing,
                  task -> Thread.ofVirtual().name("hand-over").start(task)));
      runner.heldFromAbove(handovers::holds);
      var recruiting =
          new Recruiting(
              new Recruiting.Parts(
                  database,
                  machines,
                  verbs,
                  images,
                  users,
                  sshKeys,
                  wishes -> new Constraints(wishes, book.now()),
                  machine -> Fixed.over(machine.node(), book.now(), this::leased),
                  clock));
      var clusters =
          new Clusters(
              new Clusters.Parts(
                  database,
                  machines,
                  handovers,
                  targets,
                  artifacts,
                  new Authorities(random, clock),
                  vault,
                  clock,
                  machine -> addresses(machine),
                  host -> "https://" + Hosts.bracketed(host) + ":6443",
                  machine ->
                      urls(
                              networks,
                              addresses(machine).stream().findFirst().<InetAddress>map(Ip::parse))
                          .map(MachineBooter.Urls::files),
                  this::observing),
              recruiting);
      handovers.wantedBy(clusters::wanted);
      work.installFor(clusters::firstBoot);

      firstPassword = users.firstAdministrator("admin");

      var journal = new Journal(machines, events, booter, clock);
      pxe = part(PxeServer.start(config.pxe(), booter, networks, journal));
      bootPort = pxe.httpPort();
      Supplier<List<Resolution.Node>> nodes =
          () ->
              Stream.concat(
                      machines.list().stream(), devices.list().stream().map(Device::asMachine))
                  .map(this::named)
                  .toList();
      dns =
          part(
              DnsServer.start(
                  config.dns(),
                  new Resolution(
                      book, names, things.settings(), nodes, networks::own, sweeper::later),
                  networks::own));
      networks.resolveBy(dns::servesClientsAt);

      var people = new io.rackstead.access.Sessions(random, clock);
      var keys = new ApiKeys(vault, random, clock);
      var routes = new ArrayList<Route>();
      routes.addAll(
          new AgentApi(
                  work,
                  enrolment,
                  sessions,
                  client ->
                      urls(networks, Optional.of(client)).map(MachineBooter.Urls::api).orElse(""),
                  name -> script(database, name),
                  this::observing)
              .routes());
      routes.addAll(new MetadataApi(machines, events, capabilities, clock).routes());
      routes.addAll(new ScriptApi(database, clock).routes());
      var sessionApi = new SessionApi(users, people, clock);
      routes.addAll(sessionApi.routes());
      routes.addAll(new OidcApi(database, vault, users, people, clock).routes());
      var neighbours =
          new Neighbours(
              book::now, List.of(() -> KernelTable.read(clock), () -> leaseholders(clock)), clock);
      var scan = new Scan(neighbours::look, HostAddresses::now);
      sweeper.every(Duration.ofSeconds(60), "neighbours", neighbours::look);
      var machineApi =
          new MachineApi(
              machines,
              verbs,
              database,
              images,
              sshKeys,
              progresses,
              machine -> addresses(machine));
      routes.addAll(machineApi.routes());
      routes.addAll(
          new EventApi(machines, verbs, events, progresses, machineApi::summary).routes());
      routes.addAll(new PolicyApi(policies, verbs).routes());
      routes.addAll(
          new HandoverApi(handovers, targets, machines, verbs, machine -> addresses(machine))
              .routes());
      routes.addAll(new ArtifactApi(artifacts, clusters::using).routes());
      routes.addAll(new ClusterApi(clusters, recruiting, verbs, artifacts, random).routes());
      routes.addAll(new EvidenceApi(packs, signer, machines, verbs).routes());
      routes.addAll(new StateApi(database, vault, clock).routes());
      routes.addAll(new CatalogApi(images).routes());
      routes.addAll(new SshKeyApi(database, sshKeys).routes());
      routes.addAll(new PeopleApi(database, users, new Grants(clock)).routes());
      routes.addAll(
          new MaasApi(
                  new MaasApi.Parts(
                      machines,
                      verbs,
                      database,
                      images,
                      new Uploads(config.data().resolve("images").resolve("uploads"), images),
                      users,
                      keys,
                      sshKeys,
                      vault,
                      clock,
                      machine -> addresses(machine),
                      things,
                      book,
                      names,
                      devices,
                      nodes,
                      () -> status().services(),
                      new Surroundings(
                          neighbours,
                          scan,
                          KeySources.real(),
                          dialer,
                          capabilities,
                          vmHosts,
                          new Composing(vmHosts, database, machines, vault, random),
                          new HostRole(targets, policies))),
                  sessionApi)
              .routes());
      routes.addAll(new StatusApi(this::status).routes());
      var explainApi = new ExplainApi(machines, pxe::explain, pxe::explain6, pxe::replay);
      routes.addAll(new CaptureApi(machines, pxe::capture, pxe::replay).routes());
      routes.addAll(explainApi.routes());
      routes.addAll(new MetricsApi(pxe.tally(), pxe::states).routes());
      routes.addAll(new ClientOptionsApi(clientOptions).routes());
      var consoleApi = new ConsoleApi(consoles, verbs, database, clock);
      routes.addAll(consoleApi.routes());
      var doorman = new Doorman(database, users, keys, people, clock, config.plaintextFrom());
      var tls = tls(config, new Certificates(random, clock));
      web =
          part(
              new WebService(() ->
                  HttpServer.start(
                      config.http().address(),
                      config.http().port(),
                      tls,
                      routes,
                      consoleApi.sockets(),
                      doorman,
                      StaticPages.ofClassPath())));

      part(
          ControlServer.start(
              config.data(),
              new Desk(
                  config.data(),
                  database,
                  users,
                  keys,
                  machines,
                  events,
                  clock,
                  () -> StatusApi.lines(status()),
                  explainApi::lines)));

      sweeper.every(Duration.ofHours(1), "capabilities", capabilities::sweep);
      sweeper.every(Duration.ofSeconds(30), "policies", policies::look);
      sweeper.every(Duration.ofSeconds(2), "discs", discStart::look);
      sweeper.every(Duration.ofSeconds(1), "hand-overs", handovers::look);
      sweeper.every(
          Duration.ofSeconds(1),
          "consoles",
          () -> {
            if (!observing()) {
              consoles.look();
            }
          });
      sweeper.every(Duration.ofSeconds(1), "clusters", clusters::look);
      var looking = new Looking(vmHosts);
      sweeper.every(
          Looking.EVERY,
          "VM hosts",
          () -> {
            if (!observing()) {
              looking.all();
            }
          });
      sweeper.every(
          Duration.ofSeconds(1),
          "artifacts",
          () -> {
            if (!observing()) {
              artifacts.look();
            }
          });
      var lostBoots =
          new LostBoots(machines, events, database, tasks, sessions, clock, System::nanoTime);
      sweeper.every(
          Duration.ofSeconds(30),
          "lost boots",
          () -> {
            if (!observing()) {
              lostBoots.look();
            }
          });
      runner.start();
      power.start();
      outside.servers().accept(new Doors(booter, journal, routes, images));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static TaskRunner.Handler handler(PowerTasks power, Policies policies) {
    return (machine, row) ->
        switch (row.task()) {
          case FOLLOW_POLICY -> policies.follow(machine);
          case START_FROM_NETWORK, START_FROM_DISK, POWER_OFF -> power.handle(machine, row);
        };
  }

  private static List<Handovers.Wanted> wanted(Policies policies) {
    return policies.handed().stream()
        .filter(taken -> !taken.target().isEmpty())
        .map(taken -> new Handovers.Wanted(taken.machine(), taken.target(), taken.role()))
        .toList();
  }

  private static Optional<Tls> tls(Config config, Certificates certificates) throws IOException {
    var way = config.http().tls();
    int port = way.portBeside(config.http().port());
    if (port < 0) {
      return Optional.empty();
    }
    boolean given = !way.certificate().isEmpty();
    if (given == way.key().isEmpty()) {
      throw new IOException("http.certificate and http.key belong together: say both or none");
    }
    return Optional.of(
        new Tls(
            port,
            given
                ? certificates.given(Path.of(way.certificate()), Path.of(way.key()))
                : certificates.own(config.data(), Certificates.ofThisHost()),
            given,
            way.alone()));
  }

  /// The port of REST and pages; done when they serve.
  public CompletableFuture<Integer> serving() {
    return web.serving();
  }

  private static boolean worthALine(String command, String result) {
    return !PowerControl.onRound()
        && !command.startsWith("Get Chassis Status")
        && !(command.startsWith("GET /") && result.equals("ok"))
        && !(command.startsWith("Close Session") && result.startsWith("ok"))
        && !(command.matches("virsh (domstate|dumpxml) .*") && result.equals("ok"));
  }

  public List<ServiceState> services() {
    return Stream.concat(pxe.states().stream(), Stream.of(dns.state())).toList();
  }

  /// Who has an address by DHCP, seen when it last asked for it.
  private List<Neighbour> leaseholders(InstantSource clock) {
    return pxe.leases().stream()
        .filter(lease -> lease.kind() == Lease.Kind.BOUND && lease.activeAt(clock.instant()))
        .map(lease ->
            new Neighbour(
                lease.address(), lease.mac(), "", lease.until().minus(ServedNetworks.LEASE)))
        .toList();
  }

  private Resolution.Node named(Machine machine) {
    var addresses = new LinkedHashSet<InetAddress>();
    addresses(machine).forEach(text -> addresses.add(Ip.parse(text)));
    return new Resolution.Node(
        machine.hostname(), machine.labels().domain().orElse(Domain.FIRST), addresses);
  }

  /// The first administrator's password, when this start made one; shown once and kept nowhere.
  public Optional<Secret> firstPassword() {
    return firstPassword;
  }

  private Optional<MachineBooter.Urls> urls(ServedNetworks networks, Optional<InetAddress> client) {
    return networks.serverFor(client).map(this::urlsAt).or(() -> client.flatMap(this::urlsTowards));
  }

  /// As whoever has that address reaches us, by the kernel's routes.
  private Optional<MachineBooter.Urls> urlsTowards(InetAddress there) {
    return HostAddresses.towards(there).map(this::urlsAt);
  }

  private MachineBooter.Urls urlsAt(InetAddress here) {
    var host = here instanceof Inet6Address ? "[" + Ip.text(here) + "]" : here.getHostAddress();
    return new MachineBooter.Urls(
        "http://" + host + ":" + config.http().port(), "http://" + host + ":" + bootPort);
  }

  private List<InetAddress> leased(Interface one) {
    return one.mac().stream()
        .flatMap(mac -> pxe.leases(mac).stream())
        .<InetAddress>map(Lease::address)
        .toList();
  }

  /// The addresses that a machine has, the best one first. An installed system has those that it
  /// was configured with: what its adapters leased before that is over, unless it asks by DHCP too.
  private List<String> addresses(Machine machine) {
    // asked for every machine of every list
    var configured = machine.node().addresses();
    boolean installed = machine.state() == State.DEPLOYED;
    var addresses = new LinkedHashSet<String>();
    if (installed) {
      addresses.addAll(configured);
    }
    if (!installed
        || configured.isEmpty()
        || machine.node().links().anyMatch(link -> link.mode() == Link.Mode.DHCP)) {
      for (var mac : machine.identity().macs()) {
        for (var lease : pxe.leases(mac)) {
          addresses.add(lease.address().getHostAddress());
        }
      }
    }
    addresses.addAll(configured);
    return List.copyOf(addresses);
  }

  /// After a restore the world has moved on: nothing is switched, written or leased until a person
  /// has looked.
  private boolean observing() {
    return Backup.observeOnly(config.data());
  }

  private StatusApi.Service disk() {
    return database
        .trouble()
        .map(why -> new StatusApi.Service("database", StatusApi.Service.State.FAILED, why))
        .orElseGet(() ->
            new StatusApi.Service("database", StatusApi.Service.State.SERVING, database.where()));
  }

  StatusApi.Status status() {
    var notices = new ArrayList<String>();
    if (config.networks().isEmpty()) {
      notices.add("DHCP is silent: name a network with --network");
    }
    if (observing()) {
      notices.add(
          "restored from a backup: only observing, nothing is switched or written until"
              + " 'appliance/run confirm'");
    }
    notices.addAll(pxe.notices());
    return new StatusApi.Status(
        Main.version(),
        Stream.concat(
                Stream.of(disk(), web.state()),
                services().stream()
                    .map(s ->
                        new StatusApi.Service(
                            s.name(),
                            StatusApi.Service.State.valueOf(s.status().name()),
                            s.detail())))
            .toList(),
        notices);
  }

  private static Optional<byte[]> script(Database database, String name) {
    return database.read(
        tx -> tx.one("select content from script where name = ?", row -> row.getBytes(1), name));
  }

  private record Sweeper(ScheduledExecutorService executor) implements AutoCloseable {
    /// Soon, off the caller's thread; at the end of the process not at all.
    void later(Runnable task) {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        org.slf4j.LoggerFactory.getLogger(Appliance.class)
            .debug("left for the next start: {}", e.getMessage());
      }
    }

    /// Again and again; one that fails is tried again at its next time.
    void every(Duration pause, String what, Runnable task) {
      Runnable patient =
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              org.slf4j.LoggerFactory.getLogger(Appliance.class)
                  .warn("{}: tried again in {} s: {}", what, pause.toSeconds(), e.getMessage());
            }
          };
      executor.scheduleWithFixedDelay(
          patient, Math.min(60, pause.toSeconds()), pause.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }

  private static Sweeper sweeper() {
    return new Sweeper(
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("sweeper").daemon(true).factory()));
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.add(part);
    return part;
  }

  /// Ends the parts, the last made first; one that fails does not keep the others.
  @Override
  public void close() {
    for (var part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        org.slf4j.LoggerFactory.getLogger(Appliance.class)
            .warn("{} did not end cleanly: {}", part.getClass().getSimpleName(), e.getMessage());
      }
    }
    parts.clear();
  }
}
