package io.rackstead.pxe.dhcp;

import java.net.Inet4Address;
import java.util.Optional;

/// Where a message came in.
///
/// @param networkInterface empty when the socket listens on several and cannot say
/// @param proxyPort true on 4011, where only boot clients ask
record Arrival(
    Optional<String> networkInterface, boolean proxyPort, Inet4Address source, int sourcePort) {}
