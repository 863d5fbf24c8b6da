package io.rackstead.access;

import io.rackstead.http.Route.Access;
import io.rackstead.machine.Actor;
import java.util.Map;
import java.util.function.Predicate;

/// Somebody who has shown who they are. All that is asked about rights is answered here.
///
/// @param role what they are trusted with everywhere
/// @param pools what they are trusted with in single resource pools, besides
/// @param scope what the key they came with may be used for
public record Principal(String username, Role role, Map<String, Role> pools, Scope scope) {
  /// What somebody is trusted with, the lesser first.
  public enum Role {
    /// nothing but what single pools give
    MEMBER,
    /// sees everything, changes nothing
    AUDITOR,
    /// takes machines and gives them back
    USER,
    /// runs the place: every machine, networks, images
    OPERATOR,
    /// and who may do what
    ADMIN
  }

  /// What a key is good for; a session of a browser is good for all.
  public enum Scope {
    /// reads what its owner sees, no secrets
    READ,
    /// works with machines, not with accounts nor as administrator
    OPERATE,
    FULL
  }

  public Principal {
    pools = Map.copyOf(pools);
  }

  public Principal(String username, Role role) {
    this(username, role, Map.of(), Scope.FULL);
  }

  public Principal within(Scope narrower) {
    return new Principal(username, role, pools, narrower);
  }

  /// Whether a route of this kind is open to them; which objects behind it is asked apart.
  public boolean may(Access access) {
    return switch (access) {
      case PUBLIC, BEARER, VIEW -> true;
      case SELF -> scope == Scope.FULL;
      case OPERATE -> scope != Scope.READ && somewhere(Principal::takes);
      case EDIT -> scope != Scope.READ && operates(role);
      case AUDIT -> role == Role.AUDITOR || role == Role.ADMIN;
      case ADMIN -> scope == Scope.FULL && role == Role.ADMIN;
    };
  }

  /// As below, where the pool is not known: the rights of single pools do not count.
  public boolean sees(String owner) {
    return (!owner.isEmpty() && owner.equals(username)) || sees(role, owner);
  }

  /// As below, where the pool is not known: the rights of single pools do not count.
  public boolean mayChange(String owner) {
    return scope != Scope.READ && changes(role, owner);
  }

  /// Whether a machine is there for them: users see what is theirs and what is nobody's.
  public boolean sees(String owner, String pool) {
    return sees(owner) || sees(in(pool), owner);
  }

  /// Whether a machine of this owner in this pool is theirs to change.
  public boolean mayChange(String owner, String pool) {
    return mayChange(owner) || (scope != Scope.READ && changes(in(pool), owner));
  }

  /// Whether they may take a free machine of this pool.
  public boolean mayTake(String pool) {
    return scope != Scope.READ && (takes(role) || takes(in(pool)));
  }

  /// Whether they may inspect, test, mend and remove machines of this pool.
  public boolean mayOperate(String pool) {
    return scope != Scope.READ && (operates(role) || operates(in(pool)));
  }

  private Role in(String pool) {
    return pools.getOrDefault(pool, Role.MEMBER);
  }

  private boolean somewhere(Predicate<Role> enough) {
    return enough.test(role) || pools.values().stream().anyMatch(enough);
  }

  private boolean sees(Role here, String owner) {
    return switch (here) {
      case MEMBER -> false;
      case USER -> owner.isEmpty() || owner.equals(username);
      case AUDITOR, OPERATOR, ADMIN -> true;
    };
  }

  private boolean changes(Role here, String owner) {
    return switch (here) {
      case MEMBER, AUDITOR -> false;
      case USER -> owner.equals(username);
      case OPERATOR, ADMIN -> true;
    };
  }

  private static boolean takes(Role here) {
    return here == Role.USER || operates(here);
  }

  private static boolean operates(Role here) {
    return here == Role.OPERATOR || here == Role.ADMIN;
  }

  public Actor actor() {
    return Actor.user(username);
  }
}
