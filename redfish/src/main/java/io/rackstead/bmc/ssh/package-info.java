/// SSH as a client: hosts of virtual servers and serial consoles of BMCs. Start reading at {@link
/// io.rackstead.bmc.ssh.SshDoor}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.ssh;
