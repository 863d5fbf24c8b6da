package io.rackstead.http;

/// One operation: what it answers to, who may use it, and what it does. A route without an [Access]
/// cannot be written down: declared, or that of its method.
///
/// @param path like `/api/machines/{id}`; a last part `{rest...}` takes everything that follows
public record Route(Method method, String path, Access access, Handler handler) {
  public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    /// of RFC 4918, as Terraform speaks them
    LOCK,
    UNLOCK
  }

  /// What a caller must show.
  public enum Access {
    /// anybody: says nothing that is not public
    PUBLIC,
    /// checks a capability or an agent's token itself
    BEARER,
    /// any signed-in user; what they see of it is the handler's to filter
    VIEW,
    /// one's own account: any signed-in user, but no key of a narrower scope
    SELF,
    /// may take machines, everywhere or in a pool; which of them is asked at the machine
    OPERATE,
    /// may change what all share: networks, zones, tags, images
    EDIT,
    /// may read what everybody did
    AUDIT,
    /// may see secrets, and change who may do what
    ADMIN;

    /// What is asked of a route that says nothing else: reading is for all who are signed in,
    /// everything else for those who run the place.
    public static Access of(Method method) {
      return switch (method) {
        case GET, HEAD -> VIEW;
        case POST, PUT, DELETE, LOCK, UNLOCK -> EDIT;
      };
    }

    String needed() {
      return switch (this) {
        case PUBLIC, BEARER, VIEW -> "a signed-in user";
        case SELF -> "a key of full scope";
        case OPERATE -> "a user who may operate machines";
        case EDIT -> "an operator";
        case AUDIT -> "an auditor";
        case ADMIN -> "an administrator";
      };
    }
  }

  /// Answers a request; what it throws becomes a problem with a status.
  @FunctionalInterface
  public interface Handler {
    Reply handle(Request request) throws Exception;
  }

  public static Route get(String path, Handler handler) {
    return new Route(Method.GET, path, Access.of(Method.GET), handler);
  }

  public static Route get(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, handler);
  }

  public static Route post(String path, Handler handler) {
    return new Route(Method.POST, path, Access.of(Method.POST), handler);
  }

  public static Route post(String path, Access access, Handler handler) {
    return new Route(Method.POST, path, access, handler);
  }

  public static Route put(String path, Handler handler) {
    return new Route(Method.PUT, path, Access.of(Method.PUT), handler);
  }

  public static Route put(String path, Access access, Handler handler) {
    return new Route(Method.PUT, path, access, handler);
  }

  public static Route delete(String path, Handler handler) {
    return new Route(Method.DELETE, path, Access.of(Method.DELETE), handler);
  }

  public static Route delete(String path, Access access, Handler handler) {
    return new Route(Method.DELETE, path, access, handler);
  }

  @Override
  public String toString() {
    return "%-6s %-60s %s".formatted(method, path, access);
  }
}
