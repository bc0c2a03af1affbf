package io.gdpo.group.chat;

import io.gdpo.group.belief.OptionBelief;
import io.gdpo.group.survey.GroupQuestion.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for answers that express another option than theirs: one that names another option of
 * another belief and not its own, or that begins on the other side. By words only, so it finds some
 * and not all, and is sometimes wrong: enough to tell a model that mixes options up from one that
 * does not.
 */
final class ExpressedOption {
  private static final Pattern NEGATED =
      Pattern.compile("(?:\\b(?:not|never|hardly|cannot|without)|n't)(?: \\S+){0,2} $");

  private static final Pattern SENTENCE_END = Pattern.compile("[.!?;](?:\\s|$)");

  private ExpressedOption() {}

  /** Where an option's words stand in an answer. */
  private record Named(Answer option, int start, int end) {
    boolean isWithin(Named other) {
      return other.start <= start && end <= other.end && other.end - other.start > end - start;
    }
  }

  /**
   * Why an answer does not seem to express its option; empty if nothing speaks against it.
   *
   * @param options of the question
   * @param option its place
   */
  static Optional<String> doubt(List<Answer> options, int option, String answer) {
    Answer own = options.get(option);
    List<Answer> named = named(options, words(answer));
    if (!named.isEmpty() && named.stream().noneMatch(other -> other.belief() == own.belief())) {
      return Optional.of("says '" + named.get(0).option() + "'");
    }
    int begins =
        OptionBelief.of(SENTENCE_END.split(answer, 2)[0]).map(OptionBelief.Found::belief).orElse(0);
    if (own.belief() > 3 && (begins == 1 || begins == 2)) {
      return Optional.of("begins against it, and its option is for it");
    }
    if ((own.belief() == 1 || own.belief() == 2) && begins > 3) {
      return Optional.of("begins in favour, and its option is against it");
    }
    return Optional.empty();
  }

  /** The options whose words stand in an answer, not negated and not as part of another's. */
  private static List<Answer> named(List<Answer> options, String answer) {
    List<Named> found = new ArrayList<>();
    for (Answer option : options) {
      String words = words(option.option());
      Matcher place =
          Pattern.compile("(?<= )" + Pattern.quote(words.strip()) + "(?= )").matcher(answer);
      while (!words.isBlank() && place.find()) {
        found.add(new Named(option, place.start(), place.end()));
      }
    }
    return found.stream()
        .filter(one -> found.stream().noneMatch(one::isWithin))
        .filter(one -> !NEGATED.matcher(answer.substring(0, one.start)).find())
        .map(Named::option)
        .distinct()
        .toList();
  }

  /** In lower case, each between blanks. */
  private static String words(String text) {
    return " "
        + text.toLowerCase(Locale.ROOT)
            .replace('\u2019', '\'')
            .replaceAll("\\((?:vol\\.?|do not read|spontaneous)\\)", " ")
            .replaceAll("[^\\p{L}\\p{M}\\p{N}']+", " ")
            .strip()
        + " ";
  }
}
