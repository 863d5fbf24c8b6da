package io.rackstead.access;

import io.rackstead.access.Principal.Role;

/// Somebody who may sign in.
///
/// @param email empty when unknown
/// @param subject issuer and subject at an OIDC provider; empty for whoever has a password here
public record User(String username, Role role, String email, String subject) {
  public User(String username, Role role) {
    this(username, role, "", "");
  }

  public boolean local() {
    return subject.isEmpty();
  }

  public boolean administrator() {
    return role == Role.ADMIN;
  }
}
