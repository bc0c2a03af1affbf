package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands behind a {@code |}. */
final class Filters {
  private Filters() {}

  @FunctionalInterface
  interface Filter {
    /**
     * @param a arguments
     * @param n arguments by name
     */
    Object apply(Object value, List<Object> a, Map<String, Object> n);
  }

  /** Null if there is none of that name. */
  static Filter find(String name) {
    return switch (name) {
      case "trim" ->
          (v, a, n) ->
              TextMethods.strip(
                  PythonText.of(v), a.isEmpty() ? null : Values.text(a.get(0)), true, true);
      case "length", "count" -> (v, a, n) -> Values.length(v);
      case "string" -> (v, a, n) -> PythonText.of(v);
      case "safe" -> (v, a, n) -> v;
      case "upper" -> (v, a, n) -> PythonText.of(v).toUpperCase(Locale.ROOT);
      case "lower" -> (v, a, n) -> PythonText.of(v).toLowerCase(Locale.ROOT);
      case "title" -> (v, a, n) -> TextMethods.title(PythonText.of(v));
      case "capitalize" -> (v, a, n) -> TextMethods.capitalized(PythonText.of(v));
      case "replace" ->
          (v, a, n) ->
              TextMethods.replaced(
                  PythonText.of(v),
                  PythonText.of(Functions.argument(a, 0, name)),
                  PythonText.of(Functions.argument(a, 1, name)),
                  -1);
      case "default", "d" -> Filters::orDefault;
      case "first" -> (v, a, n) -> Values.item(Values.elements(v), 0L);
      case "last" -> (v, a, n) -> Values.item(Values.elements(v), -1L);
      case "list" -> (v, a, n) -> Values.elements(v);
      case "reverse" -> (v, a, n) -> Values.slice(v, null, null, -1L);
      case "items" -> (v, a, n) -> v instanceof Map<?, ?> map ? MapMethods.items(map) : List.of();
      case "join" -> Filters::join;
      case "int" -> (v, a, n) -> whole(v);
      case "abs" -> (v, a, n) -> Values.compare(v, 0L) < 0 ? Arithmetic.negative(v) : v;
      case "tojson" -> (v, a, n) -> json(v, a.isEmpty() ? n.get("indent") : a.get(0));
      case "indent" -> (v, a, n) -> indented(PythonText.of(v), a, n);
      case "map" -> Filters::map;
      case "select" -> (v, a, n) -> selected(v, a, true, false);
      case "reject" -> (v, a, n) -> selected(v, a, false, false);
      case "selectattr" -> (v, a, n) -> selected(v, a, true, true);
      case "rejectattr" -> (v, a, n) -> selected(v, a, false, true);
      default -> null;
    };
  }

  private static Object orDefault(Object value, List<Object> a, Map<String, Object> n) {
    boolean orFalse = Values.isTrue(a.size() > 1 ? a.get(1) : n.get("boolean"));
    boolean given = orFalse ? Values.isTrue(value) : value != Undefined.UNDEFINED;
    return given ? value : a.isEmpty() ? n.getOrDefault("default_value", "") : a.get(0);
  }

  private static Object join(Object value, List<Object> a, Map<String, Object> n) {
    String between = PythonText.of(a.isEmpty() ? n.getOrDefault("d", "") : a.get(0));
    StringBuilder joined = new StringBuilder();
    String before = "";
    for (Object element : Values.elements(value)) {
      PythonText.add(joined, before);
      PythonText.add(joined, PythonText.of(element));
      before = between;
    }
    return joined.toString();
  }

  private static Object whole(Object value) {
    if (value instanceof String text) {
      return text.strip().matches("[-+]?\\d{1,18}") ? Long.parseLong(text.strip()) : 0L;
    }
    return Values.isNumber(value) ? Values.number(value).longValue() : 0L;
  }

  private static String json(Object value, Object indent) {
    return PythonText.json(
        value, indent == null ? null : (int) Math.max(0, Math.min(16, Values.whole(indent))));
  }

  private static String indented(String text, List<Object> a, Map<String, Object> n) {
    Object width = a.isEmpty() ? n.getOrDefault("width", 4L) : a.get(0);
    String blanks =
        width instanceof String given
            ? given
            : " ".repeat((int) Math.max(0, Math.min(100, Values.whole(width))));
    boolean first = Values.isTrue(a.size() > 1 ? a.get(1) : n.get("first"));
    StringBuilder out = new StringBuilder();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      boolean indents = i == 0 ? first : !lines[i].isEmpty();
      out.append(i == 0 ? "" : "\n").append(indents ? blanks : "").append(lines[i]);
    }
    return out.toString();
  }

  private static Object map(Object value, List<Object> a, Map<String, Object> n) {
    List<Object> mapped = new ArrayList<>();
    for (Object element : Values.elements(value)) {
      if (n.containsKey("attribute")) {
        Object field = Values.item(element, n.get("attribute"));
        mapped.add(
            field == Undefined.UNDEFINED && n.containsKey("default") ? n.get("default") : field);
      } else {
        String name = Values.text(Functions.argument(a, 0, "map"));
        Filter filter = find(name);
        if (filter == null) {
          throw new TemplateException("there is no filter '" + name + "' here");
        }
        mapped.add(filter.apply(element, a.subList(1, a.size()), n));
      }
    }
    return mapped;
  }

  private static Object selected(Object value, List<Object> a, boolean wanted, boolean ofField) {
    int place = ofField ? 1 : 0;
    List<Object> selected = new ArrayList<>();
    for (Object element : Values.elements(value)) {
      Object asked =
          ofField ? Values.item(element, Functions.argument(a, 0, "selectattr")) : element;
      boolean holds =
          a.size() <= place
              ? Values.isTrue(asked)
              : Tests.holds(Values.text(a.get(place)), asked, a.subList(place + 1, a.size()));
      if (holds == wanted) {
        selected.add(element);
      }
    }
    return selected;
  }
}
