@org.jspecify.annotations.NullMarked
package io.rackstead.broker.libvirt;
