/// Addresses as the provisioning network knows them. Start reading at {@link
/// io.rackstead.pxe.net.MacAddress}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.net;
