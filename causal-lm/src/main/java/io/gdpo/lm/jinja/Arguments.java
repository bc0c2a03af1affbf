package io.gdpo.lm.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call is given, in order and by name. */
record Arguments(List<Expression> inOrder, Map<String, Expression> byName) {
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
