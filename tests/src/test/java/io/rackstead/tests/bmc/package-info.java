/// A BMC in software that speaks IPMI 2.0, with faults to order, and the contract that every `Bmc`
/// keeps. It shares no code with the client, so that both cannot share one misunderstanding. Start
/// reading at {@link io.rackstead.tests.bmc.SimulatedBmc}.
@org.jspecify.annotations.NullMarked
package io.rackstead.tests.bmc;
