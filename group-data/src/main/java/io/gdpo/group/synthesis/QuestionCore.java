package io.gdpo.group.synthesis;

import io.gdpo.group.belief.OptionBelief;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
record QuestionCore(String sentence, boolean cut) {
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
  private static final Pattern LIST_LEAD_IN =
      Pattern.compile(
          "\\s*[-–—,:]\\s*(?:(?:would you say|it is|is it|are you|do you|or|an?)\\s+)*$",
          Pattern.CASE_INSENSITIVE);
  private static final Set<String> ORDINARY_FIRST_WORDS =
      Set.of(
          "the",
          "a",
          "an",
          "it",
          "it's",
          "people",
          "women",
          "men",
          "when",
          "on",
          "in",
          "if",
          "most",
          "this",
          "there",
          "these",
          "they",
          "we",
          "having",
          "being",
          "do",
          "does",
          "is",
          "are",
          "to",
          "for",
          "how",
          "what",
          "that",
          "children",
          "our",
          "your",
          "my",
          "work",
          "protecting",
          "good",
          "increase",
          "providing",
          "using");

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
          sentences(stem).stream()
              .filter(s -> !INSTRUCTION.matcher(s).find())
              .filter(s -> !onlyAnswers(s) || !ContentWords.missing(s, options).isEmpty())
              .toList();
      String asked = sentence(String.join(" ", kept));
      if (!item.isEmpty()) {
        asked = asked.isEmpty() ? sentence(item) : joined(asked, inside(sentence(item)));
      }
      return sentence(asked + " " + tail);
    }
  }

  private static String brief(String text, Parts parts, List<String> options) {
    Matcher comparison = WHICH_IS_CLOSER.matcher(text);
    if (comparison.matches()) {
      return sentence(comparison.group(1).isBlank() ? views(options) : comparison.group(1));
    }
    if (!parts.tail.isEmpty()) {
      return aroundItem(parts, options);
    }
    return parts.item.isEmpty()
        ? withoutAnswers(mainSentence(text), options)
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
    return new QuestionCore(sentence(question.replaceAll("\\s+", " ")), false);
  }

  /** {@code Which of these do you associate with them?...Honest...Do you associate this ...?} */
  private static String aroundItem(Parts parts, List<String> options) {
    String inside = inside(sentence(parts.item));
    String joint =
        parts.tail.matches("(?s)[A-Z].*\\bthis\\b.*")
            ? parts.tail.replaceFirst("\\bthis\\b", Matcher.quoteReplacement(inside))
            : mainSentence(parts.stem) + " " + inside + " " + parts.tail;
    return withoutAnswers(mainSentence(joint), options);
  }

  private static String withItem(Parts parts, List<String> options) {
    String inside = inside(sentence(parts.item));
    String stem = withoutAnswers(mainSentence(parts.stem), options);
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

  private static List<String> sentences(String text) {
    List<String> sentences = new ArrayList<>();
    for (String sentence : text.replaceAll("\\s+", " ").split("(?<=[.?!])\\s+(?=\\S)")) {
      if (sentence.matches(".*[\\p{L}\\p{N}].*")) {
        sentences.add(sentence.strip());
      }
    }
    return sentences;
  }

  /** The last sentence that asks something; instructions come before it. */
  private static String mainSentence(String text) {
    List<String> sentences = sentences(text);
    if (sentences.isEmpty()) {
      return sentence(text);
    }
    for (int i = sentences.size() - 1; i >= 0; i--) {
      String sentence = sentences.get(i);
      boolean asks = sentence.endsWith("?") || BLANK.matcher(sentence).find();
      if (asks && !INSTRUCTION.matcher(sentence).find() && !onlyAnswers(sentence)) {
        return sentence(sentence);
      }
    }
    for (int i = sentences.size() - 1; i >= 0; i--) {
      if (!INSTRUCTION.matcher(sentences.get(i)).find()) {
        return sentence(sentences.get(i));
      }
    }
    return sentence(sentences.get(sentences.size() - 1));
  }

  /**
   * {@code Is it very important, somewhat important, or not important?} has no matter of its own.
   */
  private static boolean onlyAnswers(String sentence) {
    return sentence
        .toLowerCase(Locale.ROOT)
        .matches(
            "(?:would you say )?(?:is|are|do|was|does) (?:it|you|they|this)(?: agree| describe)?\\b.*,.*,? or .*");
  }

  /** Leaves only the first of three or more answers that the sentence lists. */
  private static String withoutAnswers(String sentence, List<String> options) {
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
      return sentence(listLeadIn.replaceFirst(""));
    }
    return sentence(before + sentence.substring(from, firstEnd) + " " + after);
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

  private static QuestionCore shortened(String sentence) {
    String[] words = sentence.split("\\s+");
    return words.length <= MOST_WORDS
        ? new QuestionCore(sentence, false)
        : new QuestionCore(
            sentence(String.join(" ", Arrays.copyOf(words, WORDS_LEFT))).replaceAll("[,;:]$", ""),
            true);
  }

  private static String sentence(String text) {
    String words = text.replaceAll("\\s+", " ").replaceAll("^[\\s.…(]+|[\\s?.!…:,(-]+$", "");
    return words.endsWith(")") && words.indexOf('(') < 0
        ? words.replaceAll("[\\s.,)]+$", "")
        : words;
  }

  /** As part of a sentence: an ordinary first word is written small. */
  static String inside(String sentence) {
    int space = sentence.indexOf(' ');
    String first = space < 0 ? sentence : sentence.substring(0, space);
    return ORDINARY_FIRST_WORDS.contains(first.toLowerCase(Locale.ROOT))
        ? first.toLowerCase(Locale.ROOT) + sentence.substring(first.length())
        : sentence;
  }
}
