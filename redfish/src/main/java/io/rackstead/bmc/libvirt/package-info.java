/// Hosts of virtual servers: libvirt by its own `virsh`, at the end of an SSH session or here. One
/// door for both who use it: a virtual server as a machine ({@link
/// io.rackstead.bmc.libvirt.LibvirtDialer}), and a host that such servers are composed on. Start
/// reading at {@link io.rackstead.bmc.libvirt.Libvirt}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.libvirt;
