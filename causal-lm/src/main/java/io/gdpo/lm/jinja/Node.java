package io.gdpo.lm.jinja;

import java.util.List;

/** A part of a template that writes something, or sets a name. */
@FunctionalInterface
interface Node {
  /** How it ended. */
  enum End {
    DONE,
    BREAK,
    CONTINUE
  }

  End render(Scope scope, StringBuilder out);

  /** Nodes one behind the other. */
  static Node of(List<Node> nodes) {
    List<Node> all = List.copyOf(nodes);
    return (scope, out) -> {
      for (Node node : all) {
        scope.budget().spend(1);
        End end = node.render(scope, out);
        if (end != End.DONE) {
          return end;
        }
      }
      return End.DONE;
    };
  }
}
