/// Keeps a loader from waiting for an IPv6 router that is not there. Start reading at {@link
/// io.rackstead.pxe.ndp.NoRouter}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.ndp;
