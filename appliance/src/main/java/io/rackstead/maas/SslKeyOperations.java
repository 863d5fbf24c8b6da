package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.Origin;
import io.rackstead.access.SslKeys;
import io.rackstead.access.SslKeys.SslKey;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The certificates of whoever asks.
final class SslKeyOperations {
  private static final String ALL = "account/prefs/sslkeys/";
  private static final String ONE = "account/prefs/sslkeys/{id}/";
  private final Parts parts;
  private final SslKeys keys;

  SslKeyOperations(Parts parts) {
    this.parts = parts;
    this.keys = new SslKeys(parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("SSLKeys", ALL, "", this::list),
        post("SSLKeys", ALL, "", Access.SELF, this::add),
        get("SSLKey", ONE, "", call -> Dispatch.json(shape(key(call)))),
        delete("SSLKey", ONE, Access.SELF, this::remove));
  }

  private static Map<String, Object> shape(SslKey key) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", key.id());
    shape.put("key", key.text());
    shape.put("resource_uri", Dispatch.ROOT + ALL + key.id() + "/");
    return shape;
  }

  private Reply list(Call call) {
    return Dispatch.json(
        parts.database().read(tx -> keys.of(tx, call.principal().username())).stream()
            .map(SslKeyOperations::shape)
            .toList());
  }

  private Reply add(Call call) {
    var text = call.wanted("key");
    var username = call.principal().username();
    try {
      var key =
          parts
              .database()
              .inTransaction(tx -> {
                boolean there =
                    keys.of(tx, username).stream()
                        .anyMatch(known -> known.text().equals(text.strip()));
                if (there) {
                  throw FormErrors.of("key", "This key has already been added for this user.");
                }
                return keys.add(tx, username, text, Origin.of(call.request()));
              });
      return Dispatch.json(201, shape(key));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("key", "Invalid SSL key: " + e.getMessage());
    }
  }

  /// One that is not theirs is not told from one that is not there.
  private SslKey key(Call call) {
    var missing = new Problem(404, "No SSLKey matches the given query.");
    if (!call.part("id").matches("[0-9]{1,18}")) {
      throw missing;
    }
    return parts
        .database()
        .read(tx -> keys.find(tx, Long.parseLong(call.part("id"))))
        .filter(key -> key.username().equals(call.principal().username()))
        .orElseThrow(() -> missing);
  }

  private Reply remove(Call call) {
    var key = key(call);
    parts.database().change(tx -> keys.remove(tx, key, Origin.of(call.request())));
    return Reply.none();
  }
}
