/// Devices: switches, containers and whatever else has a name and addresses but is never deployed.
/// Start reading at {@link io.rackstead.device.Devices}.
@org.jspecify.annotations.NullMarked
package io.rackstead.device;
