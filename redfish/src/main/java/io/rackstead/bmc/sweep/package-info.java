/// Finding BMCs that nobody has told us of, without a password. Start reading at {@link
/// io.rackstead.bmc.sweep.BmcSweep}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.sweep;
