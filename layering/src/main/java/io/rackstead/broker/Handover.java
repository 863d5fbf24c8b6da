package io.rackstead.broker;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// A machine as the layer above is told of it: a public document, apart from how we keep it.
///
/// @param id the same however often it is sent; whoever receives it twice has received it once
/// @param machine `id`, `hostname`, `fqdn`, `addresses`, `macs`, `role`, `zone`, `pool`, `tags`, …
public record Handover(String id, ObjectNode machine) {}
