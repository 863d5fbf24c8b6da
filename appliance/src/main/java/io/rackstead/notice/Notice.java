package io.rackstead.notice;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/// Something to be told to people.
///
/// @param ident what its maker calls it, or empty; no two have the same
/// @param user the one person it is for, or empty
/// @param users whether it is for everybody
/// @param admins whether it is for administrators
/// @param context what `{name}` in the message stands for
public record Notice(
    long id,
    String ident,
    String user,
    boolean users,
    boolean admins,
    String message,
    Map<String, JsonNode> context,
    String category,
    boolean dismissable) {
  public Notice {
    context = Map.copyOf(context);
  }

  Notice withId(long newId) {
    return new Notice(newId, ident, user, users, admins, message, context, category, dismissable);
  }

  public boolean isFor(String username, boolean administrator) {
    return users || (admins && administrator) || (!user.isEmpty() && user.equals(username));
  }
}
