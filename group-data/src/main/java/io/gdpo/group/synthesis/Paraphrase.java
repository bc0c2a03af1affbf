package io.gdpo.group.synthesis;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a question in other words: the way a survey opens a question is replaced by another way of
 * asking, one for each style; the words that say what it is about stay, so that the question can be
 * recognised.
 */
final class Paraphrase {
  private static final List<Opening> OPENINGS =
      List.of(
          opening(
              "(?:do|would) you (?:\\w+ )?agree or disagree (?:that |with the statement:? ?)(.+)",
              "would you agree that %s",
              "is it right, in your eyes, that %s",
              "do you share the view that %s",
              "are you with the people who say that %s",
              "some say that %s, and do you agree"),
          opening(
              "how important (?:is it|would you say is) (?:to you |for you )?(?:that |to |having )?(.+)",
              "how much does it matter to you: %s",
              "is it important to you or not: %s",
              "how important would you call this: %s",
              "how much do you care about this: %s",
              "does this mean much to you: %s"),
          opening(
              "(?:tell me )?how much confidence do you have in (.+)",
              "how far do you trust %s",
              "how confident are you in %s",
              "how much trust do you put in %s",
              "do you have confidence in %s",
              "how much would you rely on %s"),
          opening(
              "how likely (?:is it|do you think it is) that (.+)",
              "what are the chances that %s",
              "do you expect that %s",
              "is it likely, you think, that %s",
              "how probable do you find it that %s",
              "would you bet that %s"),
          opening(
              "how satisfied are you with (.+)",
              "how happy are you with %s",
              "are you satisfied with %s",
              "how pleased are you with %s",
              "do you feel satisfied with %s",
              "how content are you with %s"),
          opening(
              "how (?:worried|concerned) are you(?:, if at all,)? (?:that|about) (.+)",
              "how much does it worry you: %s",
              "are you worried about this: %s",
              "do you worry about it: %s",
              "how concerned are you about this: %s",
              "does this trouble you: %s"),
          opening(
              "(?:do|would) you (?:support|favou?r) or (?:oppose|not) (.+)",
              "are you for or against %s",
              "would you support %s",
              "would you vote for %s",
              "do you stand for or against %s",
              "would you back %s"),
          opening(
              "(?:please tell me if )?(?:do )?you approve or disapprove of (.+)",
              "do you approve of %s",
              "are you happy with %s",
              "would you approve of %s",
              "do you like %s",
              "is it fine with you: %s"),
          opening(
              "is your opinion of (.+) favorable or unfavorable",
              "what do you think of %s",
              "is your opinion good about %s",
              "how do you feel about %s",
              "do you have a favorable opinion of %s",
              "how do you look at %s"),
          opening(
              "(?:please tell me if )?(?:do )?you have an? [\\w, ]+ opinion of (.+)",
              "what do you think of %s",
              "is your opinion good about %s",
              "how do you feel about %s",
              "do you have a favorable opinion of %s",
              "how do you look at %s"),
          opening(
              "compared with ([^,]+), (.+)",
              "if you think of %s, %s",
              "compared with %s, %s",
              "when you look back at %s, %s",
              "next to %s, %s",
              "against %s, %s"),
          opening(
              "how easy or difficult is it to (.+)",
              "is it easy or difficult to %s",
              "how easy is it to %s",
              "do you find it easy to %s",
              "how difficult do you find it to %s",
              "how hard is it to %s"),
          opening(
              "(?:please tell me (?:if|whether) )?(?:do )?you (?:personally )?(?:think|believe)(?: that)? (.+)",
              "would you say %s",
              "do you believe %s",
              "do you feel %s",
              "would you think %s",
              "is it your view: %s"),
          opening(
              "please (?:tell me|indicate)(?: for each)? (.+)",
              "could you tell me %s",
              "tell me %s",
              "I would like to know %s",
              "let me know %s",
              "can you say %s"),
          opening(
              "((?:should|would|will|has|have|had|is|are|was|were|do|does|did|can|could)\\b.+)",
              "in your view, %s",
              "what do you think, %s",
              "how would you answer this, %s",
              "as you see it, %s",
              "if I may ask, %s"),
          opening(
              "(.+)",
              "I wonder, %s",
              "here is what I wonder: %s",
              "what would you say, %s",
              "a question for you: %s",
              "say, %s"));

  private Paraphrase() {}

  private record Opening(Pattern asked, List<String> ways) {}

  private static Opening opening(String asked, String... ways) {
    return new Opening(Pattern.compile(asked, Pattern.CASE_INSENSITIVE), List.of(ways));
  }

  /**
   * A question in the words of one style, ending with a question mark and beginning small. An
   * opening that would drop a word of what is asked is not replaced.
   *
   * @param core the question, without its question mark
   * @param way which way of asking, from 0 to {@link SmallTalk#STYLES} - 1
   */
  static String of(String core, int way) {
    for (Opening opening : OPENINGS) {
      Matcher matcher = opening.asked.matcher(core);
      if (matcher.matches()) {
        Object[] rest = new Object[matcher.groupCount()];
        for (int i = 0; i < rest.length; i++) {
          rest[i] = small(matcher.group(i + 1));
        }
        String asked = String.format(Locale.ROOT, opening.ways.get(way), rest) + "?";
        if (ContentWords.missing(core, List.of(asked)).isEmpty()) {
          return asked;
        }
      }
    }
    throw new IllegalStateException("the last opening matches every question, but not: " + core);
  }

  /** Written small unless the word is a name, an abbreviation or "I". */
  private static String small(String text) {
    return text.matches(
            "(?:Should|Would|Will|Has|Have|Had|Is|Are|Was|Were|Do|Does|Did|Can|Could"
                + "|How|What|Which|Who|Where|When|In|On|The|Thinking|Of|For|As|Overall|Generally"
                + "|Now|And|Looking|Turning|If|To|From|Right|Please|Again|When|It|Here|Compared|Under)\\b.*")
        ? Character.toLowerCase(text.charAt(0)) + text.substring(1)
        : text;
  }
}
