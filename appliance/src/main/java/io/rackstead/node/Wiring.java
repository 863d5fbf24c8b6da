package io.rackstead.node;

import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import io.rackstead.network.Rejected;
import io.rackstead.node.Around.Subnet;
import io.rackstead.node.Interface.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What may become of a machine's interfaces. Pure: numbers and the networks are handed in; what
/// cannot be is [Rejected].
public final class Wiring {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,14}");

  private static final Map<String, Set<String>> CHOICES =
      Map.of(
          "bond_mode",
          Set.of(
              "balance-rr",
              "active-backup",
              "balance-xor",
              "broadcast",
              "802.3ad",
              "balance-tlb",
              "balance-alb"),
          "bond_lacp_rate",
          Set.of("slow", "fast"),
          "bond_xmit_hash_policy",
          Set.of("layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4"),
          "bridge_type",
          Set.of("standard", "ovs"),
          "bridge_stp",
          Set.of("true", "false"),
          "accept_ra",
          Set.of("true", "false"));

  private static final Set<String> NUMBERS =
      Set.of("bond_miimon", "bond_updelay", "bond_downdelay", "bond_num_grat_arp", "bridge_fd");

  private Wiring() {}

  /// Which words of a request are settings of an interface of that kind.
  public static boolean takes(Kind kind, String param) {
    return param.equals("accept_ra")
        || kind == Kind.BOND && param.startsWith("bond_")
        || kind == Kind.BRIDGE && param.startsWith("bridge_");
  }

  /// Settings checked; an empty value unsets.
  public static Map<String, String> params(
      Kind kind, Map<String, String> before, Map<String, String> asked) {
    var params = new TreeMap<>(before);
    if (kind == Kind.BOND) {
      params.putIfAbsent("bond_mode", "active-backup");
      params.putIfAbsent("bond_miimon", "100");
    }
    if (kind == Kind.BRIDGE) {
      params.putIfAbsent("bridge_type", "standard");
      params.putIfAbsent("bridge_stp", "false");
      params.putIfAbsent("bridge_fd", "15");
    }
    asked.forEach((name, value) -> {
      if (!takes(kind, name)) {
        return;
      }
      if (value.isEmpty()) {
        params.remove(name);
        return;
      }
      params.put(name, param(name, value));
    });
    if (!"802.3ad".equals(params.get("bond_mode"))) {
      params.remove("bond_lacp_rate");
    }
    return params;
  }

  private static String param(String name, String value) {
    var plain =
        switch (value) {
          case "True", "1" ->
              name.equals("bridge_stp") || name.equals("accept_ra") ? "true" : value;
          case "False", "0" ->
              name.equals("bridge_stp") || name.equals("accept_ra") ? "false" : value;
          default -> value;
        };
    var choices = CHOICES.get(name);
    if (choices != null && !choices.contains(plain)) {
      throw new Rejected(
          name,
          "'"
              + value
              + "' is not a valid "
              + name
              + ".  It should be one of: "
              + String.join(", ", choices.stream().sorted().toList())
              + ".");
    }
    if (NUMBERS.contains(name) && !plain.matches("[0-9]{1,6}")) {
      throw new Rejected(name, "Enter a whole number.");
    }
    if (choices == null && !NUMBERS.contains(name)) {
      throw new Rejected(name, "There is no such setting.");
    }
    return plain;
  }

  /// Puts an interface in, or in another's place.
  public static Setup put(Setup setup, Interface made, Around networks) {
    var others = setup.interfaces().stream().filter(i -> i.id() != made.id()).toList();
    check(setup, others, made, networks);
    return setup.find(made.id()).isPresent()
        ? setup.change(made.id(), _ -> made)
        : absorbed(setup, made).plus(made);
  }

  /// A parent of a bond or bridge hands its addresses over by losing them.
  private static Setup absorbed(Setup setup, Interface made) {
    var after = setup;
    if (made.kind() == Kind.BOND || made.kind() == Kind.BRIDGE) {
      for (var parent : made.parents()) {
        after = after.change(parent, i -> i.withLinks(List.of()));
      }
    }
    return after;
  }

  private static void check(Setup setup, List<Interface> others, Interface made, Around networks) {
    if (!NAME.matcher(made.name()).matches()) {
      throw new Rejected(
          "name", "An interface's name has at most 15 letters, digits and _.-, got " + made.name());
    }
    if (others.stream().anyMatch(i -> i.name().equals(made.name()))) {
      throw new Rejected("name", "Interface with this name already exists: " + made.name() + ".");
    }
    if (made.kind() == Kind.PHYSICAL
        && others.stream().anyMatch(i -> i.kind() == Kind.PHYSICAL && i.mac().equals(made.mac()))) {
      throw new Rejected("mac_address", "This MAC address is already in use on this machine.");
    }
    if (made.mtu() != 0 && (made.mtu() < 552 || made.mtu() > 65_535)) {
      throw new Rejected("mtu", "Ensure this value is between 552 and 65535.");
    }
    made.vlan()
        .ifPresent(id -> {
          if (networks.vlan(id).isEmpty()) {
            throw new Rejected("vlan", "There is no VLAN with the number " + id + ".");
          }
        });
    parents(setup, others, made, networks);
  }

  private static void parents(
      Setup setup, List<Interface> others, Interface made, Around networks) {
    var parents = made.parents();
    switch (made.kind()) {
      case PHYSICAL -> {
        if (!parents.isEmpty()) {
          throw new Rejected("parents", "A physical interface cannot have parents.");
        }
      }
      case BOND -> {
        if (parents.isEmpty()) {
          throw new Rejected("parents", "A bond interface must have one or more parents.");
        }
      }
      case BRIDGE, VLAN -> {
        if (parents.size() != 1) {
          throw new Rejected(
              "parent",
              "A "
                  + (made.kind() == Kind.VLAN ? "VLAN" : "bridge")
                  + " interface must have exactly one parent.");
        }
      }
    }
    for (var id : parents) {
      var parent =
          setup
              .find(id)
              .filter(p -> p.id() != made.id())
              .orElseThrow(() -> new Rejected("parents", "There is no interface " + id + "."));
      if (made.kind() == Kind.BOND && parent.kind() != Kind.PHYSICAL) {
        throw new Rejected("parents", parent.name() + " is not physical: a bond is made of those.");
      }
      if (parent.kind() == Kind.VLAN && made.kind() == Kind.VLAN) {
        throw new Rejected("parent", "A VLAN cannot stand on a VLAN.");
      }
      if (parent.kind() == Kind.BRIDGE && made.kind() != Kind.VLAN) {
        throw new Rejected("parent", parent.name() + " is a bridge and cannot be a part.");
      }
      for (var other : others) {
        boolean exclusive = made.kind() != Kind.VLAN && other.kind() != Kind.VLAN;
        if (exclusive && other.parents().contains(id)) {
          throw new Rejected(
              "parents", parent.name() + " is already in-use by " + other.name() + ".");
        }
      }
    }
    if (made.kind() == Kind.VLAN) {
      int vid = made.vlan().flatMap(networks::vlan).map(Around.Vlan::vid).orElse(0);
      if (vid == 0) {
        throw new Rejected("vlan", "A VLAN interface can only belong to a tagged VLAN.");
      }
      if (others.stream()
          .anyMatch(o ->
              o.kind() == Kind.VLAN
                  && o.parents().equals(made.parents())
                  && o.vlan().equals(made.vlan()))) {
        throw new Rejected("vlan", "The parent has an interface on this VLAN already.");
      }
    }
  }

  /// Takes one away; what stands on it says by what it is in use, save that VLANs go with it.
  public static Setup remove(Setup setup, Interface gone) {
    var children = setup.childrenOf(gone);
    var users = children.stream().filter(c -> c.kind() != Kind.VLAN).map(Interface::name).toList();
    if (!users.isEmpty()) {
      throw new Rejected(
          "__all__", gone.name() + " is in use by " + String.join(", ", users) + ".");
    }
    var after = setup;
    for (var child : children) {
      after = remove(after, child);
    }
    return after.withInterfaces(
        after.interfaces().stream().filter(i -> i.id() != gone.id()).toList());
  }

  /// Puts an interface on a subnet. Its address is given when it is written.
  ///
  /// @param force whatever it is on now gives way
  public static Setup link(Setup setup, Interface to, Link link, Around networks, boolean force) {
    var subnet = link.subnet().flatMap(networks::subnet);
    if ((link.mode() == Link.Mode.AUTO || link.mode() == Link.Mode.STATIC) && subnet.isEmpty()) {
      throw new Rejected("subnet", "This field is required.");
    }
    subnet.ifPresent(s -> {
      if (!force && to.vlan().isPresent() && to.vlan().get() != s.vlan()) {
        throw new Rejected(
            "subnet",
            "Select a valid choice. That choice is not one of the available choices: "
                + s.cidr()
                + " is on another VLAN than "
                + to.name()
                + ".");
      }
    });
    boolean bare = to.links().stream().allMatch(l -> l.mode() == Link.Mode.LINK_UP);
    if (link.mode() == Link.Mode.LINK_UP && !bare && !force) {
      throw new Rejected(
          "mode",
          "Cannot configure interface to link up (with no IP address) while other links are already"
              + " configured.");
    }
    if (link.mode() == Link.Mode.DHCP
        && !force
        && to.links().stream().anyMatch(l -> l.mode() == Link.Mode.DHCP)) {
      throw new Rejected("mode", "Interface is already set to DHCP from its VLAN.");
    }
    var made = link.withAddress(link.address().map(text -> address(subnet.orElseThrow(), text)));
    var links = new ArrayList<Link>();
    if (!force) {
      to.links().stream().filter(l -> l.mode() != Link.Mode.LINK_UP).forEach(links::add);
    }
    links.add(made);
    return setup.change(
        to.id(), i -> i.withLinks(links).withVlan(subnet.map(Subnet::vlan).or(i::vlan)));
  }

  /// Written the one way that addresses are written in.
  private static String address(Subnet subnet, String text) {
    try {
      var address = Ip.parse(text);
      if (Prefix.parse(subnet.cidr()).contains(address)) {
        return Ip.text(address);
      }
    } catch (IllegalArgumentException e) {
      throw new Rejected("ip_address", "Enter a valid IPv4 or IPv6 address.");
    }
    throw new Rejected(
        "ip_address", "IP address is not in the given subnet '" + subnet.cidr() + "'.");
  }

  public static Setup unlink(Setup setup, Interface from, long link) {
    if (from.links().stream().noneMatch(l -> l.id() == link)) {
      throw new Rejected("id", "There is no link " + link + " on " + from.name() + ".");
    }
    return setup.change(
        from.id(), i -> i.withLinks(i.links().stream().filter(l -> l.id() != link).toList()));
  }

  public static Setup disconnect(Setup setup, Interface one) {
    return setup.change(one.id(), i -> i.withLinks(List.<Link>of()).withVlan(Optional.empty()));
  }

  /// @param link empty: the first with a gateway
  public static Setup gateway(Setup setup, Interface one, Optional<Long> link, Around networks) {
    var after = setup;
    boolean found = false;
    for (var l : one.links()) {
      var subnet = l.subnet().flatMap(networks::subnet).filter(s -> s.gateway().isPresent());
      boolean configured = l.mode() == Link.Mode.STATIC || l.mode() == Link.Mode.AUTO;
      if (subnet.isEmpty() || !configured || link.isPresent() && link.get() != l.id()) {
        continue;
      }
      found = true;
      after =
          subnet.get().v6()
              ? after.withGateways(after.gateway4(), Optional.of(l.id()))
              : after.withGateways(Optional.of(l.id()), after.gateway6());
    }
    if (!found) {
      throw new Rejected(
          link.isPresent() ? "link_id" : "__all__", "This interface has no usable gateways.");
    }
    return after;
  }

  /// Why it cannot be installed with this; empty when it can.
  public static Optional<String> uninstallable(Setup setup, Around networks) {
    for (var one : setup.interfaces()) {
      if ("ovs".equals(one.params().get("bridge_type"))) {
        return Optional.of(
            one.name()
                + " is an Open vSwitch bridge, and the image brings none; make it a standard one");
      }
      if (one.vlan().filter(id -> networks.vlan(id).isEmpty()).isPresent()) {
        return Optional.of(
            one.name() + " is on a VLAN that is no more; put it on another or disconnect it");
      }
      for (var link : one.links()) {
        if (link.subnet().filter(id -> networks.subnet(id).isEmpty()).isPresent()) {
          return Optional.of(
              one.name() + " is linked to a subnet that is no more; unlink " + link.id());
        }
      }
    }
    return Optional.empty();
  }
}
