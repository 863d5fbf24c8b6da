package io.rackstead.node;

import java.util.Optional;

/// How an interface is on a subnet.
///
/// @param subnet empty for `dhcp` and `link_up` where none was named
/// @param address empty until there is one; `auto` gets it when the machine is deployed
public record Link(long id, Mode mode, Optional<Long> subnet, Optional<String> address) {
  public enum Mode {
    AUTO,
    STATIC,
    DHCP,
    LINK_UP
  }

  public Link withAddress(Optional<String> newAddress) {
    return new Link(id, mode, subnet, newAddress);
  }
}
