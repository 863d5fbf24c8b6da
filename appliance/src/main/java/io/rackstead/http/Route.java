package io.rackstead.http;

/// One operation: what it answers to, who may use it, and what it does. A route without a declared
/// [Access] cannot be written down.
///
/// @param path like `/api/machines/{id}`; a last part `{rest...}` takes everything that follows
public record Route(Method method, String path, Access access, Handler handler) {
  public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE
  }

  /// What a caller must show.
  public enum Access {
    /// anybody: says nothing that is not public
    PUBLIC,
    /// checks a capability or an agent's token itself
    BEARER,
    /// any signed-in user
    VIEW,
    /// may move machines
    OPERATE,
    ADMIN
  }

  /// Answers a request; what it throws becomes a problem with a status.
  @FunctionalInterface
  public interface Handler {
    Reply handle(Request request) throws Exception;
  }

  public static Route get(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, handler);
  }

  public static Route post(String path, Access access, Handler handler) {
    return new Route(Method.POST, path, access, handler);
  }

  public static Route put(String path, Access access, Handler handler) {
    return new Route(Method.PUT, path, access, handler);
  }

  public static Route delete(String path, Access access, Handler handler) {
    return new Route(Method.DELETE, path, access, handler);
  }

  @Override
  public String toString() {
    return "%-6s %-60s %s".formatted(method, path, access);
  }
}
