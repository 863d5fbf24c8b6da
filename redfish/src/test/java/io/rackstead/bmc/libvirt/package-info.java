@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.libvirt;
