package io.rackstead.network;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;

/// An address that belongs to one network card for good: DHCP gives it that and no other.
public record ReservedIp(long id, long subnetId, InetAddress ip, MacAddress mac, String comment) {}
