package io.rackstead.bmc.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.bmc.BmcException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Why a BMC did not do as it was asked (DSP0266 §8.6): its status and its own messages.
///
/// @param ids the messages' ids without registry and version: `PropertyValueNotInList`
record Complaint(int status, Set<String> ids, String text) {
  private static final int LONGEST = 600;
  private static final Set<String> CREDENTIALS =
      Set.of(
          "ResourceAtUriUnauthorized",
          "NoValidSession",
          "UnauthorizedLoginAttempt",
          "AccessDenied",
          "AccountForSessionNoLongerExists",
          "PasswordChangeRequired",
          "InsufficientPrivilege",
          "InsufficientPrivilegeForOperation");
  private static final Set<String> FULL =
      Set.of("SessionLimitExceeded", "CreateLimitReachedForResource");
  private static final Set<String> UNABLE =
      Set.of(
          "ActionNotSupported",
          "ActionParameterNotSupported",
          "ActionParameterUnknown",
          "ActionParameterValueNotInList",
          "OperationNotAllowed",
          "PropertyNotWritable",
          "PropertyUnknown",
          "PropertyValueNotInList",
          "QueryNotSupported",
          "QueryNotSupportedOnResource",
          "UnsupportedOperation");

  Complaint {
    ids = Set.copyOf(ids);
  }

  static Complaint of(Answer answer) {
    return of(answer.status(), answer.body(), answer.unreadable());
  }

  static Complaint of(int status, JsonNode body, String unreadable) {
    var ids = new LinkedHashSet<String>();
    var texts = new ArrayList<String>();
    var error = body.path("error");
    for (var place : List.of(error, body)) {
      place.path("@Message.ExtendedInfo").forEach(message -> read(message, ids, texts));
    }
    if (texts.isEmpty()) {
      Resource.text(error.path("message")).ifPresent(texts::add);
    }
    if (texts.isEmpty()) {
      texts.addAll(unreadable.isEmpty() ? ids : List.of(unreadable));
    }
    var text = String.join("; ", new LinkedHashSet<>(texts));
    return new Complaint(
        status, ids, text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
  }

  private static void read(JsonNode message, Set<String> ids, List<String> texts) {
    var id = Resource.text(message.path("MessageId")).orElse("");
    var name = id.substring(id.lastIndexOf('.') + 1);
    if (!name.isEmpty()) {
      ids.add(name);
    }
    var text = filled(Resource.text(message.path("Message")).orElse(""), message);
    var remedy = Resource.text(message.path("Resolution")).orElse("");
    if (!text.isEmpty()) {
      boolean none = remedy.isEmpty() || remedy.matches("(?i)none\\.?");
      texts.add(none ? text : text.replaceAll("\\.$", "") + " (" + remedy + ")");
    }
  }

  /// Some services send the registry's own text and leave the filling in to us.
  private static String filled(String text, JsonNode message) {
    var filled = text;
    int number = 1;
    for (var argument : Resource.texts(message.path("MessageArgs"))) {
      filled = filled.replace("%" + number, argument);
      number++;
    }
    return filled;
  }

  boolean says(String... names) {
    return Set.of(names).stream().anyMatch(ids::contains);
  }

  boolean full() {
    return ids.stream().anyMatch(FULL::contains);
  }

  Kind kind() {
    if (status == 401 || ids.stream().anyMatch(CREDENTIALS::contains)) {
      return Kind.REFUSED_CREDENTIALS;
    }
    if (full()) {
      return Kind.BUSY;
    }
    if (ids.stream().anyMatch(UNABLE::contains)) {
      return Kind.UNSUPPORTED;
    }
    return switch (status) {
      case 403 -> Kind.REFUSED_CREDENTIALS;
      case 405, 501 -> Kind.UNSUPPORTED;
      case 408, 409, 412, 423, 429, 500, 502, 503, 504, 507 -> Kind.BUSY;
      default -> Kind.PROTOCOL;
    };
  }

  @Override
  public String toString() {
    return text.isEmpty() ? "status " + status : text + " (status " + status + ")";
  }
}
