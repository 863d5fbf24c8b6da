/// The networks that machines are provisioned on. Start reading at {@link
/// io.rackstead.network.ConfiguredNetworks}.
@org.jspecify.annotations.NullMarked
package io.rackstead.network;
