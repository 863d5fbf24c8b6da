/// A machine that becomes a host of virtual servers. Start reading at {@link
/// io.rackstead.broker.libvirt.LibvirtEngine}.
@org.jspecify.annotations.NullMarked
package io.rackstead.broker.libvirt;
