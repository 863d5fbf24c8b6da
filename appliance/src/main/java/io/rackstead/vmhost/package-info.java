/// VM hosts: machines on which other machines are composed, which are then machines like any other.
/// Start reading at {@link io.rackstead.vmhost.VmHosts}.
@org.jspecify.annotations.NullMarked
package io.rackstead.vmhost;
