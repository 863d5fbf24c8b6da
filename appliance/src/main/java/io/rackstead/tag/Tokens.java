package io.rackstead.tag;

import io.rackstead.tag.Definition.BadDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The words of a definition, one after another.
final class Tokens {
  private static final int LENGTH = 4000;
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(\"[^\"]*\"|'[^']*')|([0-9]+(?:\\.[0-9]+)?)"
              + "|([A-Za-z_](?:[A-Za-z0-9_.-]|:(?=[A-Za-z_]))*+)"
              + "|(//|::|\\.\\.|!=|<=|>=|[-/@.()\\[\\]=<>~|+*,]))");

  private final List<String> all = new ArrayList<>();
  private int at;
  private int depth;

  Tokens(String text) {
    if (text.length() > LENGTH) {
      throw new BadDefinition("a definition has at most " + LENGTH + " characters");
    }
    var matcher = TOKEN.matcher(text);
    int end = 0;
    int last = text.stripTrailing().length();
    while (end < last) {
      matcher.region(end, last);
      if (!matcher.lookingAt()) {
        throw new BadDefinition("cannot read the definition from '" + text.substring(end) + "' on");
      }
      all.add(matcher.group().strip());
      end = matcher.end();
    }
    if (all.isEmpty()) {
      throw new BadDefinition("the definition is empty");
    }
  }

  String peek() {
    return peek(0);
  }

  /// Empty at the end.
  String peek(int ahead) {
    return at + ahead < all.size() ? all.get(at + ahead) : "";
  }

  String next() {
    if (at >= all.size()) {
      throw new BadDefinition("the definition ends too early");
    }
    return all.get(at++);
  }

  boolean take(String token) {
    boolean here = peek().equals(token);
    at += here ? 1 : 0;
    return here;
  }

  void want(String token) {
    if (!take(token)) {
      throw new BadDefinition(
          "'" + token + "' is wanted, not " + (peek().isEmpty() ? "the end" : "'" + peek() + "'"));
    }
  }

  void end() {
    if (!peek().isEmpty()) {
      throw new BadDefinition("'" + peek() + "' is one word too many");
    }
  }

  /// Parentheses in parentheses in parentheses: there is an end to it.
  void deeper() {
    if (++depth > 40) {
      throw new BadDefinition("more than 40 levels of parentheses");
    }
  }

  void shallower() {
    depth--;
  }
}
