package io.rackstead.name;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A name in a domain, with the addresses that it stands for.
///
/// @param name `@` for the domain's own
public record DnsResource(
    long id,
    long domainId,
    String name,
    Optional<Integer> addressTtl,
    List<InetAddress> addresses) {
  public static final String APEX = "@";

  public DnsResource {
    addresses = List.copyOf(addresses);
  }

  public String fqdn(String domain) {
    return name.equals(APEX) ? domain : name + "." + domain;
  }
}
