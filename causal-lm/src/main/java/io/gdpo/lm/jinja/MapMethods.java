package io.gdpo.lm.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The methods of a map that change nothing. */
final class MapMethods {
  private MapMethods() {}

  /** Null if there is none of that name. */
  static Callable of(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> (arguments, named) -> items(map);
      case "keys" -> (arguments, named) -> new ArrayList<Object>(map.keySet());
      case "values" -> (arguments, named) -> new ArrayList<Object>(map.values());
      case "get" -> (arguments, named) -> get(map, arguments);
      default -> null;
    };
  }

  static List<Object> items(Map<?, ?> map) {
    List<Object> items = new ArrayList<>();
    map.forEach((key, value) -> items.add(Arrays.asList(key, value)));
    return items;
  }

  private static Object get(Map<?, ?> map, List<Object> arguments) {
    Object key = Functions.argument(arguments, 0, "get");
    return key instanceof String && map.containsKey(key)
        ? map.get(key)
        : arguments.size() > 1 ? arguments.get(1) : null;
  }
}
