package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.Subnet6;
import java.util.List;
import java.util.Optional;

/// On which network is this client, and how is that known? By the relay's word, else by the
/// interface; of several networks on one wire the one that has its reservation, else the first.
record Network6(Optional<Served6> network, String why) {
  static Network6 of(Question6 asked, Arrival6 arrival, List<Served6> served) {
    var link = asked.link();
    if (link.isPresent()) {
      return new Network6(
          served.stream().filter(one -> one.subnet().contains(link.get())).findFirst(),
          "the relay is in " + Subnet6.text(link.get()));
    }
    var name = arrival.networkInterface();
    var here =
        served.stream()
            .filter(one -> name.isEmpty() || name.get().equals(one.networkInterface()))
            .filter(one -> one.subnet().contains(one.serverAddress()))
            .toList();
    var wire = name.map(on -> "on " + on).orElse("on the wire");
    var reserved =
        asked
            .mac()
            .flatMap(mac ->
                here.stream().filter(one -> one.reservations().containsKey(mac)).findFirst());
    if (reserved.isPresent()) {
      return new Network6(reserved, "reserved for the client, " + wire);
    }
    return new Network6(
        here.stream().findFirst(), here.isEmpty() ? "no IPv6 network " + wire : "the one " + wire);
  }
}
