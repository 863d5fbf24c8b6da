package io.rackstead.http;

import io.rackstead.http.Route.Access;

/// A WebSocket (RFC 6455). Who may open it is asked before it is one, as at any other route; a page
/// of another site is refused by its `Origin`.
///
/// @param path like `/api/machines/{id}/console/live`
public record SocketRoute(String path, Access access, Opening opening) {
  /// Says who listens to what comes in; what it throws becomes the answer to the upgrade.
  @FunctionalInterface
  public interface Opening {
    Ears open(Request request) throws Exception;
  }

  /// Our end. Calls come one after the other.
  public interface Ears {
    void opened(Line line);

    void text(String text);

    void bytes(byte[] bytes);

    void closed();
  }

  /// The way to the other end. Nothing here waits.
  public interface Line {
    /// What is sent once too much lies unread at the other end closes the line, with the reason.
    void send(byte[] bytes);

    void send(String text);

    /// @param status of RFC 6455 §7.4
    void close(int status, String why);
  }
}
