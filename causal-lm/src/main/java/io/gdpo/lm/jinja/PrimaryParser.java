package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what expressions are made of: names, texts, numbers, lists, maps, parentheses. */
record PrimaryParser(Words words, ExpressionParser expressions) {
  Expression primary() {
    Token token = words.take();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> text(token.text());
      case INTEGER -> constant(number(token));
      case FLOAT -> constant(Double.parseDouble(token.text()));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parenthesis();
            case "[" -> ExpressionParser.list(elements("]"));
            case "{" -> map();
            default -> throw token.wrong("no value begins so");
          };
      default -> throw token.wrong("a value is missing");
    };
  }

  private static Long number(Token token) {
    try {
      return Long.parseLong(token.text());
    } catch (NumberFormatException e) {
      throw token.wrong("the number is too large");
    }
  }

  private static Expression constant(Object value) {
    return scope -> value;
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(null);
      default -> scope -> scope.get(name);
    };
  }

  /** Texts one behind the other are one. */
  private Expression text(String first) {
    StringBuilder text = new StringBuilder(first);
    while (words.next().kind() == Kind.STRING) {
      text.append(words.take().text());
    }
    return constant(text.toString());
  }

  private Expression parenthesis() {
    if (words.takeOperator(")")) {
      return ExpressionParser.list(List.of());
    }
    Expression inner = expressions.tuple();
    words.expect(")");
    return inner;
  }

  private List<Expression> elements(String end) {
    List<Expression> elements = new ArrayList<>();
    while (!words.takeOperator(end)) {
      elements.add(expressions.expression());
      if (!words.isOperator(end)) {
        words.expect(",");
      }
    }
    return elements;
  }

  private Expression map() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!words.takeOperator("}")) {
      keys.add(expressions.expression());
      words.expect(":");
      values.add(expressions.expression());
      if (!words.isOperator("}")) {
        words.expect(",");
      }
    }
    return scope -> {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        map.put(Values.text(keys.get(i).in(scope)), values.get(i).in(scope));
      }
      scope.budget().spend(map.size());
      return map;
    };
  }
}
