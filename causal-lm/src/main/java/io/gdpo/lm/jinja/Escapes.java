package io.gdpo.lm.jinja;

/** The inside of a quoted text, with Python's escapes. */
final class Escapes {
  private static final String LETTERS = "abfnrtv\\'\"";
  private static final String MEANT = "\u0007\b\f\n\r\t\u000b\\'\"";

  private Escapes() {}

  static String read(String quoted) {
    if (quoted.indexOf('\\') < 0) {
      return quoted;
    }
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < quoted.length(); at++) {
      char c = quoted.charAt(at);
      if (c != '\\' || at + 1 == quoted.length()) {
        text.append(c);
        continue;
      }
      char escaped = quoted.charAt(++at);
      int letter = LETTERS.indexOf(escaped);
      int digits = "xuU".indexOf(escaped) < 0 ? 0 : 2 << "xuU".indexOf(escaped);
      if (letter >= 0) {
        text.append(MEANT.charAt(letter));
      } else if (digits > 0) {
        text.appendCodePoint(codePoint(quoted, at + 1, digits));
        at += digits;
      } else if (escaped != '\n') {
        text.append('\\').append(escaped);
      }
    }
    return text.toString();
  }

  private static int codePoint(String quoted, int from, int digits) {
    String hex = quoted.substring(from, Math.min(quoted.length(), from + digits));
    int point = hex.matches("[0-9a-fA-F]{" + digits + "}") ? Integer.parseUnsignedInt(hex, 16) : -1;
    if (!Character.isValidCodePoint(point)) {
      throw new TemplateException("'" + hex + "' is no character's number");
    }
    return point;
  }
}
