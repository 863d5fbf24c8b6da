package io.rackstead.tag;

import io.rackstead.tag.Definition.BadDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// XPath 1.0 as tag definitions use it: location paths with predicates on the axes of a tree, the
/// operators, and the core functions on nodes, texts and numbers. Each node that is looked at costs
/// a step of a budget, so that no expression runs for long.
final class XPath {
  /// About a hundred readings of a large server's whole document.
  private static final int BUDGET = 200_000;

  private static final Set<String> AXES =
      Set.of(
          "child",
          "descendant",
          "descendant-or-self",
          "self",
          "parent",
          "ancestor",
          "ancestor-or-self",
          "attribute",
          "following-sibling",
          "preceding-sibling");

  /// Where an expression is evaluated.
  private record Place(Node node, int position, int size, Budget budget) {}

  private static final class Budget {
    private int left = BUDGET;

    void step() {
      if (--left < 0) {
        throw new BadDefinition(
            "the XPath looks at more than " + BUDGET + " nodes: make it more precise");
      }
    }
  }

  /// Answers a list of nodes, a text, a number (double) or a truth.
  @FunctionalInterface
  private interface Expression {
    Object at(Place place);
  }

  private final Expression expression;

  private XPath(Expression expression) {
    this.expression = expression;
  }

  static XPath parse(String text) {
    var tokens = new Tokens(text);
    var parsed = new XPath(or(tokens));
    tokens.end();
    return parsed;
  }

  boolean holds(Node document) {
    return truth(expression.at(new Place(document, 1, 1, new Budget())));
  }

  private static Expression or(Tokens tokens) {
    tokens.deeper();
    var left = and(tokens);
    while (tokens.take("or")) {
      var a = left;
      var b = and(tokens);
      left = place -> truth(a.at(place)) || truth(b.at(place));
    }
    tokens.shallower();
    return left;
  }

  private static Expression and(Tokens tokens) {
    var left = comparison(tokens);
    while (tokens.take("and")) {
      var a = left;
      var b = comparison(tokens);
      left = place -> truth(a.at(place)) && truth(b.at(place));
    }
    return left;
  }

  private static Expression comparison(Tokens tokens) {
    var left = sum(tokens);
    while (List.of("=", "!=", "<", "<=", ">", ">=").contains(tokens.peek())) {
      var operator = tokens.next();
      var a = left;
      var b = sum(tokens);
      left = place -> compare(a.at(place), operator, b.at(place), place.budget());
    }
    return left;
  }

  private static Expression sum(Tokens tokens) {
    var left = product(tokens);
    while (tokens.peek().equals("+") || tokens.peek().equals("-")) {
      int sign = tokens.next().equals("+") ? 1 : -1;
      var a = left;
      var b = product(tokens);
      left = place -> number(a.at(place)) + sign * number(b.at(place));
    }
    return left;
  }

  private static Expression product(Tokens tokens) {
    var left = unary(tokens);
    while (List.of("*", "div", "mod").contains(tokens.peek())) {
      var operator = tokens.next();
      var a = left;
      var b = unary(tokens);
      left =
          place -> {
            double x = number(a.at(place));
            double y = number(b.at(place));
            return switch (operator) {
              case "*" -> x * y;
              case "div" -> x / y;
              default -> x % y;
            };
          };
    }
    return left;
  }

  private static Expression unary(Tokens tokens) {
    boolean negative = false;
    while (tokens.take("-")) {
      negative = !negative;
    }
    var union = union(tokens);
    return negative ? place -> -number(union.at(place)) : union;
  }

  private static Expression union(Tokens tokens) {
    var left = path(tokens);
    while (tokens.take("|")) {
      var a = left;
      var b = path(tokens);
      left =
          place -> {
            var all = new LinkedHashSet<>(nodes(a.at(place)));
            all.addAll(nodes(b.at(place)));
            return List.copyOf(all);
          };
    }
    return left;
  }

  private static Expression path(Tokens tokens) {
    var first = tokens.peek();
    Expression start;
    if (first.startsWith("\"") || first.startsWith("'")) {
      var literal = tokens.next();
      start = _ -> literal.substring(1, literal.length() - 1);
    } else if (!first.isEmpty() && Character.isDigit(first.charAt(0))) {
      var literal = Double.valueOf(tokens.next());
      start = _ -> literal;
    } else if (tokens.take("(")) {
      start = or(tokens);
      tokens.want(")");
    } else if (tokens.peek(1).equals("(") && !List.of("text", "node").contains(first)) {
      start = function(tokens);
    } else if (first.equals("/")) {
      start = place -> List.of(root(place.node()));
      tokens.want("/");
      return isStep(tokens) ? steps(tokens, start) : start;
    } else if (tokens.take("//")) {
      return steps(tokens, everything(place -> List.of(root(place.node()))));
    } else {
      return steps(tokens, place -> List.of(place.node()));
    }
    while (tokens.peek().equals("[")) {
      start = predicate(tokens, start);
    }
    if (tokens.take("/")) {
      return steps(tokens, start);
    }
    return tokens.take("//") ? steps(tokens, everything(start)) : start;
  }

  private static boolean isStep(Tokens tokens) {
    var next = tokens.peek();
    return !next.isEmpty()
        && (Character.isLetter(next.charAt(0)) || List.of("*", "@", ".", "..", "_").contains(next));
  }

  private static Expression steps(Tokens tokens, Expression from) {
    var path = step(tokens, from);
    while (true) {
      if (tokens.take("//")) {
        path = step(tokens, everything(path));
      } else if (tokens.take("/")) {
        path = step(tokens, path);
      } else {
        return path;
      }
    }
  }

  private static Expression everything(Expression from) {
    return place ->
        walk(nodes(from.at(place)), "descendant-or-self", "node()", List.of(), place.budget());
  }

  private static Expression step(Tokens tokens, Expression from) {
    var axis = "child";
    String test;
    if (tokens.take(".")) {
      axis = "self";
      test = "node()";
    } else if (tokens.take("..")) {
      axis = "parent";
      test = "node()";
    } else {
      if (tokens.take("@")) {
        axis = "attribute";
      } else if (tokens.peek(1).equals("::")) {
        axis = tokens.next();
        tokens.want("::");
        if (!AXES.contains(axis)) {
          throw new BadDefinition("there is no axis '" + axis + "'");
        }
      }
      test = tokens.next();
      if (!test.equals("*") && !Character.isLetter(test.charAt(0)) && test.charAt(0) != '_') {
        throw new BadDefinition("'" + test + "' is no name of an element");
      }
      if (tokens.take("(")) {
        tokens.want(")");
        test += "()";
      }
    }
    var predicates = new ArrayList<Expression>();
    while (tokens.take("[")) {
      predicates.add(or(tokens));
      tokens.want("]");
    }
    var on = axis;
    var named = test;
    return place -> walk(nodes(from.at(place)), on, named, predicates, place.budget());
  }

  private static Expression predicate(Tokens tokens, Expression of) {
    tokens.want("[");
    var condition = or(tokens);
    tokens.want("]");
    return place -> filtered(nodes(of.at(place)), condition, place.budget());
  }

  private static List<Node> walk(
      List<Node> from, String axis, String test, List<Expression> predicates, Budget budget) {
    var found = new LinkedHashSet<Node>();
    for (var node : from) {
      var here = new ArrayList<Node>();
      along(node, axis, budget).filter(candidate -> fits(candidate, axis, test)).forEach(here::add);
      List<Node> left = here;
      for (var predicate : predicates) {
        left = filtered(left, predicate, budget);
      }
      found.addAll(left);
    }
    return List.copyOf(found);
  }

  private static List<Node> filtered(List<Node> nodes, Expression condition, Budget budget) {
    var left = new ArrayList<Node>();
    for (int i = 0; i < nodes.size(); i++) {
      budget.step();
      var value = condition.at(new Place(nodes.get(i), i + 1, nodes.size(), budget));
      if (value instanceof Double position ? position == i + 1 : truth(value)) {
        left.add(nodes.get(i));
      }
    }
    return left;
  }

  private static boolean fits(Node node, String axis, String test) {
    return switch (test) {
      case "node()" -> true;
      case "text()" -> node.text();
      case "*" -> node.element() || axis.equals("attribute");
      default -> node.name().equals(test) && (node.element() || axis.equals("attribute"));
    };
  }

  private static Stream<Node> along(Node node, String axis, Budget budget) {
    var nodes =
        switch (axis) {
          case "child" -> node.children().stream();
          case "self" -> Stream.of(node);
          case "parent" -> node.parent().stream();
          case "attribute" -> node.attributes().values().stream();
          case "descendant" -> node.children().stream().flatMap(c -> below(c, budget));
          case "descendant-or-self" -> below(node, budget);
          case "ancestor" -> above(node.parent());
          case "ancestor-or-self" -> above(Optional.of(node));
          case "following-sibling" -> siblings(node, true);
          default -> siblings(node, false);
        };
    return nodes.peek(_ -> budget.step());
  }

  private static Stream<Node> below(Node node, Budget budget) {
    budget.step();
    return Stream.concat(
        Stream.of(node), node.children().stream().flatMap(child -> below(child, budget)));
  }

  private static Stream<Node> above(Optional<Node> node) {
    return Stream.iterate(node, Optional::isPresent, n -> n.flatMap(Node::parent))
        .flatMap(Optional::stream);
  }

  private static Stream<Node> siblings(Node node, boolean after) {
    var all = node.parent().map(Node::children).orElse(List.of());
    int at = all.indexOf(node);
    if (at < 0) {
      return Stream.empty();
    }
    return (after ? all.subList(at + 1, all.size()) : all.subList(0, at).reversed()).stream();
  }

  private static Node root(Node node) {
    var top = node;
    for (var up = top.parent(); up.isPresent(); up = up.get().parent()) {
      top = up.get();
    }
    return top;
  }

  private static Expression function(Tokens tokens) {
    var name = tokens.next();
    tokens.want("(");
    var arguments = new ArrayList<Expression>();
    if (!tokens.take(")")) {
      do {
        arguments.add(or(tokens));
      } while (tokens.take(","));
      tokens.want(")");
    }
    int least = XPathFunctions.arguments(name);
    if (arguments.size() < least || arguments.size() > Math.max(3, least)) {
      throw new BadDefinition(name + "() wants " + least + " arguments, not " + arguments.size());
    }
    return place -> {
      if (name.equals("position") || name.equals("last")) {
        return (double) (name.equals("last") ? place.size() : place.position());
      }
      var values =
          arguments.isEmpty()
              ? List.<Object>of(List.of(place.node()))
              : arguments.stream().map(argument -> argument.at(place)).toList();
      return XPathFunctions.call(name, values);
    };
  }

  /// XPath 1.0 §3.4: of a set of nodes one that fits is enough.
  private static boolean compare(Object left, String operator, Object right, Budget budget) {
    if (left instanceof List<?>) {
      return nodes(left).stream()
          .peek(_ -> budget.step())
          .anyMatch(node ->
              right instanceof Boolean
                  ? compare(truth(left), operator, right, budget)
                  : compare(node.string(), operator, right, budget));
    }
    if (right instanceof List<?>) {
      return nodes(right).stream()
          .peek(_ -> budget.step())
          .anyMatch(node ->
              left instanceof Boolean
                  ? compare(left, operator, truth(right), budget)
                  : compare(left, operator, node.string(), budget));
    }
    if (operator.equals("=") || operator.equals("!=")) {
      boolean same =
          left instanceof Boolean || right instanceof Boolean
              ? truth(left) == truth(right)
              : left instanceof Double || right instanceof Double
                  ? number(left) == number(right)
                  : string(left).equals(string(right));
      return same == operator.equals("=");
    }
    double a = number(left);
    double b = number(right);
    return switch (operator) {
      case "<" -> a < b;
      case "<=" -> a <= b;
      case ">" -> a > b;
      default -> a >= b;
    };
  }

  static List<Node> nodes(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Node.class::cast).toList();
    }
    throw new BadDefinition("nodes are wanted, '" + string(value) + "' is none");
  }

  static boolean truth(Object value) {
    return switch (value) {
      case Boolean truth -> truth;
      case Double number -> number != 0 && !number.isNaN();
      case List<?> list -> !list.isEmpty();
      default -> !value.toString().isEmpty();
    };
  }

  static double number(Object value) {
    return switch (value) {
      case Double number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default -> {
        try {
          yield Double.parseDouble(string(value).strip());
        } catch (NumberFormatException _) {
          yield Double.NaN;
        }
      }
    };
  }

  static String string(Object value) {
    return switch (value) {
      case List<?> list -> list.isEmpty() ? "" : ((Node) list.getFirst()).string();
      case Double number when number == Math.rint(number) && !number.isInfinite() ->
          String.format(Locale.ROOT, "%.0f", number);
      default -> value.toString();
    };
  }
}
