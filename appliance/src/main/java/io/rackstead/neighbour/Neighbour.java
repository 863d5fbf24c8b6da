package io.rackstead.neighbour;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.Instant;

/// An address and the adapter that had it.
///
/// @param networkInterface ours, on which it was seen; empty where that is not known
/// @param seen when it last answered for that address
public record Neighbour(InetAddress ip, MacAddress mac, String networkInterface, Instant seen) {}
