package io.rackstead.name;

import java.util.Optional;

/// A record of a name besides its addresses, as its text.
public record DnsData(
    long id, long resourceId, String rrtype, String rrdata, Optional<Integer> ttl) {}
