package io.rackstead.access;

import io.rackstead.network.Fabric;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Prefix;
import io.rackstead.network.Space;
import io.rackstead.network.Subnet;
import io.rackstead.network.Vlan;
import io.rackstead.pxe.Networks.Mode;
import java.util.List;
import java.util.Optional;

/// Two fabrics to put machines on: one with a tagged VLAN (5002, vid 30, in the space `store`)
/// beside the untagged one, and one with a subnet that has a single address to give.
public final class Wires {
  private Wires() {}

  public static void lay(NetworkBook book) {
    book.change(
        Origin.CONSOLE,
        change -> {
          var space = change.save(new Space(NetworkBook.NEW, "store", ""));
          var tagged =
              change.save(
                  new Vlan(
                      NetworkBook.NEW,
                      Fabric.DEFAULT,
                      30,
                      "storage",
                      "",
                      9000,
                      false,
                      Optional.of(space.id()),
                      Optional.empty(),
                      "",
                      Mode.SERVER));
          var fabric = change.save(new Fabric(NetworkBook.NEW, "far", "", ""));
          long other = change.now().vlan(fabric.id(), 0).orElseThrow().id();
          change.save(subnet(Vlan.DEFAULT, "lab", "10.77.0.0/24", "10.77.0.1", "10.77.0.53"));
          change.save(subnet(tagged.id(), "store", "10.30.0.0/24", "", ""));
          change.save(subnet(other, "tiny", "192.168.9.0/30", "192.168.9.1", ""));
          return change.save(subnet(Vlan.DEFAULT, "six", "fd77::/64", "fd77::1", ""));
        });
  }

  private static Subnet subnet(long vlan, String name, String cidr, String gateway, String dns) {
    return new Subnet(
        NetworkBook.NEW,
        vlan,
        name,
        "",
        Prefix.parse(cidr),
        Optional.of(gateway).filter(text -> !text.isEmpty()).map(Ip::parse),
        dns.isEmpty() ? List.of() : List.of(Ip.parse(dns)),
        2,
        true,
        true,
        false,
        true,
        List.of(),
        "");
  }
}
