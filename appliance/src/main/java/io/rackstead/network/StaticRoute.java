package io.rackstead.network;

import java.net.InetAddress;

/// How machines of one subnet reach another.
public record StaticRoute(
    long id, long sourceId, long destinationId, InetAddress gateway, int metric) {}
