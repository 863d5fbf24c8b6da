package io.rackstead.network;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// All networks at one moment.
public record Topology(
    List<Fabric> fabrics,
    List<Space> spaces,
    List<Vlan> vlans,
    List<Subnet> subnets,
    List<IpRange> ranges,
    List<ReservedIp> reserved,
    List<StaticRoute> routes,
    List<Domain> domains) {
  public Optional<Domain> domain(long id) {
    return domains.stream().filter(d -> d.id() == id).findFirst();
  }

  /// What newcomers are in.
  public Domain defaultDomain() {
    return domains.stream().filter(Domain::isDefault).findFirst().orElseThrow();
  }

  /// What a node is in; without a word it is the one that was there from the start.
  public Domain domainOf(Optional<Long> id) {
    return id.flatMap(this::domain).or(() -> domain(Domain.FIRST)).orElseGet(this::defaultDomain);
  }

  public Optional<Domain> domainNamed(String text) {
    return number(text)
        .flatMap(this::domain)
        .or(() -> domains.stream().filter(d -> d.name().equalsIgnoreCase(text)).findFirst());
  }

  public Optional<Fabric> fabric(long id) {
    return fabrics.stream().filter(f -> f.id() == id).findFirst();
  }

  public Optional<Space> space(long id) {
    return spaces.stream().filter(s -> s.id() == id).findFirst();
  }

  public Optional<Vlan> vlan(long id) {
    return vlans.stream().filter(v -> v.id() == id).findFirst();
  }

  public Optional<Vlan> vlan(long fabricId, int vid) {
    return vlans.stream().filter(v -> v.fabricId() == fabricId && v.vid() == vid).findFirst();
  }

  public Optional<Subnet> subnet(long id) {
    return subnets.stream().filter(s -> s.id() == id).findFirst();
  }

  /// The narrowest one that the address is in.
  public Optional<Subnet> containing(InetAddress address) {
    return subnets.stream()
        .filter(s -> s.cidr().contains(address))
        .max(Comparator.comparingInt(s -> s.cidr().length()));
  }

  public Vlan vlanOf(Subnet subnet) {
    return vlan(subnet.vlanId()).orElseThrow();
  }

  public List<Vlan> vlansOf(Fabric fabric) {
    return vlans.stream().filter(v -> v.fabricId() == fabric.id()).toList();
  }

  public List<Subnet> subnetsOf(Vlan vlan) {
    return subnets.stream().filter(s -> s.vlanId() == vlan.id()).toList();
  }

  public List<IpRange> rangesOf(Subnet subnet) {
    return ranges.stream().filter(r -> r.subnetId() == subnet.id()).toList();
  }

  public List<ReservedIp> reservedOf(Subnet subnet) {
    return reserved.stream().filter(r -> r.subnetId() == subnet.id()).toList();
  }

  public Optional<Fabric> fabricNamed(String text) {
    return number(text)
        .flatMap(this::fabric)
        .or(() -> fabrics.stream().filter(f -> f.name().equals(text)).findFirst());
  }

  public Optional<Space> spaceNamed(String text) {
    return number(text)
        .flatMap(this::space)
        .or(() -> spaces.stream().filter(s -> s.name().equals(text)).findFirst());
  }

  /// A subnet by its id, CIDR or name; `cidr:…`, `name:…` and `id:…` say which.
  public Optional<Subnet> subnetNamed(String text) {
    int colon = text.indexOf(':');
    var word = colon < 0 ? "" : text.substring(0, colon);
    var rest = text.substring(colon + 1);
    return switch (word) {
      case "cidr" -> byCidr(rest);
      case "name" -> byName(rest);
      case "id" -> number(rest).flatMap(this::subnet);
      default -> number(text).flatMap(this::subnet).or(() -> byCidr(text)).or(() -> byName(text));
    };
  }

  private Optional<Subnet> byCidr(String text) {
    return subnets.stream().filter(s -> s.cidr().toString().equals(text.strip())).findFirst();
  }

  private Optional<Subnet> byName(String text) {
    return subnets.stream().filter(s -> s.name().equals(text)).findFirst();
  }

  public static Optional<Long> number(String text) {
    return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }
}
