package io.gdpo.group.text;

import java.util.Locale;
import java.util.Optional;

/** What a text of a dataset may hold: anything that can be written, shown and learnt. */
public final class Characters {
  private Characters() {}

  /**
   * The first character that no text should hold, if there is one: a control character that is no
   * white space (a database takes no U+0000, a terminal obeys U+001B), or half of a surrogate pair.
   */
  public static Optional<String> problem(String text) {
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      int type = Character.getType(codePoint);
      if (type == Character.SURROGATE) {
        return Optional.of(told("half of a surrogate pair", codePoint, at));
      }
      if (type == Character.CONTROL && !isWhiteSpace(codePoint)) {
        return Optional.of(told("the control character", codePoint, at));
      }
      at += Character.charCount(codePoint);
    }
    return Optional.empty();
  }

  private static boolean isWhiteSpace(int codePoint) {
    return (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85;
  }

  private static String told(String what, int codePoint, int at) {
    return String.format(
        Locale.ROOT, "holds %s (U+%04X) at character %d; take it out", what, codePoint, at + 1);
  }
}
