package io.rackstead.power;

import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.agent.AgentWork;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcException;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.store.Database;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// Dials a machine's BMC with the machine's own account, and makes sure that it is that machine's
/// BMC.
public final class Bmcs {
  /// A host of virtual servers lets us in by our key where no password is on record.
  private static final Optional<Secret> OUR_KEY = Optional.of(Secret.of(""));

  private final BmcDialer dialer;
  private final Database database;
  private final Vault vault;

  public Bmcs(BmcDialer dialer, Database database, Vault vault) {
    this.dialer = dialer;
    this.database = database;
    this.vault = vault;
  }

  /// For reading only.
  Bmc dial(Machine machine, BmcAddress address) {
    var password =
        database
            .read(tx -> vault.get(tx, AgentWork.bmcPassword(machine.id())))
            .or(() -> address.scheme().startsWith("qemu") ? OUR_KEY : Optional.empty())
            .orElseThrow(() ->
                new BmcException(
                    BmcException.Kind.REFUSED_CREDENTIALS,
                    address,
                    "no password is on record for "
                        + machine.hostname()
                        + ": set its power parameters"));
    return dialer.dial(
        address, new BmcCredentials(machine.power().user(), password.reveal().toCharArray()));
  }

  /// For changes: the BMC must not say that it belongs to another server. One that does not say is
  /// believed, as its address and account are on record for this machine.
  public Bmc dialToChange(Machine machine, BmcAddress address) {
    var bmc = dial(machine, address);
    try {
      checkIdentity(machine, address, bmc.identity());
      return bmc;
    } catch (RuntimeException e) {
      bmc.close();
      throw e;
    }
  }

  /// The UUID decides; where one of the two sides has none, the serial number does.
  private static void checkIdentity(Machine machine, BmcAddress address, Bmc.Identity says) {
    var wanted = machine.identity();
    var serial = Identity.of(List.of(), "", says.serial()).serial(); // none where it is a filler
    boolean uuids = wanted.uuid().isPresent() && !says.systemUuid().isBlank();
    boolean serials = !uuids && !wanted.serial().isBlank() && !serial.isBlank();
    if (uuids && !same(wanted.uuid().get(), says.systemUuid())
        || serials && !wanted.serial().equalsIgnoreCase(serial)) {
      throw new BmcException(
          BmcException.Kind.PROTOCOL,
          address,
          "belongs to the server with %s %s, %s is %s: nothing was switched"
              .formatted(
                  uuids ? "UUID" : "serial number",
                  uuids ? says.systemUuid() : serial,
                  machine.hostname(),
                  uuids ? wanted.uuid().get() : wanted.serial()));
    }
  }

  /// A BMC may write the first three fields in either byte order (SMBIOS 2.6 §7.2.1, IPMI §20.8),
  /// or all of them backwards, so each reading counts.
  static boolean same(UUID wanted, String says) {
    for (var part : says.toLowerCase(Locale.ROOT).split("[^0-9a-f-]+")) {
      var hex = part.replace("-", "");
      if (hex.length() == 32) {
        var plain = uuid(hex);
        if (wanted.equals(plain)
            || wanted.equals(swapped(plain))
            || wanted.equals(reversed(hex))
            || wanted.equals(swapped(reversed(hex)))) {
          return true;
        }
      }
    }
    return false;
  }

  private static UUID reversed(String hex) {
    var turned = new StringBuilder();
    for (int i = 30; i >= 0; i -= 2) {
      turned.append(hex, i, i + 2);
    }
    return uuid(turned.toString());
  }

  private static UUID uuid(String hex) {
    return new UUID(
        Long.parseUnsignedLong(hex.substring(0, 16), 16),
        Long.parseUnsignedLong(hex.substring(16), 16));
  }

  private static UUID swapped(UUID uuid) {
    long high = uuid.getMostSignificantBits();
    long low = Integer.toUnsignedLong(Integer.reverseBytes((int) (high >>> 32))) << 32;
    long mid = (long) (Short.reverseBytes((short) (high >>> 16)) & 0xffff) << 16;
    return new UUID(
        low | mid | Short.reverseBytes((short) high) & 0xffff, uuid.getLeastSignificantBits());
  }
}
