package io.gdpo.lm.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What can be done with a value, as Python does it. Values are texts, whole numbers (Long), other
 * numbers (Double), Booleans, null for {@code None}, lists, maps, {@link Scope.Namespace}, {@link
 * Callable} and {@link Undefined}.
 */
final class Values {
  /** What a name stands for that nobody set: false, and empty as text and as list. */
  enum Undefined {
    UNDEFINED
  }

  private static final int DEEPEST = 20;

  private Values() {}

  static boolean isTrue(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    return value instanceof CharSequence text
        ? !text.isEmpty()
        : value instanceof List<?> list
            ? !list.isEmpty()
            : value instanceof Map<?, ?> map
                ? !map.isEmpty()
                : value != null && value != Undefined.UNDEFINED;
  }

  static boolean areEqual(Object left, Object right) {
    return areEqual(left, right, new int[1], 0);
  }

  private static boolean areEqual(Object left, Object right, int[] compared, int depth) {
    requireShallow(depth);
    if (++compared[0] > Budget.MOST) {
      throw new TemplateException("it compares lists of more than " + Budget.MOST + " elements");
    }
    if (isNumber(left) && isNumber(right)) {
      return number(left).doubleValue() == number(right).doubleValue();
    }
    if (left instanceof List<?> one && right instanceof List<?> other) {
      boolean equal = one.size() == other.size();
      for (int i = 0; equal && i < one.size(); i++) {
        equal = areEqual(one.get(i), other.get(i), compared, depth + 1);
      }
      return equal;
    }
    if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
      return one.size() == other.size()
          && one.entrySet().stream()
              .allMatch(
                  field ->
                      other.containsKey(field.getKey())
                          && areEqual(
                              field.getValue(), other.get(field.getKey()), compared, depth + 1));
    }
    return left == right || left instanceof String && left.equals(right);
  }

  /** What holds itself twice, again and again, would take for ever to look through. */
  static void requireShallow(int depth) {
    if (depth > DEEPEST) {
      throw new TemplateException("lists are more than " + DEEPEST + " deep in each other");
    }
  }

  static int compare(Object left, Object right) {
    if (isNumber(left) && isNumber(right)) {
      return Double.compare(number(left).doubleValue(), number(right).doubleValue());
    }
    if (left instanceof String one && right instanceof String other) {
      return one.compareTo(other);
    }
    throw new TemplateException(kind(left) + " and " + kind(right) + " have no order");
  }

  static boolean contains(Object in, Object value) {
    if (in instanceof String text) {
      if (value instanceof String part) {
        return text.contains(part);
      }
      throw new TemplateException("a text holds no " + kind(value));
    }
    if (in instanceof Map<?, ?> map) {
      return value instanceof String && map.containsKey(value);
    }
    return elements(in).stream().anyMatch(element -> areEqual(element, value));
  }

  /** What a loop goes through. */
  static List<Object> elements(Object value) {
    if (value instanceof List<?> list) {
      return new ArrayList<>(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
    }
    if (value == Undefined.UNDEFINED) {
      return new ArrayList<>();
    }
    throw new TemplateException(kind(value) + " has no elements");
  }

  static long length(Object value) {
    return value instanceof String text
        ? text.codePointCount(0, text.length())
        : value instanceof Map<?, ?> map ? map.size() : elements(value).size();
  }

  /** {@code value.name}: a method first, then what a map has under the name. */
  static Object attribute(Object value, String name) {
    if (value == Undefined.UNDEFINED) {
      throw new TemplateException("something undefined has no '" + name + "'");
    }
    Callable method = method(value, name);
    return method != null ? method : field(value, name);
  }

  private static Callable method(Object value, String name) {
    return value instanceof String text
        ? TextMethods.of(text, name)
        : value instanceof Map<?, ?> map ? MapMethods.of(map, name) : null;
  }

  private static Object field(Object value, Object key) {
    Map<?, ?> fields =
        value instanceof Scope.Namespace space
            ? space.fields()
            : value instanceof Map<?, ?> map ? map : Map.of();
    return key instanceof String && fields.containsKey(key) ? fields.get(key) : Undefined.UNDEFINED;
  }

  /** {@code value[key]}: what a map has under it, then a method. */
  static Object item(Object value, Object key) {
    if (value == Undefined.UNDEFINED) {
      throw new TemplateException("something undefined has no [" + PythonText.repr(key) + "]");
    }
    if (key instanceof Long index && (value instanceof List<?> || value instanceof String)) {
      List<Object> elements = elements(value);
      long place = index < 0 ? index + elements.size() : index;
      return place < 0 || place >= elements.size()
          ? Undefined.UNDEFINED
          : elements.get((int) place);
    }
    Object field = field(value, key);
    Callable method =
        field == Undefined.UNDEFINED && key instanceof String name ? method(value, name) : null;
    return method != null ? method : field;
  }

  /** {@code value[from:to:step]}; null for what is left out. */
  static Object slice(Object value, Object from, Object to, Object by) {
    List<Object> elements = elements(value);
    long size = elements.size();
    long step = by == null ? 1 : Math.max(-size - 1, Math.min(size + 1, whole(by)));
    if (step == 0) {
      throw new TemplateException("the step of a slice is 0");
    }
    long lowest = step > 0 ? 0 : -1;
    long first = from == null ? (step > 0 ? 0 : size - 1) : within(whole(from), size, lowest);
    long last = to == null ? (step > 0 ? size : -1) : within(whole(to), size, lowest);
    List<Object> taken = new ArrayList<>();
    for (long i = first; step > 0 ? i < last : i > last; i += step) {
      taken.add(elements.get((int) i));
    }
    if (value instanceof String) {
      return String.join("", taken.stream().map(Object::toString).toList());
    }
    return taken;
  }

  private static long within(long place, long size, long lowest) {
    long highest = size + lowest;
    return Math.max(lowest, Math.min(highest, place < 0 ? place + size : place));
  }

  static long whole(Object value) {
    if (value instanceof Long || value instanceof Boolean) {
      return number(value).longValue();
    }
    throw new TemplateException(kind(value) + " is no whole number");
  }

  static boolean isNumber(Object value) {
    return value instanceof Number || value instanceof Boolean;
  }

  static Number number(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? 1L : 0L;
    }
    if (value instanceof Number number) {
      return number;
    }
    throw new TemplateException(kind(value) + " is no number");
  }

  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateException(kind(value) + " is no text");
  }

  /** For messages. */
  static String kind(Object value) {
    if (value == Undefined.UNDEFINED) {
      return "something undefined";
    }
    return value == null
        ? "none"
        : value instanceof String
            ? "a text"
            : value instanceof List<?>
                ? "a list"
                : value instanceof Map<?, ?>
                    ? "a map"
                    : isNumber(value) ? "the number " + PythonText.of(value) : "a function";
  }
}
