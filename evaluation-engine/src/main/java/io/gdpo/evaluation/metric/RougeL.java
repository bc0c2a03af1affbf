package io.gdpo.evaluation.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * ROUGE-L F1 (Lin 2004): how much of two texts is one common subsequence of words.
 *
 * <pre>F1 = 2 P R / (P + R),  P = LCS / |candidate|,  R = LCS / |reference|</pre>
 *
 * Words are runs of letters and digits in lower case, unstemmed; for English the same as the {@code
 * rouge_score} package.
 */
final class RougeL {
  private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

  private RougeL() {}

  /** ROUGE-L F1 of {@code candidate} against {@code reference}, 0 to 1. */
  static double f1(String candidate, String reference) {
    List<String> a = words(candidate);
    List<String> b = words(reference);
    int common = longestCommonSubsequence(a, b);
    if (common == 0) {
      return 0;
    }
    double precision = (double) common / a.size();
    double recall = (double) common / b.size();
    return 2 * precision * recall / (precision + recall);
  }

  /** The best match among several references. */
  static double best(String candidate, Iterable<String> references) {
    double best = 0;
    for (String reference : references) {
      best = Math.max(best, f1(candidate, reference));
    }
    return best;
  }

  private static List<String> words(String text) {
    return BETWEEN_WORDS
        .splitAsStream(text.toLowerCase(Locale.ROOT))
        .filter(w -> !w.isEmpty())
        .toList();
  }

  private static int longestCommonSubsequence(List<String> a, List<String> b) {
    int[] row = new int[b.size() + 1];
    for (String word : a) {
      int diagonal = 0;
      for (int j = 1; j <= b.size(); j++) {
        int above = row[j];
        row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[b.size()];
  }
}
