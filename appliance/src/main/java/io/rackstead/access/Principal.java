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

  /// Whether a machine is there for them: users see what is theirs and what is nobody's.
  public boolean sees(String owner) {
    return role != Role.USER || owner.isEmpty() || owner.equals(username);
  }

  /// Whether a machine of this owner is theirs to change.
  public boolean mayChange(String owner) {
    return switch (role) {
      case AUDITOR -> false;
      case USER -> owner.equals(username);
      case OPERATOR, ADMIN -> true;
    };
  }

  public Actor actor() {
    return Actor.user(username);
  }
}
