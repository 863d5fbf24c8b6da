/// The networks that machines are provisioned on: what they are, who has which address, what DHCP
/// does there. Start reading at {@link io.rackstead.network.NetworkBook}.
@org.jspecify.annotations.NullMarked
package io.rackstead.network;
