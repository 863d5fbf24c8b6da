/// A Redfish service in software with servers behind it, and faults to order. Start reading at
/// {@link io.rackstead.tests.redfish.SimulatedRedfish}.
@org.jspecify.annotations.NullMarked
package io.rackstead.tests.redfish;
