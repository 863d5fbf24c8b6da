@org.jspecify.annotations.NullMarked
package io.rackstead.vmhost;
