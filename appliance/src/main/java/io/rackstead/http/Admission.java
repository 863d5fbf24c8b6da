package io.rackstead.http;

import io.rackstead.access.Principal.Scope;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;

/// The one place where a declared permission is held against whoever asks.
public final class Admission {
  private Admission() {}

  /// [Problem] 401 for nobody, 403 in words for somebody who may not.
  public static void check(Access access, Request request) {
    if (access == Access.PUBLIC || access == Access.BEARER) {
      return;
    }
    var principal = request.principal();
    boolean reads = request.method() == Method.GET || request.method() == Method.HEAD;
    if (principal.scope() == Scope.READ && !reads) {
      throw new Problem(403, "this API key of " + principal.username() + " may only read");
    }
    if (principal.may(access)) {
      return;
    }
    boolean byScope = principal.within(Scope.FULL).may(access);
    throw new Problem(
        403,
        byScope
            ? "this API key of %s may not do this: its scope is %s"
                .formatted(
                    principal.username(),
                    principal.scope().name().toLowerCase(java.util.Locale.ROOT))
            : principal.username() + " may not do this: it takes " + access.needed());
  }
}
