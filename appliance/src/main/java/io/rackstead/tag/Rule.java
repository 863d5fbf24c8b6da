package io.rackstead.tag;

import io.rackstead.policy.Condition;
import io.rackstead.policy.Fact;
import io.rackstead.tag.Definition.BadDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A plain rule: `cpu_count >= 16 and (vendor ~ "dell" or gpus > 0)`. Numbers are compared as
/// numbers, texts without regard to case, `~` means contains; of several values one is enough.
public sealed interface Rule extends Condition {
  record And(Rule left, Rule right) implements Rule {
    @Override
    public boolean holds(Map<String, List<Fact>> facts) {
      return left.holds(facts) && right.holds(facts);
    }

    @Override
    public Optional<String> objection(Map<String, List<Fact>> facts) {
      return left.objection(facts).or(() -> right.objection(facts));
    }

    @Override
    public String toString() {
      return left + " and " + right;
    }
  }

  record Or(Rule left, Rule right) implements Rule {
    @Override
    public boolean holds(Map<String, List<Fact>> facts) {
      return left.holds(facts) || right.holds(facts);
    }

    @Override
    public Optional<String> objection(Map<String, List<Fact>> facts) {
      return left.objection(facts).flatMap(one -> right.objection(facts).map(o -> one + "; " + o));
    }

    @Override
    public String toString() {
      return "(" + left + " or " + right + ")";
    }
  }

  record Not(Rule rule) implements Rule {
    @Override
    public boolean holds(Map<String, List<Fact>> facts) {
      return !rule.holds(facts);
    }

    @Override
    public Optional<String> objection(Map<String, List<Fact>> facts) {
      return rule.holds(facts) ? Optional.of(rule + " is so") : Optional.empty();
    }

    @Override
    public String toString() {
      return "not (" + rule + ")";
    }
  }

  record Is(String name, String operator, Fact value) implements Rule {
    @Override
    public boolean holds(Map<String, List<Fact>> facts) {
      var values = facts.getOrDefault(name, List.of());
      return operator.equals("!=") ? !any(values, "=") : any(values, operator);
    }

    private boolean any(List<Fact> values, String how) {
      for (var fact : values) {
        if (compares(fact, how)) {
          return true;
        }
      }
      return false;
    }

    private boolean compares(Fact fact, String how) {
      if (how.equals("~")) {
        return fact.lower().contains(value.lower());
      }
      boolean numbers = !Double.isNaN(value.number()) && !Double.isNaN(fact.number());
      int sign =
          numbers
              ? Double.compare(fact.number(), value.number())
              : fact.lower().compareTo(value.lower());
      return switch (how) {
        case "=" -> sign == 0;
        case "<" -> sign < 0;
        case "<=" -> sign <= 0;
        case ">" -> sign > 0;
        default -> sign >= 0;
      };
    }

    @Override
    public Optional<String> objection(Map<String, List<Fact>> facts) {
      if (holds(facts)) {
        return Optional.empty();
      }
      var values = facts.getOrDefault(name, List.of());
      return Optional.of(
          this
              + " is not so: "
              + (values.isEmpty() ? "nothing is known" : name + " is " + shown(values)));
    }

    private static String shown(List<Fact> values) {
      var text = values.stream().limit(8).map(Fact::text).collect(Collectors.joining(", "));
      return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    @Override
    public String toString() {
      var text = Double.isNaN(value.number()) ? '"' + value.text() + '"' : value.text();
      return name + " " + operator + " " + text;
    }
  }

  /// Throws [BadDefinition] that says what is wrong, and where.
  ///
  /// @param names what it may ask for
  static Rule parse(String text, Set<String> names) {
    var tokens = new Tokens(text);
    var rule = or(tokens, names);
    tokens.end();
    return rule;
  }

  private static Rule or(Tokens tokens, Set<String> names) {
    var rule = and(tokens, names);
    while (tokens.take("or")) {
      rule = new Or(rule, and(tokens, names));
    }
    return rule;
  }

  private static Rule and(Tokens tokens, Set<String> names) {
    var rule = one(tokens, names);
    while (tokens.take("and")) {
      rule = new And(rule, one(tokens, names));
    }
    return rule;
  }

  private static Rule one(Tokens tokens, Set<String> names) {
    tokens.deeper();
    try {
      if (tokens.take("not")) {
        return new Not(one(tokens, names));
      }
      if (tokens.take("(")) {
        var inner = or(tokens, names);
        tokens.want(")");
        return inner;
      }
      var name = tokens.next();
      if (!names.contains(name)) {
        throw new BadDefinition(
            "a rule cannot ask for '%s': it can for %s"
                .formatted(name, String.join(", ", new TreeSet<>(names))));
      }
      var operator = tokens.next();
      if (!List.of("=", "!=", "<", "<=", ">", ">=", "~").contains(operator)) {
        throw new BadDefinition(
            "'" + operator + "' after " + name + ": =, !=, <, <=, >, >= or ~ is wanted");
      }
      var value = tokens.next();
      boolean quoted = value.startsWith("\"") || value.startsWith("'");
      return new Is(
          name, operator, Fact.of(quoted ? value.substring(1, value.length() - 1) : value));
    } finally {
      tokens.shallower();
    }
  }
}
