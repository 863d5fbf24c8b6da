package io.rackstead.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.Fault;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One fake server: firmware, a disk and a BMC. Each start is a [Boot]; a newer one ends it, as a
/// restart does.
final class DemoServer {
  private static final Logger LOG = LoggerFactory.getLogger(DemoServer.class);
  private static final double FIRMWARE_S = 60;
  private static final double EPHEMERAL_S = 30;
  private static final double FIRST_BOOT_S = 40;
  private static final String CAPABILITY = "rackstead.cap=";

  private final int number;
  private final Demo demo;
  private final Random random;
  private final FakeBmc bmc;
  private final DemoFault fault;
  private final ObjectNode report;
  private final Object lock = new Object();
  private long boots;
  private boolean diskFirst;
  private boolean hasSystem;
  private boolean restarted;
  private Optional<String> reportsTo = Optional.empty();

  DemoServer(int number, Demo demo) {
    this.number = number;
    this.demo = demo;
    this.random = new Random(demo.options().seed() * 1_000_003 + number);
    this.report = DemoReport.of(number, random);
    var kinds = DemoFault.values();
    this.fault =
        random.nextDouble() < demo.options().faults()
            ? kinds[1 + random.nextInt(kinds.length - 1)]
            : DemoFault.NONE;
    this.bmc =
        new FakeBmc(
            BmcAddress.parse("ipmi://" + DemoReport.bmcAddress(number)),
            DemoReport.uuid(number).toString(),
            DemoReport.serial(number));
    bmc.onChange(this::switched);
  }

  /// From one start to the next, or to the end of power.
  final class Boot {
    private final long mine;

    private Boot(long mine) {
      this.mine = mine;
    }

    boolean runs() {
      synchronized (lock) {
        return boots == mine && !demo.over();
      }
    }

    /// Lets some of the server's time pass; false when the boot was over before.
    boolean pause(double seconds) throws InterruptedException {
      long until = System.nanoTime() + (long) (seconds * 1e9 / demo.options().speed());
      synchronized (lock) {
        long left = until - System.nanoTime();
        while (boots == mine && left > 0) {
          lock.wait(left / 1_000_000, (int) (left % 1_000_000));
          left = until - System.nanoTime();
        }
      }
      return runs();
    }

    /// Until somebody switches it.
    void hang() throws InterruptedException {
      synchronized (lock) {
        while (boots == mine) {
          lock.wait();
        }
      }
    }
  }

  private void switched(FakeBmc.Change change) {
    Boot boot;
    synchronized (lock) {
      boot = new Boot(++boots);
      lock.notifyAll();
    }
    if (change.bmc().power() == PowerState.ON) {
      Thread.ofVirtual().name("demo-" + number).start(() -> life(boot, change.boot()));
    }
  }

  private void life(Boot boot, Optional<BootTarget> target) {
    try {
      if (!boot.pause(varied(FIRMWARE_S))) {
        return;
      }
      boolean disk =
          target.map(t -> t.device() == BootTarget.Device.DISK).orElse(diskFirst && hasSystem);
      if (disk || !fromNetwork(boot)) {
        fromDisk(boot);
      }
    } catch (Problem refused) {
      LOG.debug("demo server {}: refused: {}", number, refused.getMessage());
      if (boot.runs()) {
        shutDown(boot);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      if (!demo.over()) {
        LOG.warn("demo server {} hangs: {}", number, e.toString());
      }
    }
  }

  /// What a loader does: asks what to boot, then for its script. True when that was our system.
  private boolean fromNetwork(Boot boot) throws Exception {
    for (var stage :
        new BootRequest.Stage[] {BootRequest.Stage.FIRMWARE, BootRequest.Stage.SCRIPT}) {
      var answer =
          doors()
              .booter()
              .decide(
                  new BootRequest(
                      mac(),
                      ClientArch.UEFI_X64,
                      stage,
                      Optional.of(DemoReport.uuid(number)),
                      Optional.of(address())));
      doors()
          .journal()
          .trace(
              new BootJournal.Trace(
                  stage == BootRequest.Stage.FIRMWARE ? "dhcp" : "http",
                  Optional.of(mac()),
                  Optional.of(address()),
                  "demo: " + stage.name().toLowerCase(java.util.Locale.ROOT),
                  answer.rule()));
      doors().journal().effects(answer.effects());
      switch (answer.decision()) {
        case BootDecision.Ignore _, BootDecision.LocalDisk _ -> {
          return false;
        }
        case BootDecision.Linux linux -> {
          if (stage == BootRequest.Stage.SCRIPT && boot.pause(varied(EPHEMERAL_S))) {
            var capability =
                linux.arguments().stream()
                    .filter(argument -> argument.startsWith(CAPABILITY))
                    .map(argument -> argument.substring(CAPABILITY.length()))
                    .findFirst()
                    .orElse("");
            new DemoAgent(this, boot).run(capability);
          }
        }
      }
    }
    return true;
  }

  /// The installed system reports as cloud-init does; an empty disk shows a message to nobody.
  private void fromDisk(Boot boot) throws Exception {
    if (!hasSystem || !boot.pause(varied(FIRST_BOOT_S)) || reportsTo.isEmpty()) {
      return;
    }
    var event = JsonNodeFactory.instance.objectNode();
    event.put("name", "modules-final").put("event_type", "finish").put("result", "SUCCESS");
    event.put("description", "running modules for final");
    call(
        Route.Method.POST,
        "/MAAS/metadata/status/{capability}",
        Map.of("capability", reportsTo.get()),
        Map.of(),
        "",
        Json.bytes(event));
  }

  Reply call(
      Route.Method method,
      String path,
      Map<String, String> parts,
      Map<String, String> query,
      String token,
      byte[] body)
      throws Exception {
    return demo.route(method, path)
        .handler()
        .handle(new DemoRequest(method, path, parts, query, token, body, address()));
  }

  void start() {
    bmc.press(PowerAction.ON);
  }

  void shutDown(Boot boot) {
    if (boot.runs()) {
      bmc.press(PowerAction.GRACEFUL_SHUTDOWN);
    }
  }

  void restart(Boot boot) {
    if (boot.runs()) {
      bmc.press(PowerAction.POWER_CYCLE);
    }
  }

  /// Once in its life, in the middle of a test or while an image is written.
  boolean restartsNow(String kind) {
    if (fault != DemoFault.RESTARTS
        || restarted
        || !kind.equals("script") && !kind.equals("write-image")) {
      return false;
    }
    restarted = true;
    return true;
  }

  /// The account that the agent makes on the BMC. From then on a fault of the BMC shows.
  void account(String user, String password) {
    bmc.account(new BmcCredentials(user, password.toCharArray()));
    bmc.fault(Fault.SILENT, fault == DemoFault.SILENT_BMC);
    bmc.fault(Fault.DEAF_TO_POWER, fault == DemoFault.DEAF_BMC);
  }

  void diskFirst(boolean first) {
    diskFirst = first;
  }

  void installed(Optional<String> report) {
    hasSystem = true;
    reportsTo = report;
  }

  void erased() {
    hasSystem = false;
    reportsTo = Optional.empty();
  }

  double varied(double seconds) {
    synchronized (random) {
      return seconds * (0.8 + 0.4 * random.nextDouble());
    }
  }

  /// In 127.0.0.0/8 every address is this host's: each server has one of its own.
  Inet4Address address() {
    try {
      return (Inet4Address)
          InetAddress.getByAddress(
              new byte[] {127, (byte) (1 + (number >> 16)), (byte) (number >> 8), (byte) number});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  MacAddress mac() {
    return DemoReport.mac(number, 0);
  }

  int number() {
    return number;
  }

  DemoFault fault() {
    return fault;
  }

  ObjectNode report() {
    return report;
  }

  FakeBmc bmc() {
    return bmc;
  }

  Doors doors() {
    return demo.doors();
  }

  /// Ends the boot that runs, at the end of the demo.
  void end() {
    synchronized (lock) {
      boots++;
      lock.notifyAll();
    }
  }
}
