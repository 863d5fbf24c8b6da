package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Secret;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.libvirt.LibvirtUri;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Architecture;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.network.Ip;
import io.rackstead.pxe.net.MacAddress;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Takes in all servers that stand behind one Redfish service, or behind a range of IPMI addresses.
final class ChassisOperations {
  /// Each of them is asked, one after another, while the client waits.
  private static final int MOST = 64;

  private final Parts parts;

  ChassisOperations(Parts parts) {
    this.parts = parts;
  }

  List<MaasOperation> operations() {
    return List.of(post("Machines", "machines/", "add_chassis", Access.ADMIN, this::add));
  }

  private Reply add(Call call) {
    var type = call.wanted("chassis_type");
    var host = call.wanted("hostname").strip();
    var addresses =
        switch (type) {
          case "redfish" -> List.of(address("redfish+https", host));
          case "ipmi" -> range(host);
          case "virsh" -> List.of(virtual(host).host());
          default ->
              throw new Problem(
                  400,
                  "chassis_type '"
                      + type
                      + "' is not one that this appliance speaks to: redfish (a service with"
                      + " several systems), ipmi (hostname 10.0.9.10-10.0.9.25) or virsh (hostname"
                      + " qemu+ssh://root@10.0.9.7/system)");
        };
    var account = account(call, type, host);
    var told = new ArrayList<String>();
    int added = 0;
    for (var address : addresses) {
      added += at(call, address, account, addresses.size() > 1, told);
    }
    return Reply.text(
        200,
        "%d machine%s added from chassis %s%s"
            .formatted(
                added,
                added == 1 ? "" : "s",
                host,
                told.isEmpty() ? "" : ": " + String.join("; ", told)));
  }

  /// A host of virtual servers may let us in by our key, and its address names the user.
  private static BmcCredentials account(Call call, String type, String host) {
    return type.equals("virsh")
        ? new BmcCredentials(virtual(host).user(), call.text("password").orElse("").toCharArray())
        : new BmcCredentials(call.wanted("username"), call.wanted("password").toCharArray());
  }

  private static LibvirtUri virtual(String host) {
    try {
      return LibvirtUri.parse(host);
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("hostname", String.valueOf(e.getMessage()));
    }
  }

  private static BmcAddress address(String scheme, String host) {
    try {
      return BmcAddress.parse(
              host.startsWith("http") && scheme.startsWith("redfish")
                  ? "redfish+" + host
                  : scheme + "://" + host)
          .withoutSystem();
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("hostname", String.valueOf(e.getMessage()));
    }
  }

  private static List<BmcAddress> range(String text) {
    var ends = text.split("-", -1);
    if (ends.length != 2) {
      return List.of(address("ipmi", text));
    }
    var first = Fields.ip("hostname", ends[0].strip());
    var last = Fields.ip("hostname", ends[1].strip());
    int bits = first.getAddress().length * 8;
    var span = Ip.number(last).subtract(Ip.number(first));
    if (bits != last.getAddress().length * 8
        || span.signum() < 0
        || span.compareTo(BigInteger.valueOf(MOST)) >= 0) {
      throw FormErrors.of(
          "hostname",
          text + " is no range of at most " + MOST + " addresses, the first one first.");
    }
    var all = new ArrayList<BmcAddress>();
    for (int i = 0; i <= span.intValue(); i++) {
      var ip = Ip.of(Ip.number(first).add(BigInteger.valueOf(i)), bits);
      all.add(address("ipmi", bits == 128 ? "[" + Ip.text(ip) + "]" : Ip.text(ip)));
    }
    return all;
  }

  /// How many were added there; of a range, an address where nobody answers is left out.
  private int at(
      Call call, BmcAddress address, BmcCredentials account, boolean ofRange, List<String> told) {
    int added = 0;
    try {
      var systems = parts.surroundings().bmcs().systems(address, account);
      for (var system : systems.subList(0, Math.min(MOST, systems.size()))) {
        // a second virtual server may be made at any time
        boolean alone = systems.size() == 1 && !address.scheme().startsWith("qemu");
        var one = alone ? address : address.withSystem(system);
        try (var bmc = parts.surroundings().bmcs().dial(one, account)) {
          added += taken(call, one, account, bmc.inventory(), told) ? 1 : 0;
        }
      }
    } catch (BmcException e) {
      if (!ofRange && added == 0) {
        throw new Problem(503, String.valueOf(e.getMessage()), e);
      }
      told.add(String.valueOf(e.getMessage()));
    }
    return added;
  }

  private boolean taken(
      Call call, BmcAddress at, BmcCredentials account, Inventory says, List<String> told) {
    var macs = new ArrayList<MacAddress>();
    says.facts()
        .forEach((name, value) -> {
          if (name.startsWith("EthernetInterface.")
              && value.matches("[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")) {
            macs.add(MacAddress.parse(value.toLowerCase(Locale.ROOT).replace('-', ':')));
          }
        });
    var identity = Identity.of(macs, says.systemUuid(), says.serial());
    if (identity.macs().isEmpty() && identity.uuid().isEmpty() && identity.serial().isEmpty()) {
      told.add(at + " says neither MAC nor UUID nor serial number of its server");
      return false;
    }
    var known =
        parts.machines().list().stream()
            .filter(m -> m.power().bmc().equals(Optional.of(at)) || m.identity().shares(identity))
            .findFirst();
    if (known.isPresent()) {
      told.add(at + " is " + known.get().hostname() + " already");
      return false;
    }
    enlist(call, at, account, identity);
    return true;
  }

  private void enlist(Call call, BmcAddress at, BmcCredentials account, Identity identity) {
    var enlisted =
        parts
            .machines()
            .enlist(
                identity,
                Architecture.AMD64,
                "",
                Optional.empty(),
                call.principal().actor(),
                (tx, made) ->
                    Audit.write(
                        tx,
                        parts.clock().instant(),
                        Origin.of(call.request()),
                        "enlisted %s (%s) from the chassis at %s"
                            .formatted(made.hostname(), made.id(), at)));
    var machine =
        parts
            .verbs()
            .apply(
                call.request(),
                enlisted,
                new Event.SetPower(Optional.of(at), account.user()),
                tx ->
                    parts
                        .vault()
                        .put(
                            tx,
                            PowerParameters.owner(enlisted),
                            Secret.of(new String(account.password()))));
    if (call.truth("accept_all").orElse(false)) {
      parts.verbs().apply(call.request(), machine, new Event.Commission());
    }
  }
}
