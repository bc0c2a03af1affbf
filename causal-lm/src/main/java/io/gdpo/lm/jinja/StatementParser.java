package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Node.End;
import io.gdpo.lm.jinja.Token.Kind;
import io.gdpo.lm.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a template's statements. Whatever would reach outside of it is not among them. */
final class StatementParser {
  private final Words words;
  private final ExpressionParser expressions;

  StatementParser(Words words) {
    this.words = words;
    this.expressions = new ExpressionParser(words);
  }

  Node all() {
    Node all = body(Set.of());
    if (words.next().kind() != Kind.END) {
      throw words.next().wrong("this ends nothing");
    }
    return all;
  }

  /** Up to the block with one of these names, whose beginning is taken. */
  private Node body(Set<String> ends) {
    List<Node> nodes = new ArrayList<>();
    while (words.next().kind() != Kind.END) {
      Token token = words.take();
      switch (token.kind()) {
        case DATA ->
            nodes.add(
                (scope, out) -> {
                  write(token.text(), scope, out);
                  return End.DONE;
                });
        case VARIABLE_BEGIN -> {
          Expression value = expressions.tuple();
          words.expect(Kind.VARIABLE_END);
          nodes.add(
              (scope, out) -> {
                write(PythonText.of(value.in(scope)), scope, out);
                return End.DONE;
              });
        }
        default -> {
          if (ends.contains(words.next().text())) {
            return Node.of(nodes);
          }
          nodes.add(statement());
        }
      }
    }
    if (!ends.isEmpty()) {
      throw words.next().wrong("one of " + ends + " is missing");
    }
    return Node.of(nodes);
  }

  private static void write(String text, Scope scope, StringBuilder out) {
    scope.budget().spend(text.length());
    PythonText.add(out, text);
  }

  private Node statement() {
    Token name = words.take();
    return switch (name.text()) {
      case "for" -> loop();
      case "if" -> condition();
      case "set" -> assignment();
      case "macro" -> macro();
      case "filter" -> filtered();
      case "generation" -> endOf("endgeneration");
      case "break" -> ending(End.BREAK);
      case "continue" -> ending(End.CONTINUE);
      default -> throw name.wrong("a chat template here has no such statement");
    };
  }

  private Node ending(End end) {
    words.expect(Kind.BLOCK_END);
    return (scope, out) -> end;
  }

  private Node endOf(String... names) {
    words.expect(Kind.BLOCK_END);
    Node body = body(Set.of(names));
    words.take();
    words.expect(Kind.BLOCK_END);
    return body;
  }

  private Node condition() {
    Expression test = expressions.tuple();
    words.expect(Kind.BLOCK_END);
    Node then = body(Set.of("elif", "else", "endif"));
    String next = words.take().text();
    Node otherwise =
        next.equals("elif")
            ? condition()
            : next.equals("else") ? endOf("endif") : Node.of(List.of());
    if (next.equals("endif")) {
      words.expect(Kind.BLOCK_END);
    }
    return (scope, out) -> (Values.isTrue(test.in(scope)) ? then : otherwise).render(scope, out);
  }

  private List<String> targets() {
    boolean parenthesis = words.takeOperator("(");
    List<String> targets = new ArrayList<>(List.of(words.name()));
    while (words.takeOperator(",")) {
      targets.add(words.name());
    }
    if (parenthesis) {
      words.expect(")");
    }
    return targets;
  }

  private Node loop() {
    List<String> targets = targets();
    if (!words.takeName("in")) {
      throw words.next().wrong("'in' is missing");
    }
    Expression through = expressions.or();
    Expression only = words.takeName("if") ? expressions.expression() : scope -> true;
    words.expect(Kind.BLOCK_END);
    Node body = body(Set.of("else", "endfor"));
    Node otherwise = words.take().text().equals("else") ? endOf("endfor") : closed();
    return new Loop(targets, through, only, body, otherwise);
  }

  private Node closed() {
    words.expect(Kind.BLOCK_END);
    return Node.of(List.of());
  }

  private Node assignment() {
    String name = words.name();
    if (words.takeOperator(".")) {
      String field = words.name();
      words.expect("=");
      Expression value = expressions.tuple();
      words.expect(Kind.BLOCK_END);
      return (scope, out) -> {
        if (!(scope.get(name) instanceof Scope.Namespace space)) {
          throw new TemplateException(
              "'" + name + "' is no namespace, so it has no '" + field + "'");
        }
        space.fields().put(field, value.in(scope));
        return End.DONE;
      };
    }
    if (!words.isOperator("=") && !words.isOperator(",")) {
      return block(name);
    }
    List<String> names = new ArrayList<>(List.of(name));
    while (words.takeOperator(",")) {
      names.add(words.name());
    }
    words.expect("=");
    Expression value = expressions.tuple();
    words.expect(Kind.BLOCK_END);
    return (scope, out) -> {
      Loop.assign(names, value.in(scope), scope);
      return End.DONE;
    };
  }

  /** {@code {% set name %}...{% endset %}}. */
  private Node block(String name) {
    Written written = new Written();
    Expression value = written;
    while (words.takeOperator("|")) {
      value = expressions.filter(value);
    }
    written.body = endOf("endset");
    Expression whole = value;
    return (scope, out) -> {
      scope.set(name, whole.in(scope));
      return End.DONE;
    };
  }

  private Node filtered() {
    Written written = new Written();
    Expression value = expressions.filter(written);
    written.body = endOf("endfilter");
    return (scope, out) -> {
      write(PythonText.of(value.in(scope)), scope, out);
      return End.DONE;
    };
  }

  /** What a block writes, as a value; its filters are read before it. */
  private static final class Written implements Expression {
    private Node body;

    @Override
    public Object in(Scope scope) {
      StringBuilder out = new StringBuilder();
      body.render(scope.inner(), out);
      return out.toString();
    }
  }

  private Node macro() {
    String name = words.name();
    Map<String, Expression> parameters = new LinkedHashMap<>();
    words.expect("(");
    while (!words.takeOperator(")")) {
      String parameter = words.name();
      parameters.put(
          parameter,
          words.takeOperator("=") ? expressions.expression() : scope -> Undefined.UNDEFINED);
      if (!words.isOperator(")")) {
        words.expect(",");
      }
    }
    Node body = endOf("endmacro");
    return (scope, out) -> {
      scope.set(name, new Macro(List.copyOf(parameters.keySet()), parameters, body, scope));
      return End.DONE;
    };
  }

  private record Macro(
      List<String> names, Map<String, Expression> defaults, Node body, Scope around)
      implements Callable {
    @Override
    public Object call(List<Object> arguments, Map<String, Object> named) {
      Scope scope = around.inner();
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        scope.set(
            name,
            i < arguments.size()
                ? arguments.get(i)
                : named.containsKey(name) ? named.get(name) : defaults.get(name).in(scope));
      }
      StringBuilder written = new StringBuilder();
      scope.budget().enter();
      body.render(scope, written);
      scope.budget().leave();
      return written.toString();
    }
  }
}
