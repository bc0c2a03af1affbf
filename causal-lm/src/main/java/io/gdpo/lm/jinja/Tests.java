package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Values.Undefined;
import java.util.List;
import java.util.Map;

/** What stands behind an {@code is}. */
final class Tests {
  private Tests() {}

  static boolean holds(String name, Object value, List<Object> arguments) {
    return switch (name) {
      case "defined" -> value != Undefined.UNDEFINED;
      case "undefined" -> value == Undefined.UNDEFINED;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map<?, ?>;
      case "sequence", "iterable" ->
          value instanceof String
              || value instanceof List<?>
              || value instanceof Map<?, ?>
              || value == Undefined.UNDEFINED;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "odd" -> Math.floorMod(Values.whole(value), 2L) == 1;
      case "even" -> Math.floorMod(Values.whole(value), 2L) == 0;
      case "divisibleby" ->
          Math.floorMod(Values.whole(value), Values.whole(only(arguments, name))) == 0;
      case "callable" -> value instanceof Callable;
      case "eq", "equalto", "==" -> Values.areEqual(value, only(arguments, name));
      case "ne", "!=" -> !Values.areEqual(value, only(arguments, name));
      case "in" -> Values.contains(only(arguments, name), value);
      default -> throw new TemplateException("there is no test '" + name + "' here");
    };
  }

  private static Object only(List<Object> arguments, String name) {
    return Functions.argument(arguments, 0, name);
  }
}
