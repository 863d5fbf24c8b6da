/// A Kubernetes cluster as one thing that is asked for: machines are taken, installed and joined in
/// the right order, proved by the cluster itself, exchanged and given back. What comes next is
/// decided in {@link Next}, purely; what is written down is little, the rest is read from machines
/// and hand-overs, so a crash changes nothing. Start reading at [Clusters].
@org.jspecify.annotations.NullMarked
package io.rackstead.cluster;
