package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what stands behind a value: fields, subscripts, calls, filters, tests. */
record PostfixParser(Words words, ExpressionParser expressions, PrimaryParser primaries) {
  private static final Set<Kind> ARGUMENT =
      Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

  private static final Set<String> NO_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "in", "not");

  /** With the fields, subscripts and calls that are next. */
  Expression called(Expression of) {
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
    Expression from = words.isOperator(":") ? null : expressions.expression();
    if (words.takeOperator("]")) {
      return scope -> Values.item(seen(of.in(scope), scope), from.in(scope));
    }
    words.expect(":");
    Expression to =
        words.isOperator(":") || words.isOperator("]") ? null : expressions.expression();
    Expression by =
        words.takeOperator(":") && !words.isOperator("]") ? expressions.expression() : null;
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

  /** With what stands behind a {@code |} or an {@code is}. */
  Expression filtered(Expression of) {
    Expression value = of;
    while (true) {
      if (words.takeOperator("|")) {
        value = filter(value);
      } else if (words.takeName("is")) {
        value = test(value);
      } else if (words.isOperator("(")) {
        value = called(value);
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
      Expression only = called(primaries.primary());
      arguments = new Arguments(List.of(only), Map.of());
    }
    Arguments asked = arguments;
    return scope -> Tests.holds(name, seen(of.in(scope), scope), asked.values(scope)) == wanted;
  }

  private Arguments arguments() {
    words.expect("(");
    List<Expression> values = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!words.takeOperator(")")) {
      if (words.next().kind() == Kind.NAME && words.afterNext().is(Kind.OPERATOR, "=")) {
        String name = words.take().text();
        words.take();
        named.put(name, expressions.expression());
      } else {
        values.add(expressions.expression());
      }
      if (!words.isOperator(")")) {
        words.expect(",");
      }
    }
    return new Arguments(values, named);
  }

  /** What a call is given, in order and by name. */
  private record Arguments(List<Expression> inOrder, Map<String, Expression> byName) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    List<Object> values(Scope scope) {
      List<Object> values = new ArrayList<>();
      inOrder.forEach(argument -> values.add(argument.in(scope)));
      return values;
    }

    Map<String, Object> named(Scope scope) {
      Map<String, Object> values = new LinkedHashMap<>();
      byName.forEach((name, argument) -> values.put(name, argument.in(scope)));
      return values;
    }
  }
}
