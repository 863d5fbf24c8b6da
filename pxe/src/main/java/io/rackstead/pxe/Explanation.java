package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a client would get if it asked now, and why.
///
/// @param network the network that it would be served from, and how that is known
/// @param outcome what it would be told, or why nothing
/// @param rule the rule that decided what it boots; empty when nobody was asked
/// @param effects what would be noted once the answer had left
/// @param reply the answer field by field; empty when there is none
public record Explanation(
    String network, String outcome, String rule, List<String> effects, List<String> reply) {
  public Explanation {
    effects = List.copyOf(effects);
    reply = List.copyOf(reply);
  }

  /// For a terminal.
  public List<String> lines() {
    var lines = new java.util.ArrayList<String>();
    lines.add("network  " + network);
    lines.add("outcome  " + outcome);
    lines.add("rule     " + (rule.isEmpty() ? "none was asked" : rule));
    effects.forEach(effect -> lines.add("effect   " + effect));
    reply.forEach(field -> lines.add("reply    " + field));
    return List.copyOf(lines);
  }

  /// How far the client has come when it asks.
  public enum Stage {
    /// the firmware, by DHCP
    FIRMWARE,
    /// the loader, by DHCP
    LOADER,
    /// the loader, for its script
    SCRIPT,
    /// an operating system that only wants an address
    SYSTEM
  }

  /// Who would ask, and by which way.
  ///
  /// @param relay the address of the relay in between
  /// @param networkInterface ours that the question would come in on; not needed with a relay or
  ///   where one network alone is served
  public record Question(
      MacAddress mac,
      ClientArch arch,
      Stage stage,
      Optional<UUID> systemUuid,
      Optional<Inet4Address> relay,
      Optional<String> networkInterface) {}
}
