package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import java.util.List;

/** A template's words, read from first to last. */
final class Words {
  private final List<Token> tokens;
  private int at;

  /**
   * @param tokens end with one of {@link Kind#END}
   */
  Words(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
  }

  Token next() {
    return tokens.get(at);
  }

  Token afterNext() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = next();
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean isOperator(String operator) {
    return next().is(Kind.OPERATOR, operator);
  }

  boolean takeOperator(String operator) {
    boolean is = isOperator(operator);
    at += is ? 1 : 0;
    return is;
  }

  boolean takeName(String name) {
    boolean is = next().is(Kind.NAME, name);
    at += is ? 1 : 0;
    return is;
  }

  /** Whether a tag, a parenthesis or an assignment's left side ends here. */
  boolean ends() {
    return switch (next().kind()) {
      case VARIABLE_END, BLOCK_END, END -> true;
      default -> isOperator(")") || isOperator("=");
    };
  }

  void expect(String operator) {
    if (!takeOperator(operator)) {
      throw next().wrong("'" + operator + "' is missing");
    }
  }

  void expect(Kind kind) {
    if (next().kind() != kind) {
      throw next().wrong("the tag should end here");
    }
    at++;
  }

  String name() {
    if (next().kind() != Kind.NAME) {
      throw next().wrong("a name is missing");
    }
    return take().text();
  }
}
