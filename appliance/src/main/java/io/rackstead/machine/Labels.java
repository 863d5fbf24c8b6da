package io.rackstead.machine;

import io.rackstead.network.Domain;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What people call a machine and sort it by.
///
/// @param owner the user it is allocated to, empty when nobody
/// @param domain by its number; empty: the one that was there from the start
/// @param ownerData MAAS's owner data, kept until release
/// @param agent which of the owner's programs took it (MAAS's `agent_name`), kept until release
public record Labels(
    String hostname,
    String description,
    String zone,
    String pool,
    List<String> tags,
    String owner,
    Map<String, String> ownerData,
    Optional<Long> domain,
    String agent) {
  public Labels {
    // not in what was written before there was any
    agent = Optional.ofNullable(agent).orElse("");
    tags = List.copyOf(tags);
    ownerData = Map.copyOf(ownerData);
  }

  public static Labels named(String hostname) {
    return new Labels(
        hostname, "", "default", "default", List.of(), "", Map.of(), Optional.empty(), "");
  }

  public Labels withHostname(String newHostname) {
    return new Labels(newHostname, description, zone, pool, tags, owner, ownerData, domain, agent);
  }

  public Labels withDescription(String newDescription) {
    return new Labels(hostname, newDescription, zone, pool, tags, owner, ownerData, domain, agent);
  }

  public Labels withOwner(String newOwner) {
    return new Labels(
        hostname,
        description,
        zone,
        pool,
        tags,
        newOwner,
        newOwner.isEmpty() ? Map.of() : ownerData,
        domain,
        newOwner.isEmpty() ? "" : agent);
  }

  public Labels withAgent(String newAgent) {
    return new Labels(hostname, description, zone, pool, tags, owner, ownerData, domain, newAgent);
  }

  public Labels withOwnerData(Map<String, String> newData) {
    return new Labels(hostname, description, zone, pool, tags, owner, newData, domain, agent);
  }

  public Labels withPlace(String newZone, String newPool) {
    return new Labels(
        hostname, description, newZone, newPool, tags, owner, ownerData, domain, agent);
  }

  public Labels withTags(List<String> newTags) {
    return new Labels(hostname, description, zone, pool, newTags, owner, ownerData, domain, agent);
  }

  public Labels withDomain(long newDomain) {
    return new Labels(
        hostname,
        description,
        zone,
        pool,
        tags,
        owner,
        ownerData,
        Optional.of(newDomain).filter(id -> id != Domain.FIRST),
        agent);
  }
}
