/// Which client has which address, and for how long. Start reading at {@link
/// io.rackstead.pxe.lease.Leases}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.lease;
