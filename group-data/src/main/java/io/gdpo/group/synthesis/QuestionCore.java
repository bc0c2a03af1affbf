package io.gdpo.group.synthesis;

import io.gdpo.group.belief.OptionBelief;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a survey question asks, as one sentence short enough for small talk.
 *
 * <p>Surveys read questions out with instructions, with the list of answers, and with blanks that
 * an item of a list fills ({@code Do you think that ____ is a major threat, a minor threat or not a
 * threat? c. Terrorism}). The core leaves the instructions out, names only the first answer of a
 * list of them, and puts the item where it belongs.
 *
 * @param sentence without the closing question mark
 * @param cut whether words of what is asked were left out because it was too long
 */
public record QuestionCore(String sentence, boolean cut) {
  /** What is longer is no small talk, whatever it asks. */
  private static final int MOST_WORDS = 60;

  private static final int WORDS_LEFT = 30;

  private static final Pattern BLANK = Pattern.compile("_{2,}(?:\\s*_+)*|<?\\[?INSERT[^\\s]*");
  private static final Pattern LETTERED_ITEM =
      Pattern.compile("^(.*?[?.!:_\\s…])\\s*\\(?[a-z]{1,2}[.)]\\s+(\\S.*)$", Pattern.DOTALL);
  private static final Pattern DOTTED_ITEM =
      Pattern.compile("^(.*\\S)\\s*(?:\\.{3,}|…)\\s*(\\S.*)$", Pattern.DOTALL);
  private static final Pattern WHICH_IS_CLOSER =
      Pattern.compile(
          ".*\\b(?:comes? clos(?:er|est) to|comes? closest)\\b[^?.]*[?.…]+(.*)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern DOTTED_ITEM_AND_TAIL =
      Pattern.compile(
          "^(.*?\\S)\\s*(?:\\.{3,}|…)\\s*(\\S.*?\\S)\\s*(?:\\.{3,}|…)\\s*(\\S.*)$", Pattern.DOTALL);
  private static final Pattern EACH =
      Pattern.compile(
          "\\beach of the following(?: (?:things|aspects|situations|actions|groups|areas|items|statements))?\\b");
  private static final Pattern ITEM_BELOW =
      Pattern.compile("^(.*\\S)\\s*\\n\\s*\\n\\s*(\\S.*)$", Pattern.DOTALL);
  private static final Pattern INSTRUCTION =
      Pattern.compile(
          "^(?:\\(|here (?:is|are)\\b|on this list\\b|for each\\b|for the following\\b|as i read\\b"
              + "|now[ ,/]|i(?:'m| am| will|'d| would)\\b(?!.*\\?)|use (?:this|the)\\b"
              + "|i'd like your opinion about\\b|please (?:use|indicate for|choose)\\b"
              + "|if your views\\b)",
          Pattern.CASE_INSENSITIVE);

  /**
   * The core of a question with these answer options. Where it would lack a content word of what is
   * asked, all that is asked takes its place.
   */
  static QuestionCore of(String question, List<String> options) {
    String text =
        question
            .replace('’', '\'')
            .replace("U.S.", "US")
            .replaceAll("[“”]", "\"")
            .replaceAll("(?<=\\S)[ \\t]*\\n[ \\t]*(?=[a-z]{3,})", " ")
            .replaceFirst("^\\([^)]*\\)\\s*(?=[A-Z])", "")
            .strip();
    Parts parts = Parts.of(text);
    String core = brief(text, parts, options);
    List<String> carried = new ArrayList<>(options);
    carried.add(core);
    String asked = parts.asked(options);
    if (ContentWords.missing(asked, carried).isEmpty()) {
      return shortened(core);
    }
    QuestionCore whole = shortened(asked);
    return whole.cut ? new QuestionCore(shortened(core).sentence, true) : whole;
  }

  /**
   * A question in pieces: what is asked, an item that it is asked about, and what follows the item.
   * Item and tail may be empty.
   */
  private record Parts(String stem, String item, String tail) {
    static Parts of(String text) {
      Matcher within = DOTTED_ITEM_AND_TAIL.matcher(text);
      if (within.matches()) {
        return new Parts(within.group(1), within.group(2), within.group(3));
      }
      for (Pattern pattern : List.of(LETTERED_ITEM, ITEM_BELOW, DOTTED_ITEM)) {
        Matcher matcher = pattern.matcher(text);
        if (matcher.matches() && matcher.group(2).length() > 2) {
          return new Parts(matcher.group(1), matcher.group(2), "");
        }
      }
      return new Parts(text, "", "");
    }

    /** All of it but the sentences that say how to answer. */
    String asked(List<String> options) {
      List<String> kept =
          Sentences.of(stem).stream()
              .filter(s -> !INSTRUCTION.matcher(s).find())
              .filter(s -> !AnswerList.isAll(s) || !ContentWords.missing(s, options).isEmpty())
              .toList();
      String asked = Sentences.bare(String.join(" ", kept));
      if (!item.isEmpty()) {
        asked = asked.isEmpty() ? Sentences.bare(item) : joined(asked, Sentences.inside(item));
      }
      return Sentences.bare(asked + " " + tail);
    }
  }

  private static String brief(String text, Parts parts, List<String> options) {
    Matcher comparison = WHICH_IS_CLOSER.matcher(text);
    if (comparison.matches()) {
      return Sentences.bare(comparison.group(1).isBlank() ? views(options) : comparison.group(1));
    }
    if (!parts.tail.isEmpty()) {
      return aroundItem(parts, options);
    }
    return parts.item.isEmpty()
        ? AnswerList.shortened(mainSentence(text), options)
        : withItem(parts, options);
  }

  /** The views to choose between, where the question does not spell them out itself. */
  private static String views(List<String> options) {
    return options.stream()
        .filter(option -> OptionBelief.of(option).map(found -> found.belief() != 0).orElse(true))
        .limit(2)
        .collect(Collectors.joining(" or "));
  }

  /** The same question in full: for questions whose cores would be the same. */
  static QuestionCore whole(String question) {
    return new QuestionCore(Sentences.bare(question.replaceAll("\\s+", " ")), false);
  }

  /** {@code Which of these do you associate with them?...Honest...Do you associate this ...?} */
  private static String aroundItem(Parts parts, List<String> options) {
    String inside = Sentences.inside(parts.item);
    String joint =
        parts.tail.matches("(?s)[A-Z].*\\bthis\\b.*")
            ? parts.tail.replaceFirst("\\bthis\\b", Matcher.quoteReplacement(inside))
            : mainSentence(parts.stem) + " " + inside + " " + parts.tail;
    return AnswerList.shortened(mainSentence(joint), options);
  }

  private static String withItem(Parts parts, List<String> options) {
    String inside = Sentences.inside(parts.item);
    String stem = AnswerList.shortened(mainSentence(parts.stem), options);
    String asked = (parts.stem + " " + options).toLowerCase(Locale.ROOT);
    if (asked.contains("disagree")) {
      return "Do you agree or disagree that " + inside;
    }
    if (asked.contains("how much confidence")) {
      return "How much confidence do you have in " + inside;
    }
    if (asked.contains("justifi")) {
      return "Do you think this can be justified: " + inside;
    }
    return joined(stem, inside);
  }

  private static String joined(String stem, String inside) {
    for (Pattern place : List.of(BLANK, EACH)) {
      if (place.matcher(stem).find()) {
        return place.matcher(stem).replaceFirst(Matcher.quoteReplacement(inside));
      }
    }
    boolean open =
        stem.matches(
            "(?s).*\\b(?:of|about|with|to|on|as|whether|if|is|in|from|oppose|for|by|at|that)$");
    return stem + (open ? " " : ": ") + inside;
  }

  /** The last sentence that asks something; instructions come before it. */
  private static String mainSentence(String text) {
    List<String> sentences = Sentences.of(text);
    if (sentences.isEmpty()) {
      return Sentences.bare(text);
    }
    for (int i = sentences.size() - 1; i >= 0; i--) {
      String sentence = sentences.get(i);
      boolean asks = sentence.endsWith("?") || BLANK.matcher(sentence).find();
      if (asks && !INSTRUCTION.matcher(sentence).find() && !AnswerList.isAll(sentence)) {
        return Sentences.bare(sentence);
      }
    }
    for (int i = sentences.size() - 1; i >= 0; i--) {
      if (!INSTRUCTION.matcher(sentences.get(i)).find()) {
        return Sentences.bare(sentences.get(i));
      }
    }
    return Sentences.bare(sentences.get(sentences.size() - 1));
  }

  private static QuestionCore shortened(String sentence) {
    String[] words = sentence.split("\\s+");
    return words.length <= MOST_WORDS
        ? new QuestionCore(sentence, false)
        : new QuestionCore(
            Sentences.bare(String.join(" ", Arrays.copyOf(words, WORDS_LEFT)))
                .replaceAll("[,;:]$", ""),
            true);
  }
}
