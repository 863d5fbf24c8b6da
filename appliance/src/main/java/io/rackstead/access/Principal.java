package io.rackstead.access;

import io.rackstead.http.Route.Access;
import io.rackstead.machine.Actor;

/// Somebody who has shown who they are.
public record Principal(String username, Role role) {
  /// What somebody is trusted with, the lesser first.
  public enum Role {
    AUDITOR,
    USER,
    OPERATOR,
    ADMIN
  }

  public boolean may(Access access) {
    return switch (access) {
      case PUBLIC, BEARER, VIEW -> true;
      case OPERATE -> role != Role.AUDITOR;
      case ADMIN -> role == Role.ADMIN;
    };
  }

  public Actor actor() {
    return Actor.user(username);
  }
}
