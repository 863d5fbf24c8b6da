package io.rackstead.cluster;

import io.rackstead.machine.MachineId;

/// A machine of a cluster.
///
/// @param leaving it is released, and is a member until it is Ready
/// @param epoch its own before it was taken: what is later belongs to this
record Member(long id, long cluster, MachineId machine, Part part, boolean leaving, long epoch) {}
