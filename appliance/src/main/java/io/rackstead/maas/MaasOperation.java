package io.rackstead.maas;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;

/// One operation of the MAAS API: a method on a path, and the name of an operation or none.
///
/// @param resource what clients make an object of: `Machines`, `Machine`
/// @param path below `/MAAS/api/2.0/`: `machines/{system_id}/`
/// @param op empty for create, read, update and delete
public record MaasOperation(
    String resource, String path, Method method, String op, Access access, Handler handler) {
  /// Carries it out.
  @FunctionalInterface
  public interface Handler {
    Reply handle(Call call) throws Exception;
  }

  static MaasOperation get(String resource, String path, String op, Handler handler) {
    return new MaasOperation(resource, path, Method.GET, op, Access.of(Method.GET), handler);
  }

  static MaasOperation get(
      String resource, String path, String op, Access access, Handler handler) {
    return new MaasOperation(resource, path, Method.GET, op, access, handler);
  }

  static MaasOperation post(String resource, String path, String op, Handler handler) {
    return new MaasOperation(resource, path, Method.POST, op, Access.of(Method.POST), handler);
  }

  static MaasOperation post(
      String resource, String path, String op, Access access, Handler handler) {
    return new MaasOperation(resource, path, Method.POST, op, access, handler);
  }

  static MaasOperation put(String resource, String path, Handler handler) {
    return new MaasOperation(resource, path, Method.PUT, "", Access.of(Method.PUT), handler);
  }

  static MaasOperation put(String resource, String path, Access access, Handler handler) {
    return new MaasOperation(resource, path, Method.PUT, "", access, handler);
  }

  static MaasOperation delete(String resource, String path, Handler handler) {
    return new MaasOperation(resource, path, Method.DELETE, "", Access.of(Method.DELETE), handler);
  }

  static MaasOperation delete(String resource, String path, Access access, Handler handler) {
    return new MaasOperation(resource, path, Method.DELETE, "", access, handler);
  }

  /// The name in a description: the operation's, or that of the method.
  String name() {
    if (!op.isEmpty()) {
      return op;
    }
    return switch (method) {
      case GET, HEAD -> "read";
      case POST -> "create";
      case PUT -> "update";
      case DELETE -> "delete";
      case LOCK, UNLOCK -> throw new IllegalStateException("MAAS has no " + method);
    };
  }
}
