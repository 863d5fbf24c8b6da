package io.rackstead.deploy;

import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.agent.AgentWork;
import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Capability;
import io.rackstead.agent.Planner;
import io.rackstead.agent.Purpose;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.image.Image;
import io.rackstead.image.ImageStore;
import io.rackstead.machine.Machine;
import io.rackstead.plan.DiskChoice;
import io.rackstead.plan.Effort;
import io.rackstead.plan.Ignition;
import io.rackstead.plan.Plans;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Plans each purpose, and mints what its steps carry in the transaction that stores them.
public final class Planning implements Planner {
  private static final Duration IMAGE_LIFE = Duration.ofHours(8);

  /// cloud-init reports at each later boot too, so its way to report lives as long as the
  /// deployment.
  private static final Duration REPORT_LIFE = Duration.ofDays(3650);

  private static final String PASSWORD_CHARACTERS =
      "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

  /// What every BMC keeps whole: IPMI 1.5 ones, and some later ones, drop what is longer.
  private static final int PASSWORD_LENGTH = 16;

  private final ImageStore images;
  private final Capabilities capabilities;
  private final Vault vault;
  private final Database database;
  private final SecureRandom random;
  private final String bmcUser;
  private final Effort effort;

  public Planning(
      ImageStore images,
      Capabilities capabilities,
      Vault vault,
      Database database,
      SecureRandom random,
      String bmcUser,
      Effort effort) {
    this.images = images;
    this.capabilities = capabilities;
    this.vault = vault;
    this.database = database;
    this.random = random;
    this.bmcUser = bmcUser;
    this.effort = effort;
  }

  @Override
  public Answer plan(Machine machine, Purpose purpose, String address) {
    return switch (purpose) {
      case ENLIST -> new Steps(Plans.enlist(), _ -> {});
      case COMMISSION ->
          new Steps(
              Plans.commission(machine, effort, bmcUser, scripts("commissioning")),
              machine.power().bmc().isPresent() ? _ -> {} : freshPassword(machine));
      case TEST -> new Steps(Plans.test(machine, effort, scripts("testing")), _ -> {});
      case INSTALL -> install(machine, address);
      case ERASE -> erase(machine);
      case RESCUE ->
          new Steps(
              Plans.rescue(
                  machine
                      .deployment()
                      .map(d -> d.sshKeys())
                      .filter(keys -> !keys.isEmpty())
                      .orElseGet(() -> rescueKeys(machine))),
              _ -> {});
    };
  }

  private Answer install(Machine machine, String address) {
    var wanted = machine.deployment();
    var hardware = machine.hardware();
    if (wanted.isEmpty() || hardware.isEmpty()) {
      return new Impossible("nothing is known of what to install: commission and deploy it again");
    }
    var image = images.image(wanted.get().image(), machine.arch());
    if (image.isEmpty() || !image.get().raw().sha256().equals(wanted.get().sha256())) {
      return new Impossible(
          "the image %s that was asked for is no longer in the store"
              .formatted(wanted.get().image()));
    }
    if (image.get().reportsBy() == Image.ReportsBy.IGNITION) {
      var wrong = Ignition.wrong(wanted.get().userData());
      if (!wrong.isEmpty()) {
        return new Impossible(wrong);
      }
    }
    return switch (DiskChoice.of(
        hardware.get(),
        wanted.get().disk(),
        image.get().raw().sizeBytes(),
        wanted.get().consentToWipe())) {
      case DiskChoice.None(var why) -> new Impossible(why);
      case DiskChoice.Chosen(Disk disk, var why) -> {
        var bytes = mint(machine, Capability.Kind.IMAGE, address, IMAGE_LIFE);
        var report = mint(machine, Capability.Kind.REPORT, "", REPORT_LIFE);
        yield new Steps(
            Plans.install(machine, disk, why, image.get(), bytes.text(), report.text()),
            tx -> {
              capabilities.keep(tx, bytes);
              capabilities.keep(tx, report);
            });
      }
    };
  }

  private Answer erase(Machine machine) {
    var disks =
        machine.hardware().map(h -> h.disks()).orElse(List.of()).stream()
            .filter(disk -> !disk.removable())
            .toList();
    var nameless = disks.stream().filter(disk -> !disk.identifiable()).findFirst();
    if (nameless.isPresent()) {
      return new Impossible(
          "%s has neither serial number nor WWN: it cannot be told for sure, nothing was erased"
              .formatted(nameless.get().name()));
    }
    return disks.isEmpty()
        ? new Impossible("no disk is on record: commission the machine again")
        : new Steps(Plans.erase(machine, disks), _ -> {});
  }

  /// The password is known to us before the BMC knows it, so that none is ever lost with a crash.
  private Consumer<Tx> freshPassword(Machine machine) {
    // 16: what every BMC takes. Some (ipmi_sim 2.0.33 for one) acknowledge the 20 of IPMI 2.0, keep
    // 16 and then refuse the login.
    var password = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      password.append(PASSWORD_CHARACTERS.charAt(random.nextInt(PASSWORD_CHARACTERS.length())));
    }
    return tx ->
        vault.put(tx, AgentWork.freshBmcPassword(machine.id()), Secret.of(password.toString()));
  }

  private Capability mint(Machine machine, Capability.Kind kind, String address, Duration life) {
    var mac = machine.identity().macs().stream().findFirst().orElseGet(() -> new MacAddress(0));
    return capabilities.mint(Optional.of(machine.id()), mac, machine.epoch(), kind, address, life);
  }

  private List<Plans.Script> scripts(String type) {
    return database.read(tx ->
        tx.list(
            "select name, sha256, timeout_s from script where type = ? order by name",
            row -> new Plans.Script(row.getString(1), row.getString(2), row.getInt(3)),
            type));
  }

  private List<String> rescueKeys(Machine machine) {
    return database.read(tx ->
        tx.list(
            "select text from ssh_key where username = ? or username in"
                + " (select username from person where role = 'ADMIN') order by id",
            row -> row.getString(1),
            machine.labels().owner()));
  }
}
