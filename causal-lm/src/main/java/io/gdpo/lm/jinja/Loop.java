package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code {% for ... %}}: each time round has a scope of its own. */
record Loop(List<String> targets, Expression through, Expression only, Node body, Node otherwise)
    implements Node {
  /** What a time round costs beside its body: names, and what {@code loop} tells. */
  private static final int ROUND = 20;

  @Override
  public End render(Scope scope, StringBuilder out) {
    List<Object> elements = new ArrayList<>();
    List<Object> all = Values.elements(through.in(scope));
    scope.budget().spend((long) ROUND * all.size());
    for (Object element : all) {
      Scope asked = scope.inner();
      assign(targets, element, asked);
      if (Values.isTrue(only.in(asked))) {
        elements.add(element);
      }
    }
    if (elements.isEmpty()) {
      return otherwise.render(scope, out);
    }
    for (int i = 0; i < elements.size(); i++) {
      scope.budget().spend(ROUND);
      Scope round = scope.inner();
      round.set("loop", state(elements, i));
      assign(targets, elements.get(i), round);
      if (body.render(round, out) == End.BREAK) {
        break;
      }
    }
    return End.DONE;
  }

  private static Map<String, Object> state(List<Object> elements, int at) {
    int size = elements.size();
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("index", at + 1L);
    state.put("index0", (long) at);
    state.put("revindex", (long) size - at);
    state.put("revindex0", size - at - 1L);
    state.put("first", at == 0);
    state.put("last", at == size - 1);
    state.put("length", (long) size);
    state.put("previtem", at == 0 ? Undefined.UNDEFINED : elements.get(at - 1));
    state.put("nextitem", at == size - 1 ? Undefined.UNDEFINED : elements.get(at + 1));
    state.put(
        "cycle",
        (Callable)
            (arguments, named) -> {
              Functions.argument(arguments, 0, "cycle");
              return arguments.get(at % arguments.size());
            });
    return state;
  }

  static void assign(List<String> names, Object value, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.get(0), value);
      return;
    }
    List<Object> values = Values.elements(value);
    if (values.size() != names.size()) {
      throw new TemplateException(names.size() + " names are given " + values.size() + " values");
    }
    for (int i = 0; i < names.size(); i++) {
      scope.set(names.get(i), values.get(i));
    }
  }
}
