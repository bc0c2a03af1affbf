package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Values.Undefined;
import java.util.HashMap;
import java.util.Map;

/** Names and what they stand for; what an inner scope sets, its outer one does not see. */
final class Scope {
  /** What {@code namespace(...)} gives: its fields can be set from inside of loops. */
  record Namespace(Map<String, Object> fields) {}

  private final Scope outer;
  private final Budget budget;
  private final Map<String, Object> names = new HashMap<>();

  Scope(Map<String, Object> names) {
    this.outer = null;
    this.budget = new Budget();
    this.names.putAll(names);
  }

  private Scope(Scope outer) {
    this.outer = outer;
    this.budget = outer.budget;
  }

  Scope inner() {
    return new Scope(this);
  }

  Object get(String name) {
    budget.spend(1);
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.names.containsKey(name)) {
        return scope.names.get(name);
      }
    }
    return Undefined.UNDEFINED;
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  Budget budget() {
    return budget;
  }
}
