/// What a machine boots, and how its installed system reports. Start reading at {@link
/// io.rackstead.boot.MachineBooter}.
@org.jspecify.annotations.NullMarked
package io.rackstead.boot;
