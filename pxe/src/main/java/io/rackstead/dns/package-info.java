/// DNS: an authoritative server for names that the caller knows, which asks others for the rest.
/// RFC 1034, 1035, 2308, 6891, 7766, 8482. Start reading at {@link io.rackstead.dns.DnsResponder}.
@org.jspecify.annotations.NullMarked
package io.rackstead.dns;
