package io.gdpo.group.synthesis;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The list of answers that a survey reads out within its question. */
final class AnswerList {
  private static final Pattern LIST_LEAD_IN =
      Pattern.compile(
          "\\s*[-–—,:]\\s*(?:(?:would you say|it is|is it|are you|do you|or|an?)\\s+)*$",
          Pattern.CASE_INSENSITIVE);

  private AnswerList() {}

  /**
   * {@code Is it very important, somewhat important, or not important?} has no matter of its own.
   */
  static boolean isAll(String sentence) {
    return sentence
        .toLowerCase(Locale.ROOT)
        .matches(
            "(?:would you say )?(?:is|are|do|was|does) (?:it|you|they|this)(?: agree| describe)?\\b.*,.*,? or .*");
  }

  /** Leaves only the first of three or more answers that the sentence lists. */
  static String shortened(String sentence, List<String> options) {
    String lower = sentence.toLowerCase(Locale.ROOT);
    int from = Integer.MAX_VALUE;
    int firstEnd = 0;
    int to = 0;
    int found = 0;
    for (String option : options) {
      String text = option.toLowerCase(Locale.ROOT).replace('’', '\'');
      Matcher matcher = Pattern.compile("\\b" + Pattern.quote(text) + "\\b").matcher(lower);
      if (matcher.find()) {
        found++;
        if (matcher.start() < from) {
          from = matcher.start();
          firstEnd = matcher.end();
        }
        to = Math.max(to, matcher.end());
      }
    }
    if (found < 3 || !isList(lower.substring(from, to), options)) {
      return sentence;
    }
    String before = sentence.substring(0, from);
    String after = sentence.substring(to).strip();
    Matcher listLeadIn = LIST_LEAD_IN.matcher(before);
    if (after.isEmpty() && listLeadIn.find()) {
      return Sentences.bare(listLeadIn.replaceFirst(""));
    }
    return Sentences.bare(before + sentence.substring(from, firstEnd) + " " + after);
  }

  /** Whether a stretch of text is answers and hardly anything between them. */
  private static boolean isList(String text, List<String> options) {
    String rest = text;
    for (String option :
        options.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList()) {
      rest = rest.replace(option.toLowerCase(Locale.ROOT).replace('’', '\''), " ");
    }
    return ContentWords.missing(rest, options).isEmpty();
  }
}
