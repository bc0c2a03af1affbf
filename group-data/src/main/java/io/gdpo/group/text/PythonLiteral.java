package io.gdpo.group.text;

import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python values as {@code repr} prints them, because the public GlobalOpinionQA table stores
 * its lists and dictionaries that way: {@code defaultdict(<class 'list'>, {'A': [0.5, 0.5]})}.
 * Knows dictionaries, lists, tuples, strings, numbers (also {@code nan} and {@code inf}), {@code
 * True}, {@code False} and {@code None}.
 */
public final class PythonLiteral {
  private final String text;
  private int at;
  private int depth;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /** A text that is not a Python literal; the message says where it stops being one. */
  public static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
      super(message);
    }
  }

  /** What Python prints as None: a value that is not there. */
  public enum None {
    NONE
  }

  /**
   * A {@code Map<String, Object>}, {@code List<Object>}, String, Double, Boolean or {@link None}.
   *
   * @throws MalformedException if this is none
   */
  public static Object parse(String text) {
    PythonLiteral literal = new PythonLiteral(text);
    Object value = literal.value();
    literal.skipSpace();
    if (literal.at < text.length()) {
      throw literal.malformed("nothing more");
    }
    return value;
  }

  private Object value() {
    skipSpace();
    if (text.startsWith("defaultdict(", at)) {
      at = text.indexOf('{', at) < 0 ? text.length() : text.indexOf('{', at);
      Object dictionary = value();
      expect(')');
      return dictionary;
    }
    return switch (peek()) {
      case '{', '[', '(' -> nested();
      case '\'', '"' -> string();
      default -> wordOrNumber();
    };
  }

  private Object nested() {
    if (++depth > Bounds.NESTING) {
      throw new MalformedException(
          "is nested more than " + Bounds.NESTING + " deep at character " + (at + 1));
    }
    Object value =
        switch (peek()) {
          case '{' -> dictionary();
          case '[' -> sequence(']');
          default -> sequence(')');
        };
    depth--;
    return value;
  }

  private Map<String, Object> dictionary() {
    Map<String, Object> values = new LinkedHashMap<>();
    expect('{');
    while (!found('}')) {
      String key = String.valueOf(value());
      expect(':');
      values.put(key, value());
      if (!found(',')) {
        expect('}');
        break;
      }
    }
    return values;
  }

  private List<Object> sequence(char close) {
    List<Object> values = new ArrayList<>();
    at++;
    while (!found(close)) {
      values.add(value());
      if (!found(',')) {
        expect(close);
        break;
      }
    }
    return values;
  }

  private String string() {
    char quote = text.charAt(at++);
    StringBuilder characters = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      characters.append(c == '\\' && at < text.length() ? escaped() : String.valueOf(c));
    }
    if (at == text.length()) {
      throw malformed("a closing " + quote);
    }
    at++;
    return characters.toString();
  }

  private String escaped() {
    char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'x' -> codePoint(2);
      case 'u' -> codePoint(4);
      case 'U' -> codePoint(8);
      case '\\', '\'', '"' -> String.valueOf(c);
      default -> "\\" + c;
    };
  }

  private String codePoint(int digits) {
    try {
      String character = Character.toString(Integer.parseInt(text.substring(at, at + digits), 16));
      at += digits;
      return character;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw malformed(digits + " hexadecimal digits");
    }
  }

  private Object wordOrNumber() {
    int start = at;
    while (at < text.length() && ",]}): \n\t".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    switch (word) {
      case "None":
        return None.NONE;
      case "True":
        return true;
      case "False":
        return false;
      case "nan":
        return Double.NaN;
      case "inf":
        return Double.POSITIVE_INFINITY;
      default:
        try {
          return Double.valueOf(word);
        } catch (NumberFormatException e) {
          at = start;
          throw malformed("a value");
        }
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw malformed("a value");
    }
    return text.charAt(at);
  }

  private boolean found(char c) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!found(c)) {
      throw malformed("'" + c + "'");
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private MalformedException malformed(String expected) {
    String found =
        at < text.length() ? text.substring(at, Math.min(at + 20, text.length())) : "the end";
    return new MalformedException(
        "expected " + expected + " at character " + (at + 1) + ", found " + found);
  }
}
