package io.rackstead.access;

import io.rackstead.http.Request;

/// Who asked for a change, and from where, as the audit keeps it.
public record Origin(String actor, String address) {
  public static final Origin APPLIANCE = new Origin("appliance", "local");

  /// The operator at the command line of this host.
  public static final Origin CONSOLE = new Origin("console", "local");

  public static Origin of(Request request) {
    return new Origin(request.principal().actor().toString(), request.client().getHostAddress());
  }
}
