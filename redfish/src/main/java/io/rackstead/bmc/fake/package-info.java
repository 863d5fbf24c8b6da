/// BMCs in memory, with faults to order: for the demo and for tests. Start reading at {@link
/// io.rackstead.bmc.fake.FakeBmc}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.fake;
