/// Virtual servers on a host of libvirt's: the real libvirtd, in folders of its own, with its own
/// test driver or with QEMU. Start reading at {@link io.rackstead.tests.libvirt.PrivateLibvirtd}.
@org.jspecify.annotations.NullMarked
package io.rackstead.tests.libvirt;
