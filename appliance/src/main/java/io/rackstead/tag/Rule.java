package io.rackstead.tag;

import io.rackstead.tag.Definition.BadDefinition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// A plain rule: `cpu_count >= 16 and (vendor ~ "dell" or gpus > 0)`. Numbers are compared as
/// numbers, texts without regard to case, `~` means contains; of several values one is enough.
sealed interface Rule {
  boolean holds(Map<String, List<String>> facts);

  record And(Rule left, Rule right) implements Rule {
    @Override
    public boolean holds(Map<String, List<String>> facts) {
      return left.holds(facts) && right.holds(facts);
    }
  }

  record Or(Rule left, Rule right) implements Rule {
    @Override
    public boolean holds(Map<String, List<String>> facts) {
      return left.holds(facts) || right.holds(facts);
    }
  }

  record Not(Rule rule) implements Rule {
    @Override
    public boolean holds(Map<String, List<String>> facts) {
      return !rule.holds(facts);
    }
  }

  record Is(String name, String operator, String value) implements Rule {
    @Override
    public boolean holds(Map<String, List<String>> facts) {
      var values = facts.getOrDefault(name, List.of());
      return operator.equals("!=")
          ? values.stream().noneMatch(fact -> compares(fact, "="))
          : values.stream().anyMatch(fact -> compares(fact, operator));
    }

    private boolean compares(String fact, String how) {
      if (how.equals("~")) {
        return fact.toLowerCase(Locale.ROOT).contains(value.toLowerCase(Locale.ROOT));
      }
      int sign;
      try {
        sign = Double.compare(Double.parseDouble(fact), Double.parseDouble(value));
      } catch (NumberFormatException _) {
        sign = fact.compareToIgnoreCase(value);
      }
      return switch (how) {
        case "=" -> sign == 0;
        case "<" -> sign < 0;
        case "<=" -> sign <= 0;
        case ">" -> sign > 0;
        default -> sign >= 0;
      };
    }
  }

  static Rule parse(String text) {
    var tokens = new Tokens(text);
    var rule = or(tokens);
    tokens.end();
    return rule;
  }

  private static Rule or(Tokens tokens) {
    var rule = and(tokens);
    while (tokens.take("or")) {
      rule = new Or(rule, and(tokens));
    }
    return rule;
  }

  private static Rule and(Tokens tokens) {
    var rule = one(tokens);
    while (tokens.take("and")) {
      rule = new And(rule, one(tokens));
    }
    return rule;
  }

  private static Rule one(Tokens tokens) {
    tokens.deeper();
    try {
      if (tokens.take("not")) {
        return new Not(one(tokens));
      }
      if (tokens.take("(")) {
        var inner = or(tokens);
        tokens.want(")");
        return inner;
      }
      var name = tokens.next();
      if (!Facts.NAMES.contains(name)) {
        throw new BadDefinition(
            "a rule cannot ask for '%s': it can for %s"
                .formatted(name, String.join(", ", new TreeSet<>(Facts.NAMES))));
      }
      var operator = tokens.next();
      if (!List.of("=", "!=", "<", "<=", ">", ">=", "~").contains(operator)) {
        throw new BadDefinition(
            "'" + operator + "' after " + name + ": =, !=, <, <=, >, >= or ~ is wanted");
      }
      var value = tokens.next();
      boolean quoted = value.startsWith("\"") || value.startsWith("'");
      return new Is(name, operator, quoted ? value.substring(1, value.length() - 1) : value);
    } finally {
      tokens.shallower();
    }
  }
}
