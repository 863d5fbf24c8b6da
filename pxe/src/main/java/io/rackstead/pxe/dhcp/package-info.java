/// DHCPv4 as server and as proxy: RFC 2131, 2132, 3396, 4578. Start reading at {@link
/// io.rackstead.pxe.dhcp.DhcpResponder}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.dhcp;
