/// What hosts of IPv6 are told of routers. Start reading at {@link
/// io.rackstead.pxe.ndp.RouterWord}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.ndp;
