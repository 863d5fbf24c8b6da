/// The border of the management side: one BMC, what can be asked of it, and how it is dialled.
/// Start reading at {@link io.rackstead.bmc.Bmc}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc;
