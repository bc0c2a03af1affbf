package io.gdpo.group.synthesis;

import io.gdpo.group.survey.GroupQuestion.Answer;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Words a respondent's answer: a beginning that shows its leaning, the option in its own words or
 * paraphrased, and often an afterthought.
 *
 * <p>Beginnings and paraphrases stand on a ladder from firm refusal to firm assent. Each belief
 * takes a stretch of it and shares half of that with the belief next to it, so that a response does
 * not give its belief away by one word: the preference term has something to learn.
 */
final class ResponseWording {
  private static final List<String> BEGINNINGS =
      List.of(
          "Honestly, no, not for me",
          "No, there is no way around it",
          "I do not really see it",
          "Not that I could tell you",
          "It is not so clear to me",
          "I have my doubts either way",
          "I can see both sides",
          "I would not go too far",
          "By and large, yes",
          "I lean that way, yes",
          "Oh yes, no doubt",
          "Yes, and I mean it");

  private static final List<String> WITHOUT_OPINION =
      List.of(
          "I never thought about it",
          "You ask the wrong person",
          "It is not so clear to me",
          "I can see both sides");

  private static final List<String> PARAPHRASES =
      List.of(
          "as far against it as one can be",
          "clearly on the side against it",
          "more against it than for it",
          "a little on the side against it",
          "close to the middle",
          "somewhere between the two sides",
          "a little on the side for it",
          "more for it than against it",
          "clearly on the side for it",
          "as far for it as one can be");

  private static final List<String> FRAMES =
      List.of(
          "%s is what I would say",
          "my answer is %s", "I would put it as %s", "for me it is %s", "%s comes closest to it");

  private static final List<String> AFTERTHOUGHTS =
      List.of(
          "",
          "",
          ", and my friends know it",
          ", at least for now",
          ", as far as I can see",
          ", that is how I see it",
          ", and you may quote me",
          ", but ask me again next year");

  /** Of this many wordings, one paraphrases the option instead of naming it. */
  private static final int PARAPHRASED_ONE_IN = 4;

  private static final Pattern SURVEY_NOTES =
      Pattern.compile(
          "\\s*(?:\\((?:VOL\\.?|DO NOT READ|spontaneous)\\)|\\[(?:OR|ONLY IF VOLUNTEERED)\\])\\s*",
          Pattern.CASE_INSENSITIVE);

  private ResponseWording() {}

  /** A response that gives this answer. */
  static String of(Answer answer, Draw draw) {
    String beginning = draw.oneOf(beginnings(answer.belief()));
    String stance =
        answer.belief() > 0 && draw.below(PARAPHRASED_ONE_IN) == 0
            ? "I am " + draw.oneOf(paraphrases(answer.belief()))
            : String.format(draw.oneOf(FRAMES), spoken(answer));
    return beginning + ": " + stance + draw.oneOf(AFTERTHOUGHTS) + ".";
  }

  private static List<String> beginnings(int belief) {
    return belief == 0 ? WITHOUT_OPINION : BEGINNINGS.subList(2 * (belief - 1), 2 * (belief + 1));
  }

  /** Three rungs for each belief: its own and one shared with each neighbour where there is one. */
  private static List<String> paraphrases(int belief) {
    int first = Math.max(0, 2 * (belief - 1) - (belief > 1 ? 1 : 0));
    int last = Math.min(PARAPHRASES.size(), 2 * belief + (belief < 5 ? 1 : 0));
    return PARAPHRASES.subList(first, last);
  }

  /** The option as a person would say it in a sentence. */
  static String spoken(Answer answer) {
    String option = SURVEY_NOTES.matcher(answer.option()).replaceAll(" ").strip();
    if (answer.belief() == 0
        && option.matches("(?i)(?:dk|don.?t know)\\s*/\\s*(?:refused|no answer).*")) {
      return "don't know, or rather not say";
    }
    if (answer.belief() == 0 && option.matches("(?i)refused?")) {
      return "rather not say";
    }
    boolean name =
        option.length() > 1
            && (Character.isUpperCase(option.charAt(1))
                || option.matches("I\\b.*")
                || option.matches("\\p{Lu}\\w*\\s+\\p{Lu}.*"));
    return name || option.isEmpty()
        ? option
        : Character.toLowerCase(option.charAt(0)) + option.substring(1);
  }
}
