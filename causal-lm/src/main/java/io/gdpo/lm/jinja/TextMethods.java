package io.gdpo.lm.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The methods of a text, as Python has them. */
final class TextMethods {
  private TextMethods() {}

  /** Null if there is none of that name. */
  static Callable of(String text, String name) {
    return switch (name) {
      case "strip" -> (a, n) -> strip(text, characters(a), true, true);
      case "lstrip" -> (a, n) -> strip(text, characters(a), true, false);
      case "rstrip" -> (a, n) -> strip(text, characters(a), false, true);
      case "startswith" -> (a, n) -> any(a).stream().anyMatch(text::startsWith);
      case "endswith" -> (a, n) -> any(a).stream().anyMatch(text::endsWith);
      case "removeprefix" ->
          (a, n) -> text.startsWith(word(a, 0)) ? text.substring(word(a, 0).length()) : text;
      case "removesuffix" ->
          (a, n) ->
              text.endsWith(word(a, 0))
                  ? text.substring(0, text.length() - word(a, 0).length())
                  : text;
      case "split" -> (a, n) -> split(text, a, n, false);
      case "rsplit" -> (a, n) -> split(text, a, n, true);
      case "upper" -> (a, n) -> text.toUpperCase(Locale.ROOT);
      case "lower" -> (a, n) -> text.toLowerCase(Locale.ROOT);
      case "title" -> (a, n) -> title(text);
      case "capitalize" -> (a, n) -> capitalized(text);
      case "replace" -> (a, n) -> replaced(text, word(a, 0), word(a, 1), most(a, n, 2, "count"));
      case "find" -> (a, n) -> (long) text.indexOf(word(a, 0));
      case "count" -> (a, n) -> (long) parts(text, word(a, 0), -1, false).size() - 1;
      case "isdigit" -> (a, n) -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
      default -> null;
    };
  }

  /** What Python takes for white space. */
  static boolean isSpace(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == '\u0085';
  }

  static String stripTrailing(String text) {
    return strip(text, null, false, true);
  }

  /**
   * @param characters that go; null for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    int begin = 0;
    int end = text.length();
    while (left && begin < end && goes(text.codePointAt(begin), characters)) {
      begin += Character.charCount(text.codePointAt(begin));
    }
    while (right && begin < end && goes(text.codePointBefore(end), characters)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(begin, end);
  }

  private static boolean goes(int character, String characters) {
    return characters == null ? isSpace(character) : characters.indexOf(character) >= 0;
  }

  private static String characters(List<Object> arguments) {
    return arguments.isEmpty() || arguments.get(0) == null ? null : word(arguments, 0);
  }

  private static String word(List<Object> arguments, int place) {
    return Values.text(Functions.argument(arguments, place, "a text's method"));
  }

  private static List<String> any(List<Object> arguments) {
    return Functions.argument(arguments, 0, "startswith") instanceof List<?> several
        ? several.stream().map(Values::text).toList()
        : List.of(word(arguments, 0));
  }

  private static int most(
      List<Object> arguments, java.util.Map<String, Object> named, int place, String name) {
    Object most = arguments.size() > place ? arguments.get(place) : named.getOrDefault(name, -1L);
    return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, Values.whole(most)));
  }

  private static List<Object> split(
      String text, List<Object> a, java.util.Map<String, Object> named, boolean fromRight) {
    int most = most(a, named, 1, "maxsplit");
    Object mark = a.isEmpty() ? named.get("sep") : a.get(0);
    if (mark != null) {
      return new ArrayList<>(parts(text, Values.text(mark), most, fromRight));
    }
    if (most >= 0) {
      throw new TemplateException("split by white space has no maxsplit here");
    }
    List<Object> words = new ArrayList<>();
    int begin = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || isSpace(text.charAt(i));
      if (space && begin >= 0) {
        words.add(text.substring(begin, i));
      }
      begin = space ? -1 : begin < 0 ? i : begin;
    }
    return words;
  }

  /**
   * @param most cuts; below 0 for all
   */
  private static List<String> parts(String text, String mark, int most, boolean fromRight) {
    if (mark.isEmpty()) {
      throw new TemplateException("a text cannot be split by an empty one");
    }
    List<String> parts = new ArrayList<>();
    if (fromRight) {
      int end = text.length();
      for (int at = text.lastIndexOf(mark, end - mark.length());
          at >= 0 && (most < 0 || parts.size() < most);
          at = end < mark.length() ? -1 : text.lastIndexOf(mark, end - mark.length())) {
        parts.add(text.substring(at + mark.length(), end));
        end = at;
      }
      parts.add(text.substring(0, end));
      Collections.reverse(parts);
      return parts;
    }
    int begin = 0;
    for (int at = text.indexOf(mark);
        at >= 0 && (most < 0 || parts.size() < most);
        at = text.indexOf(mark, begin)) {
      parts.add(text.substring(begin, at));
      begin = at + mark.length();
    }
    parts.add(text.substring(begin));
    return parts;
  }

  static String replaced(String text, String from, String to, int most) {
    if (from.isEmpty()) {
      throw new TemplateException("an empty text cannot be replaced");
    }
    List<String> parts = parts(text, from, most, false);
    if (text.length() + (long) parts.size() * to.length() > Budget.LONGEST) {
      throw Budget.tooLong();
    }
    return String.join(to, parts);
  }

  static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean letterBefore = false;
    for (char c : text.toCharArray()) {
      title.append(letterBefore ? Character.toLowerCase(c) : Character.toUpperCase(c));
      letterBefore = Character.isLetter(c);
    }
    return title.toString();
  }
}
