/// The fake BMC's faults.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.fake;
