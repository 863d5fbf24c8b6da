package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.User;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.notice.Notice;
import io.rackstead.notice.Notices;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What administrators tell the others, until they put it away.
final class NoticeOperations {
  private static final String ALL = "notifications/";
  private static final String ONE = "notifications/{id}/";
  private static final List<String> CATEGORIES = List.of("error", "warning", "success", "info");
  private static final int MESSAGE = 4000;
  private final Parts parts;
  private final Notices notices;

  NoticeOperations(Parts parts) {
    this.parts = parts;
    this.notices = new Notices(parts.database(), parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Notifications", ALL, "", Access.VIEW, this::list),
        post("Notifications", ALL, "", Access.ADMIN, this::create),
        get("Notification", ONE, "", Access.VIEW, call -> shown(mine(call))),
        put("Notification", ONE, Access.ADMIN, this::update),
        delete("Notification", ONE, Access.ADMIN, this::remove),
        post("Notification", ONE, "dismiss", Access.SELF, this::dismiss));
  }

  private static boolean administers(Principal principal) {
    return principal.role() == Role.ADMIN;
  }

  private Reply list(Call call) {
    var principal = call.principal();
    return Dispatch.json(
        notices.of(principal.username(), administers(principal)).stream()
            .map(this::shape)
            .toList());
  }

  private Notice notice(Call call) {
    return Fields.row(call, "id", "Notification", notices::find);
  }

  private Notice mine(Call call) {
    var notice = notice(call);
    var principal = call.principal();
    if (!administers(principal) && !notice.isFor(principal.username(), false)) {
      throw new Problem(403, "Forbidden");
    }
    return notice;
  }

  private Reply create(Call call) {
    Fields.required(call, "message");
    var none = new Notice(0, "", "", false, false, "", Map.of(), "info", true);
    return changed(() -> notices.create(read(call, none), Origin.of(call.request())));
  }

  private Reply update(Call call) {
    var before = notice(call);
    return changed(() -> notices.update(read(call, before), Origin.of(call.request())));
  }

  private Reply changed(Supplier<Notice> change) {
    try {
      return shown(change.get());
    } catch (Problem problem) {
      throw problem.status() == 400 ? FormErrors.of("ident", problem.detail()) : problem;
    }
  }

  private Notice read(Call call, Notice before) {
    var message = call.text("message").map(String::strip).orElse(before.message());
    if (message.isEmpty() || message.length() > MESSAGE) {
      throw FormErrors.of(
          "message",
          message.isEmpty()
              ? "This field is required."
              : "Ensure this value has at most %d characters (it has %d)."
                  .formatted(MESSAGE, message.length()));
    }
    var category = Fields.filled(call, "category").orElse(before.category());
    if (!CATEGORIES.contains(category)) {
      throw choice("category", category);
    }
    var ident = call.text("ident").map(String::strip).orElse(before.ident());
    if (ident.length() > 40) {
      throw FormErrors.of(
          "ident",
          "Ensure this value has at most 40 characters (it has %d).".formatted(ident.length()));
    }
    var user = call.text("user").map(String::strip).orElse(before.user());
    if (!user.isEmpty() && user(user).isEmpty()) {
      throw choice("user", user);
    }
    return new Notice(
        before.id(),
        ident,
        user,
        call.truth("users").orElse(before.users()),
        call.truth("admins").orElse(before.admins()),
        message,
        call.text("context").map(NoticeOperations::context).orElse(before.context()),
        category,
        call.truth("dismissable").orElse(before.dismissable()));
  }

  private Optional<User> user(String username) {
    return parts.database().read(tx -> parts.users().find(tx, username));
  }

  private static FormErrors choice(String field, String value) {
    return FormErrors.of(
        field, "Select a valid choice. " + value + " is not one of the available choices.");
  }

  private static Map<String, JsonNode> context(String text) {
    if (text.isBlank()) {
      return Map.of();
    }
    JsonNode node;
    try {
      node = Json.parse(text.getBytes(StandardCharsets.UTF_8));
    } catch (Problem e) {
      throw FormErrors.of("context", "Invalid JSON: " + e.detail());
    }
    if (!node.isObject()) {
      throw FormErrors.of("context", "Context is not a mapping.");
    }
    var context = new LinkedHashMap<String, JsonNode>();
    node.properties().forEach(field -> context.put(field.getKey(), field.getValue()));
    return context;
  }

  private Reply remove(Call call) {
    notices.delete(notice(call).id(), Origin.of(call.request()));
    return Reply.none();
  }

  private Reply dismiss(Call call) {
    var notice = notice(call);
    var principal = call.principal();
    if (!notice.isFor(principal.username(), administers(principal))) {
      throw new Problem(403, "Forbidden");
    }
    if (!notice.dismissable()) {
      throw new Problem(403, "Notification is not allowed to be dismissed.");
    }
    notices.dismiss(notice.id(), principal.username(), Origin.of(call.request()));
    return Dispatch.json(Optional.empty());
  }

  private Reply shown(Notice notice) {
    return Dispatch.json(shape(notice));
  }

  private Map<String, Object> shape(Notice notice) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", notice.id());
    shape.put("ident", Optional.of(notice.ident()).filter(ident -> !ident.isEmpty()));
    shape.put(
        "user",
        Optional.of(notice.user())
            .filter(user -> !user.isEmpty())
            .flatMap(this::user)
            .map(AccountOperations::shape));
    shape.put("users", notice.users());
    shape.put("admins", notice.admins());
    shape.put("message", notice.message());
    shape.put("context", notice.context());
    shape.put("category", notice.category());
    shape.put("dismissable", notice.dismissable());
    shape.put("resource_uri", Dispatch.ROOT + ALL + notice.id() + "/");
    return shape;
  }
}
