package io.gdpo.lm.jinja;

import java.util.List;
import java.util.Map;

/** What a template may call: a function, a macro, a method of a value. */
@FunctionalInterface
interface Callable {
  Object call(List<Object> arguments, Map<String, Object> named);
}
