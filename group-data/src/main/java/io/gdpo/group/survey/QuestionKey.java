package io.gdpo.group.survey;

import io.gdpo.artifacts.Digests;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Which questions are the same: those that differ only in case, spaces, the encoding of accents and
 * punctuation. Symbols are part of a question ({@code C} and {@code C++}, two emoji), and so is
 * punctuation that stands for something: {@code C#}, {@code 5 %}, {@code .NET}, {@code -5}, {@code
 * 1.5}.
 */
final class QuestionKey {
  private static final String STANDS_FOR_SOMETHING = "#%&*@\\\u2030\u00A7";

  /** Accents that stand alone are typed for apostrophes. */
  private static final String TYPED_FOR_APOSTROPHES = "\u00B4`";

  private QuestionKey() {}

  /** What the same questions have in common. */
  static String of(String question) {
    String text = Normalizer.normalize(question, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      key.append(separates(text, i) ? ' ' : text.charAt(i));
    }
    return key.toString().replaceAll(" +", " ").strip();
  }

  /** A question's id, the same for every group. */
  static String id(String question) {
    byte[] hash = Digests.sha256().digest(of(question).getBytes(StandardCharsets.UTF_8));
    return "q-" + HexFormat.of().formatHex(hash, 0, 5);
  }

  /** Whether there is anything but punctuation. */
  static boolean saysSomething(String question) {
    return question
        .codePoints()
        .anyMatch(
            c ->
                switch (Character.getType(c)) {
                  case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.OTHER_SYMBOL ->
                      true;
                  default -> Character.isLetterOrDigit(c);
                });
  }

  private static boolean separates(String text, int i) {
    char c = text.charAt(i);
    if (Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || TYPED_FOR_APOSTROPHES.indexOf(c) >= 0) {
      return true;
    }
    return isPunctuation(c) && STANDS_FOR_SOMETHING.indexOf(c) < 0 && !isInPlace(text, i, c);
  }

  private static boolean isInPlace(String text, int i, char c) {
    char before = i == 0 ? ' ' : text.charAt(i - 1);
    char after = i + 1 == text.length() ? ' ' : text.charAt(i + 1);
    return switch (c) {
      case ',', ':', '/' -> Character.isDigit(before) && Character.isDigit(after);
      case '.' ->
          Character.isDigit(before)
              ? Character.isDigit(after)
              : Character.isLetterOrDigit(after) && before != '.' && !Character.isLetter(before);
      case '-' -> Character.isDigit(after) && !Character.isLetterOrDigit(before) && before != '-';
      default -> false;
    };
  }

  private static boolean isPunctuation(char c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
