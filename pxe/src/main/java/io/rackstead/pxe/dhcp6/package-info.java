/// DHCPv6 by RFC 8415, with what RFC 5970 adds for booting. Start reading at {@link
/// io.rackstead.pxe.dhcp6.Dhcp6Responder}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.dhcp6;
