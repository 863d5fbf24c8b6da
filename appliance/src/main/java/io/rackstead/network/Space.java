package io.rackstead.network;

/// VLANs that may talk to each other, by an operator's will.
public record Space(long id, String name, String description) {}
