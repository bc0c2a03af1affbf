package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import io.gdpo.lm.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, by Jinja2's precedence. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
  private static final Set<Kind> ARGUMENT =
      Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

  private static final Set<String> NO_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "in", "not");

  private final Words words;

  ExpressionParser(Words words) {
    this.words = words;
  }

  /** One expression, or several with commas between, which are a list. */
  Expression tuple() {
    Expression first = expression();
    if (!words.isOperator(",")) {
      return first;
    }
    List<Expression> all = new ArrayList<>(List.of(first));
    while (words.takeOperator(",") && !words.ends()) {
      all.add(expression());
    }
    return list(all);
  }

  Expression expression() {
    Expression value = or();
    while (words.takeName("if")) {
      Expression then = value;
      Expression test = or();
      Expression otherwise = words.takeName("else") ? expression() : scope -> Undefined.UNDEFINED;
      value = scope -> Values.isTrue(test.in(scope)) ? then.in(scope) : otherwise.in(scope);
    }
    return value;
  }

  /** Without a conditional: what a loop goes through. */
  Expression or() {
    Expression left = and();
    while (words.takeName("or")) {
      Expression one = left;
      Expression other = and();
      left =
          scope -> {
            Object value = one.in(scope);
            return Values.isTrue(value) ? value : other.in(scope);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (words.takeName("and")) {
      Expression one = left;
      Expression other = not();
      left =
          scope -> {
            Object value = one.in(scope);
            return Values.isTrue(value) ? other.in(scope) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (words.takeName("not")) {
      Expression negated = not();
      return scope -> !Values.isTrue(negated.in(scope));
    }
    return comparison();
  }

  private Expression comparison() {
    Expression left = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> operands = new ArrayList<>(List.of(left));
    while (true) {
      String operator = comparisonOperator();
      if (operator == null) {
        break;
      }
      operators.add(operator);
      operands.add(sum());
    }
    if (operators.isEmpty()) {
      return left;
    }
    return scope -> {
      Object before = operands.get(0).in(scope);
      for (int i = 0; i < operators.size(); i++) {
        Object next = operands.get(i + 1).in(scope);
        scope.budget().spendOn(before);
        scope.budget().spendOn(next);
        if (!holds(operators.get(i), before, next)) {
          return false;
        }
        before = next;
      }
      return true;
    };
  }

  private String comparisonOperator() {
    if (words.next().kind() == Kind.OPERATOR && COMPARISONS.contains(words.next().text())) {
      return words.take().text();
    }
    if (words.takeName("in")) {
      return "in";
    }
    if (words.next().is(Kind.NAME, "not") && words.afterNext().is(Kind.NAME, "in")) {
      words.take();
      words.take();
      return "not in";
    }
    return null;
  }

  private static boolean holds(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.areEqual(left, right);
      case "!=" -> !Values.areEqual(left, right);
      case "<" -> Values.compare(left, right) < 0;
      case ">" -> Values.compare(left, right) > 0;
      case "<=" -> Values.compare(left, right) <= 0;
      case ">=" -> Values.compare(left, right) >= 0;
      case "in" -> Values.contains(right, left);
      default -> !Values.contains(right, left);
    };
  }

  private Expression sum() {
    Expression left = joined();
    while (words.isOperator("+") || words.isOperator("-")) {
      left = computed(words.take().text(), left, joined());
    }
    return left;
  }

  private Expression joined() {
    Expression left = product();
    while (words.takeOperator("~")) {
      left = computed("~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (words.isOperator("*")
        || words.isOperator("/")
        || words.isOperator("//")
        || words.isOperator("%")) {
      left = computed(words.take().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (words.takeOperator("**")) {
      left = computed("**", left, unary(true));
    }
    return left;
  }

  private static Expression computed(String operator, Expression left, Expression right) {
    return scope -> {
      scope.budget().spend(1);
      return Arithmetic.compute(operator, left.in(scope), right.in(scope), scope.budget());
    };
  }

  private Expression unary(boolean filters) {
    Expression value;
    if (words.takeOperator("-")) {
      Expression negated = unary(false);
      value = scope -> Arithmetic.negative(negated.in(scope));
    } else if (words.takeOperator("+")) {
      value = unary(false);
    } else {
      value = new PrimaryParser(words, this).primary();
    }
    value = postfix(value);
    return filters ? filtered(value) : value;
  }

  private Expression postfix(Expression of) {
    Expression value = of;
    while (true) {
      Expression before = value;
      if (words.takeOperator(".")) {
        String name = words.take().text();
        value = scope -> Values.attribute(seen(before.in(scope), scope), name);
      } else if (words.takeOperator("[")) {
        value = subscript(before);
      } else if (words.isOperator("(")) {
        Arguments arguments = arguments();
        value =
            scope ->
                before.in(scope) instanceof Callable function
                    ? seen(function.call(arguments.values(scope), arguments.named(scope)), scope)
                    : notCallable();
      } else {
        return value;
      }
    }
  }

  private static Object notCallable() {
    throw new TemplateException("it calls something that is no function here");
  }

  /** The value, which is looked through or was made: that costs. */
  private static Object seen(Object value, Scope scope) {
    scope.budget().spendOn(value);
    return value;
  }

  private Expression subscript(Expression of) {
    Expression from = words.isOperator(":") ? null : expression();
    if (words.takeOperator("]")) {
      return scope -> Values.item(seen(of.in(scope), scope), from.in(scope));
    }
    words.expect(":");
    Expression to = words.isOperator(":") || words.isOperator("]") ? null : expression();
    Expression by = words.takeOperator(":") && !words.isOperator("]") ? expression() : null;
    words.expect("]");
    return scope ->
        Values.slice(
            seen(of.in(scope), scope),
            optional(from, scope),
            optional(to, scope),
            optional(by, scope));
  }

  private static Object optional(Expression expression, Scope scope) {
    return expression == null ? null : expression.in(scope);
  }

  /** What stands behind a {@code |} or an {@code is}. */
  private Expression filtered(Expression of) {
    Expression value = of;
    while (true) {
      if (words.takeOperator("|")) {
        value = filter(value);
      } else if (words.takeName("is")) {
        value = test(value);
      } else if (words.isOperator("(")) {
        value = postfix(value);
      } else {
        return value;
      }
    }
  }

  /** The filter whose name is next. */
  Expression filter(Expression of) {
    Token name = words.take();
    Filters.Filter filter = Filters.find(name.text());
    if (filter == null) {
      throw name.wrong("there is no such filter here");
    }
    Arguments arguments = words.isOperator("(") ? arguments() : Arguments.NONE;
    return scope ->
        seen(
            filter.apply(
                seen(of.in(scope), scope), arguments.values(scope), arguments.named(scope)),
            scope);
  }

  private Expression test(Expression of) {
    boolean wanted = !words.takeName("not");
    String name = words.take().text();
    Arguments arguments = Arguments.NONE;
    if (words.isOperator("(")) {
      arguments = arguments();
    } else if (ARGUMENT.contains(words.next().kind()) && !NO_ARGUMENT.contains(words.next().text())
        || words.isOperator("[")
        || words.isOperator("{")) {
      Expression only = postfix(new PrimaryParser(words, this).primary());
      arguments = new Arguments(List.of(only), Map.of());
    }
    Arguments asked = arguments;
    return scope -> Tests.holds(name, seen(of.in(scope), scope), asked.values(scope)) == wanted;
  }

  /** What a call is given, in parentheses. */
  Arguments arguments() {
    words.expect("(");
    List<Expression> values = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!words.takeOperator(")")) {
      if (words.next().kind() == Kind.NAME && words.afterNext().is(Kind.OPERATOR, "=")) {
        String name = words.take().text();
        words.take();
        named.put(name, expression());
      } else {
        values.add(expression());
      }
      if (!words.isOperator(")")) {
        words.expect(",");
      }
    }
    return new Arguments(values, named);
  }

  static Expression list(List<Expression> elements) {
    return scope -> {
      List<Object> values = new ArrayList<>();
      elements.forEach(element -> values.add(element.in(scope)));
      scope.budget().spend(values.size());
      return values;
    };
  }
}
