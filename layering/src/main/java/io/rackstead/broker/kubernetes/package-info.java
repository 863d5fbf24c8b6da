/// Kubernetes by its own API: a token for each node, the node's word that it is Ready, and a drain
/// before it is taken back.
@org.jspecify.annotations.NullMarked
package io.rackstead.broker.kubernetes;
