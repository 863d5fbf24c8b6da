package io.rackstead.maas;

import io.rackstead.access.KeySources;
import io.rackstead.agent.Capabilities;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.neighbour.Neighbours;
import io.rackstead.neighbour.Scan;
import io.rackstead.vmhost.Composing;
import io.rackstead.vmhost.HostRole;
import io.rackstead.vmhost.VmHosts;

/// What lies beyond the database, as the dialect needs it.
///
/// @param neighbours who was seen on the networks
/// @param scan asks who is there
/// @param keySources where people publish their SSH keys
/// @param bmcs for chassis whose servers are not machines yet
/// @param capabilities by which installed systems speak to us
/// @param vmHosts where machines are composed, by `composing`
/// @param hostRole machines that become such hosts
public record Surroundings(
    Neighbours neighbours,
    Scan scan,
    KeySources keySources,
    BmcDialer bmcs,
    Capabilities capabilities,
    VmHosts vmHosts,
    Composing composing,
    HostRole hostRole) {}
