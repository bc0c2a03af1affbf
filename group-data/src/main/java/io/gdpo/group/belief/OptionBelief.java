package io.gdpo.group.belief;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says which belief class an answer option's text expresses: 5 and 4 favour, 3 neutral, 2 and 1
 * oppose, 0 no opinion.
 *
 * <p>A table of rules about wording (negation, intensity, hedges), read from top to bottom; the
 * first rule that matches decides. The rules hold for the short answers that surveys offer. A text
 * that no rule knows, a bare number, and a statement of more than {@value #LONGEST_ANSWER} words
 * have no class by themselves: {@link BeliefScale} may find it from the option's place among the
 * others.
 */
public final class OptionBelief {
  private static final int LONGEST_ANSWER = 10;

  private static final String AGAINST =
      "(?:bad|badly|worse|worsen|disagree|oppose|disapprove|unfavou?rable|dissatisfied|unlikely"
          + "|difficult|without|harm|harmful|hurt|unacceptable|negative|negatively|weaker|fewer"
          + "|decreased?|declining|losing|wrong|pessimistic|dangerous|divided|enemy|dislike"
          + "|disliked|unimportant|unsafe|against|fail|unhappy|unsatisfied|unjustified|losses"
          + "|inconvenient|unfair|uncomfortable|slower|smaller|down|distrust|useless|reject|lower"
          + "|longer|remove|limit|lessen|reduce)";

  private static final String FOR =
      "(?:good|better|best|improve|agree|support|favou?r|approve|favou?rable|satisfied|likely|easy"
          + "|helpful|help|helped|benefit|acceptable|accepted|accept|positive|positively|stronger"
          + "|strong|increased?|rising|progress|right|optimistic|safe|safer|partner|like|liked"
          + "|important|confident|concerned|worried|serious|interested|excited|closely|closer|close"
          + "|well|reliable|justified|justifiable|succeed|coexist|trusted|trust|happy|essential"
          + "|democratic|comfortable|useful|convenient|fair|enjoy|willing|active|enough|tough"
          + "|stable|diverse|familiar|proud|prepared|often|higher|major|building|keep|play"
          + "|creation|more|many|will|should|can|could|has|have|had|is|are|does|do|needs|mentioned"
          + "|big|threat|problem|danger|priority|confidence|influence|changes|conflicts"
          + "|apologi[sz]ed)";

  private static final List<Rule> RULES =
      List.of(
          rule(
              "no opinion",
              0,
              "^(?:dk|don'?t know|do not know|not sure|unsure|refused?|no answer|no opinion|missing"
                  + "|not available|not applicable|never heard of|can(?:no|')?t (?:rate|say|choose)"
                  + "|prefer not|other|not a moral issue|total)\\b"
                  + "|\\brefused\\b|\\bno opinion\\b|^already |^none\\b(?! at all)"),
          rule(
              "neither side",
              3,
              "\\b(?:depends?|neither|both|mixed|equally|undecided|in between|neutral)\\b"
                  + "|\\babout (?:the same|as|right|the right)\\b|\\bsame\\b"
                  + "|^(?:just )?(?:the )?right amount$|^average$|^as \\w+ as\\b|^hard to say"
                  + "|^(?:it )?varies|^halfway|\\b50.?50\\b"),
          rule(
              "no change",
              3,
              "\\b(?:no|not much) (?:difference|change|effect|impact|influence)\\b"
                  + "|(?:\\bnot|n't) (?:make|matter)\\b|\\bnot changed?\\b|^no apology"
                  + "|^has already happened"),
          rule(
              "definite yes",
              5,
              "^yes,? (?:very|strongly|definitely|absolutely|certainly|always)\\b"),
          rule("not at all", 1, "\\bat all\\b"),
          rule(
              "never, nothing, the least",
              1,
              "^(?:nothing|never|no priority|poor|terrible|the worst|worst|very few|not more)\\b"
                  + "|\\bnever\\b|\\bdoes nothing\\b|n't need to\\b|\\bthere are not? \\b"
                  + "|\\bdefinitely (?:not|no|fail|will not|would not)\\b|\\babsolutely not\\b"
                  + "|\\bwill not replace\\b"),
          rule(
              "strongly against",
              1,
              "\\b(?:very|strongly|completely|totally|extremely|much|definitely|a lot|far)\\b"
                  + "(?: \\w+)?? (?:less|"
                  + AGAINST
                  + ")\\b|\\b"
                  + AGAINST
                  + "\\b.* (?:strongly|completely|a lot|a great deal|very much)$"),
          rule(
              "only little",
              2,
              "^(?:only|just|small|below|fewer|rarely|hardly|a lower|low|few)\\b|\\bonly a\\b"
                  + "|\\btoo little\\b|\\bless\\b|\\bminor changes\\b|\\bseldom\\b"),
          rule("negated", 2, "^no\\b|\\bnot\\b|\\bcannot\\b|n't\\b"),
          rule("against", 2, "\\b" + AGAINST + "\\b"),
          rule(
              "strongly for",
              5,
              "^(?:very|strongly|completely|totally|extremely|definitely|absolutely|always|often"
                  + "|excellent|top|major|huge|bigger|one of the most)\\b|^most$"
                  + "|\\bvery \\w+ (?:priority|problem|threat|good|bad)"
                  + "|\\b(?:strongly|completely|a lot|great deal|good deal|great|the best"
                  + "|quite a lot|already replaced|much more|much better|very much|past year)\\b"),
          rule(
              "for, with a hedge",
              4,
              "^(?:yes|some|somewhat|fairly|mostly|largely|rather|quite|probably|moderate"
                  + "|moderately|generally|minor|many|most|sometimes|usually|a little"
                  + "|(?:a )?fair amount|too|more|above)\\b"),
          rule("for", 4, "\\b" + FOR + "\\b"));

  private static final Pattern SURVEY_NOTES =
      Pattern.compile("\\((?:vol\\.?|do not read|spontaneous|if volunteered)\\)|\\[[^\\]]*\\]");

  private OptionBelief() {}

  /**
   * A belief class and the rule that found it.
   *
   * @param belief 0 to 5
   * @param rule the rule's name, for the dataset card
   */
  public record Found(int belief, String rule) {}

  private record Rule(String name, int belief, Pattern pattern) {}

  private static Rule rule(String name, int belief, String pattern) {
    return new Rule(name, belief, Pattern.compile(pattern));
  }

  /** The belief class that a text expresses by itself, if the rules can tell. */
  public static Optional<Found> of(String option) {
    String text = normalised(option);
    if (text.matches("\\d+\\b.*") || tooLong(text)) {
      return Optional.empty();
    }
    return RULES.stream()
        .filter(rule -> rule.pattern.matcher(text).find())
        .findFirst()
        .map(rule -> new Found(rule.belief, rule.name));
  }

  private static boolean tooLong(String text) {
    return text.split(" ").length > LONGEST_ANSWER && !text.matches("(?:yes|no)\\b.*");
  }

  private static String normalised(String option) {
    String text = option.replace('’', '\'').toLowerCase(Locale.ROOT);
    return SURVEY_NOTES
        .matcher(text)
        .replaceAll(" ")
        .replaceAll("\\s+", " ")
        .replaceAll("^[ .?!]+|[ .?!]+$", "");
  }
}
