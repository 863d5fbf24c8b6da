/// How a machine's interfaces and disks are configured, as values, and what may become of them.
/// Start reading at {@link io.rackstead.node.Setup}.
@org.jspecify.annotations.NullMarked
package io.rackstead.node;
