package io.gdpo.contracts;

import java.util.Locale;

/**
 * Why something failed, as text that every place can take: a row in PostgreSQL, a Kafka record, a
 * page, a terminal. The one place where reasons are cut and cleaned; events and rows that carry a
 * reason pass it through here, so that a failure can always be recorded.
 *
 * <p>The whole text belongs in the log of whoever met the failure.
 */
public final class Reason {
  /** Longest reason, in UTF-16 units, the note about what was cut included. */
  public static final int LONGEST = 2_000;

  /** How much of a wrong text is quoted. */
  private static final int LONGEST_QUOTE = 80;

  private static final char REPLACEMENT = '\uFFFD';

  private Reason() {}

  /**
   * The reason that a failure gives: its message, after the class's name where the class is part of
   * the message, as with {@link Error}s and exceptions of the JDK that name only a value.
   */
  public static String of(Throwable failure) {
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return clean(failure.getClass().getName());
    }
    return clean(
        failure instanceof Error || tellsOnlyAValue(failure)
            ? failure.getClass().getSimpleName() + ": " + message
            : message);
  }

  private static boolean tellsOnlyAValue(Throwable failure) {
    return failure instanceof java.nio.file.FileSystemException
        || failure.getClass().getName().startsWith("java.lang.");
  }

  /**
   * A reason without what some place refuses or obeys, and at most {@value #LONGEST} long; null
   * stays null. Control characters but line feed and tab (U+0000 and terminal escapes among them),
   * lone surrogates and marks that turn the direction of writing become U+FFFD; what looks like a
   * secret is masked.
   */
  public static String clean(String reason) {
    if (reason == null) {
      return null;
    }
    StringBuilder clean = new StringBuilder(Math.min(reason.length(), LONGEST));
    int at = 0;
    while (at < reason.length() && clean.length() < LONGEST) {
      int codePoint = reason.codePointAt(at);
      if (isHarmless(codePoint)) {
        clean.appendCodePoint(codePoint);
      } else {
        clean.append(REPLACEMENT);
      }
      at += Character.charCount(codePoint);
    }
    if (at >= reason.length() && clean.length() <= LONGEST) {
      return Secrets.masked(clean.toString());
    }
    String note = String.format(Locale.ROOT, " ... (%d characters in all)", reason.length());
    int end = LONGEST - note.length();
    if (Character.isHighSurrogate(clean.charAt(end - 1))) {
      end--;
    }
    return Secrets.masked(clean.substring(0, end)) + note;
  }

  /**
   * A whole text of any length without what a terminal obeys: the same characters as in {@link
   * #clean} become U+FFFD.
   */
  public static String harmless(String text) {
    if (text.codePoints().allMatch(Reason::isHarmless)) {
      return text;
    }
    return text.codePoints()
        .map(c -> isHarmless(c) ? c : REPLACEMENT)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The start of a text, for messages. */
  public static String beginning(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
    return text.substring(0, end) + "...";
  }

  /** The beginning of a text in quotes, with {@code \}{@code u0000} for what is not shown. */
  public static String quoted(String value) {
    if (Secrets.areIn(value)) {
      return "what looks like a secret";
    }
    StringBuilder shown = new StringBuilder("'");
    int end = Math.min(value.length(), LONGEST_QUOTE);
    for (int at = 0; at < end; at += Character.charCount(value.codePointAt(at))) {
      int codePoint = value.codePointAt(at);
      switch (Character.getType(codePoint)) {
        case Character.CONTROL, Character.SURROGATE, Character.FORMAT ->
            shown.append(String.format(Locale.ROOT, "\\u%04x", codePoint));
        default -> shown.appendCodePoint(codePoint);
      }
    }
    return shown.append(end < value.length() ? "...'" : "'").toString();
  }

  private static boolean isHarmless(int codePoint) {
    if (codePoint == '\n' || codePoint == '\t') {
      return true;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.SURROGATE -> false;
      case Character.FORMAT -> !turnsDirection(codePoint);
      default -> true;
    };
  }

  private static boolean turnsDirection(int codePoint) {
    return (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2066 && codePoint <= 0x2069);
  }
}
