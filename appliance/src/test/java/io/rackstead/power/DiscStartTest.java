package io.rackstead.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Secret;
import io.rackstead.agent.AgentWork;
import io.rackstead.agent.Rack;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.image.Architecture;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Task;
import io.rackstead.pxe.BootFile;
import io.rackstead.task.TaskStore;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine whose network has no DHCP starts from a disc in its BMC's drive.
class DiscStartTest {
  private static final BmcAddress ADDRESS = BmcAddress.parse("ipmi://10.78.0.1");
  private static final Pattern URL =
      Pattern.compile("http://10\\.77\\.0\\.1:5248/(disc/[0-9a-f]{32}/rackstead\\.iso)");
  private static final StaticNetwork NETWORK =
      StaticNetwork.parse("", "10.77.0.21/24", "10.77.0.1", "", "");

  @TempDir Path folder = Path.of("");
  private Rack rack;
  private FakeBmc bmc;
  private MachineId id;

  @BeforeEach
  void start() throws Exception {
    bmc = Rack.fakeBmc();
    rack = new Rack(folder.resolve("rack"), bmc, _ -> {});
    id = rack.enlisted().id();
    rack.machines.apply(
        id,
        new Event.SetPower(Optional.of(ADDRESS), "rackstead"),
        Actor.APPLIANCE,
        tx -> rack.vault.put(tx, AgentWork.bmcPassword(id), Secret.of("secret")));
    rack.machines.apply(id, new Event.SetDisc(Optional.of(NETWORK)), Actor.APPLIANCE);
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private Machine machine() {
    return rack.machines.find(id).orElseThrow();
  }

  private Optional<Event> carryOut(Task task) {
    var bmcs = new Bmcs(new FakeBmcs().plug(bmc), rack.database, rack.vault);
    return rack.powerTasks(bmcs)
        .handle(machine(), new TaskStore.Row(1, id, machine().epoch(), task, Instant.EPOCH, 0, ""));
  }

  private String drive() {
    return bmc.drive().orElseThrow().disc().map(URI::toString).orElse("");
  }

  private Optional<BootFile> read(String url) throws Exception {
    var matcher = URL.matcher(url);
    assertThat(matcher.matches()).as(url).isTrue();
    return rack.booter.open(matcher.group(1), InetAddress.getByName("10.78.0.1"));
  }

  private void aDiscOfTheEphemeralSystem() throws Exception {
    var xorriso = Path.of("/usr/bin/xorriso");
    assumeTrue(Files.isExecutable(xorriso), "no xorriso: tests/run");
    var grub = Files.createDirectories(folder.resolve("root/boot/grub"));
    Files.writeString(grub.resolve("slot.cfg"), "\n".repeat(4096));
    var iso = folder.resolve("template.iso");
    var process =
        new ProcessBuilder(
                List.of(
                    xorriso + "",
                    "-as",
                    "mkisofs",
                    "-quiet",
                    "-R",
                    "-o",
                    iso + "",
                    folder.resolve("root") + ""))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("xorriso.log").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    var kernel = Files.writeString(folder.resolve("kernel"), "kernel");
    var initrd = Files.writeString(folder.resolve("initrd"), "initrd");
    var system = rack.images.addEphemeral(Architecture.AMD64, "1", kernel, initrd);
    var _ = rack.images.addDisc(system, iso);
  }

  @Test
  void aStartPutsADiscOfItsOwnIntoTheDriveThatCarriesAddressAndCapability() throws Exception {
    aDiscOfTheEphemeralSystem();
    bmc.withDrive();
    var starts = new ArrayList<BootTarget.Device>();
    bmc.onChange(change -> change.boot().ifPresent(target -> starts.add(target.device())));
    assertThat(carryOut(Task.START_FROM_NETWORK)).contains(new Event.PowerSeen(PowerState.ON));
    assertThat(starts).containsExactly(BootTarget.Device.CD);
    var file = (BootFile.Overlaid) read(drive()).orElseThrow();
    var text = new String(file.bytes(), StandardCharsets.US_ASCII).strip();
    assertThat(text)
        .matches(
            "set rackstead=\"rackstead.server=http://10.77.0.1:5240"
                + " rackstead.files=http://10.77.0.1:5248 rackstead.cap=[0-9a-f]{32}"
                + " rackstead.address=10.77.0.21/24 rackstead.gateway=10.77.0.1\"");
    var capability = rack.capabilities.find(text.replaceAll(".*rackstead.cap=([0-9a-f]+).*", "$1"));
    assertThat(capability.orElseThrow().address()).isEqualTo("10.77.0.21");
    assertThat(capability.orElseThrow().machine()).contains(id);
  }

  @Test
  void theNextStartHasAnotherDiscAndTheOldOneCanNoLongerBeRead() throws Exception {
    aDiscOfTheEphemeralSystem();
    bmc.withDrive();
    carryOut(Task.START_FROM_NETWORK);
    var first = drive();
    carryOut(Task.START_FROM_NETWORK);
    assertThat(drive()).isNotEqualTo(first);
    assertThat(read(first)).isEmpty();
    assertThat(read(drive())).isPresent();
  }

  @Test
  void aDiscEndsWithItsEpochAndWithItsTime() throws Exception {
    aDiscOfTheEphemeralSystem();
    bmc.withDrive();
    carryOut(Task.START_FROM_NETWORK);
    rack.advance(Duration.ofMinutes(46));
    assertThat(read(drive())).isEmpty();
    carryOut(Task.START_FROM_NETWORK);
    assertThat(read(drive())).isPresent();
    rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
    assertThat(read(drive())).isEmpty();
  }

  @Test
  void switchedOffItIsOutAndSoItIsBeforeAStartFromTheDisk() throws Exception {
    aDiscOfTheEphemeralSystem();
    bmc.withDrive();
    for (var task : List.of(Task.POWER_OFF, Task.START_FROM_DISK)) {
      carryOut(Task.START_FROM_NETWORK);
      var disc = drive();
      assertThat(disc).isNotEmpty();
      carryOut(task);
      assertThat(drive()).as(task.toString()).isEmpty();
      assertThat(read(disc)).isEmpty();
    }
  }

  @Test
  void whatAPersonPutIntoTheDriveIsLeftThere() throws Exception {
    aDiscOfTheEphemeralSystem();
    bmc.withDrive();
    var theirs = URI.create("http://10.0.0.1/disc/firmware.iso");
    try (var session =
        new FakeBmcs()
            .plug(bmc)
            .dial(
                ADDRESS,
                new io.rackstead.bmc.BmcCredentials("rackstead", "secret".toCharArray()))) {
      session.facet(io.rackstead.bmc.VirtualMedia.class).orElseThrow().insert(theirs);
    }
    carryOut(Task.POWER_OFF);
    assertThat(drive()).isEqualTo(theirs.toString());
  }

  @Test
  void withoutADiscOfTheEphemeralSystemTheMachineFailsInWords() {
    bmc.withDrive();
    assertThat(carryOut(Task.START_FROM_NETWORK))
        .contains(
            new Event.Failed(
                "no disc of the ephemeral system for amd64: run 'appliance/run images build"
                    + " disc'"));
    assertThat(bmc.power()).isEqualTo(PowerState.OFF);
  }

  @Test
  void aBmcWithoutADriveIsToldApartFromOneThatDoesNotAnswer() {
    assertThatThrownBy(() -> carryOut(Task.START_FROM_NETWORK))
        .isInstanceOfSatisfying(
            BmcException.class, e -> assertThat(e.kind()).isEqualTo(BmcException.Kind.UNSUPPORTED))
        .hasMessageContaining("has no virtual drive")
        .hasMessageContaining("boot_method=pxe");
    assertThat(bmc.power()).isEqualTo(PowerState.OFF);
  }
}
