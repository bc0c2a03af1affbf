package io.gdpo.group.synthesis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The sentences of a survey's question, and how one becomes a part of another. */
final class Sentences {
  private static final Set<String> ORDINARY_FIRST_WORDS =
      Set.of(
          """
          the a an it it's people women men when on in if most this there these they we having
          being do does is are to for how what that children our your my work protecting good
          increase providing using
          """
              .strip()
              .split("\\s+"));

  private Sentences() {}

  /** Those of a text that have a word or a number. */
  static List<String> of(String text) {
    List<String> sentences = new ArrayList<>();
    for (String sentence : text.replaceAll("\\s+", " ").split("(?<=[.?!])\\s+(?=\\S)")) {
      if (sentence.matches(".*[\\p{L}\\p{N}].*")) {
        sentences.add(sentence.strip());
      }
    }
    return sentences;
  }

  /** A sentence without the marks at its ends. */
  static String bare(String text) {
    String words = text.replaceAll("\\s+", " ").replaceAll("^[\\s.…(]+|[\\s?.!…:,(-]+$", "");
    return words.endsWith(")") && words.indexOf('(') < 0
        ? words.replaceAll("[\\s.,)]+$", "")
        : words;
  }

  /** A sentence as part of another: an ordinary first word is written small. */
  static String inside(String text) {
    String sentence = bare(text);
    int space = sentence.indexOf(' ');
    String first = space < 0 ? sentence : sentence.substring(0, space);
    return ORDINARY_FIRST_WORDS.contains(first.toLowerCase(Locale.ROOT))
        ? first.toLowerCase(Locale.ROOT) + sentence.substring(first.length())
        : sentence;
  }
}
