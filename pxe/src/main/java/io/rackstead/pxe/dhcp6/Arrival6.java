package io.rackstead.pxe.dhcp6;

import java.net.Inet6Address;
import java.util.Optional;

/// Where a message came in.
record Arrival6(Optional<String> networkInterface, Inet6Address source) {}
