package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Values.Undefined;
import java.util.List;
import java.util.Map;

/** Values as texts: as Python prints them, and as its {@code json.dumps} writes them. */
final class PythonText {
  private PythonText() {}

  /** What {@code {{ value }}} writes. */
  static String of(Object value) {
    return value instanceof String text ? text : value == Undefined.UNDEFINED ? "" : repr(value);
  }

  /** Within a list or a map. */
  static String repr(Object value) {
    StringBuilder out = new StringBuilder();
    repr(value, 0, out);
    return out.toString();
  }

  private static void repr(Object value, int depth, StringBuilder out) {
    Values.requireShallow(depth);
    if (value instanceof String text) {
      add(out, quotedAsPython(text));
    } else if (value instanceof List<?> list) {
      String before = "[";
      for (Object element : list) {
        add(out, before);
        repr(element, depth + 1, out);
        before = ", ";
      }
      add(out, list.isEmpty() ? "[]" : "]");
    } else if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> field : map.entrySet()) {
        add(out, before);
        repr(field.getKey(), depth + 1, out);
        add(out, ": ");
        repr(field.getValue(), depth + 1, out);
        before = ", ";
      }
      add(out, map.isEmpty() ? "{}" : "}");
    } else {
      add(out, word(value));
    }
  }

  private static String word(Object value) {
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    return value == null
        ? "None"
        : value instanceof Number
            ? value.toString()
            : value == Undefined.UNDEFINED ? "Undefined" : "<" + Values.kind(value) + ">";
  }

  private static String quotedAsPython(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    String escaped =
        text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    return quote + (quote == '\'' ? escaped.replace("'", "\\'") : escaped) + quote;
  }

  /** Adds a text, unless all of it became larger than a template may make. */
  static void add(StringBuilder out, String text) {
    if ((long) out.length() + text.length() > Budget.LONGEST) {
      throw Budget.tooLong();
    }
    out.append(text);
  }

  /**
   * As transformers has it, with letters of all languages as they are.
   *
   * @param indent blanks for each depth; null for one line
   */
  static String json(Object value, Integer indent) {
    StringBuilder out = new StringBuilder();
    json(value, indent, 0, out);
    return out.toString();
  }

  private static void json(Object value, Integer indent, int depth, StringBuilder out) {
    Values.requireShallow(depth);
    String end = indent == null ? "" : "\n" + " ".repeat(indent * depth);
    String inner = indent == null ? "" : end + " ".repeat(indent);
    String comma = indent == null ? ", " : ",";
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      String before = "{";
      for (Map.Entry<?, ?> field : map.entrySet()) {
        add(out, before + inner + quoted(of(field.getKey())) + ": ");
        json(field.getValue(), indent, depth + 1, out);
        before = comma;
      }
      add(out, end + "}");
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      String before = "[";
      for (Object element : list) {
        add(out, before + inner);
        json(element, indent, depth + 1, out);
        before = comma;
      }
      add(out, end + "]");
    } else if (value instanceof String text) {
      add(out, quoted(text));
    } else if (value == null || value instanceof Boolean) {
      add(out, String.valueOf(value));
    } else if (value instanceof Number || value instanceof List<?> || value instanceof Map<?, ?>) {
      add(out, repr(value));
    } else {
      throw new TemplateException(Values.kind(value) + " is no JSON");
    }
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      int named = "\"\\\n\r\t\b\f".indexOf(c);
      if (named >= 0) {
        out.append('\\').append("\"\\nrtbf".charAt(named));
      } else if (c < ' ') {
        out.append("\\u00")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
