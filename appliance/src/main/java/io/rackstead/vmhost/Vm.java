package io.rackstead.vmhost;

import io.rackstead.machine.MachineId;
import java.util.Optional;

/// A server that we made on a host.
///
/// @param machine empty: it was begun and is no machine yet
public record Vm(long id, long host, String uuid, Optional<MachineId> machine) {}
