package io.rackstead.access;

import io.rackstead.access.Principal.Role;

/// Somebody who may sign in.
public record User(String username, Role role) {
  public Principal principal() {
    return new Principal(username, role);
  }

  public boolean administrator() {
    return role == Role.ADMIN;
  }
}
