package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import io.gdpo.lm.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads expressions, by Jinja2's precedence. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  private final Words words;
  private final PrimaryParser primaries;
  private final PostfixParser postfixes;

  ExpressionParser(Words words) {
    this.words = words;
    this.primaries = new PrimaryParser(words, this);
    this.postfixes = new PostfixParser(words, this, primaries);
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
      value = primaries.primary();
    }
    value = postfixes.called(value);
    return filters ? postfixes.filtered(value) : value;
  }

  /** The filter whose name is next. */
  Expression filter(Expression of) {
    return postfixes.filter(of);
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
