/// Tests of VM hosts.
@org.jspecify.annotations.NullMarked
package io.rackstead.vmhost;
