package io.gdpo.data;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * Turns opinion examples into the text that a model learns, and a model's text back into a belief
 * and a response. The format is the one of the GDPO reference implementation (gdpo-method, "Data"):
 *
 * <pre>
 * prompt    {context}&lt;Q&gt;{prompt}&lt;A&gt;
 * response  {digit}&lt;{option}&gt;{response}
 * </pre>
 *
 * <p>A review has no option: its rating says all of its belief, {@code {digit}{response}}.
 */
public final class OpinionTemplate {
  /** What ends an option. */
  static final String CLOSE = ">";

  private static final String OPEN = "<";
  private static final String QUESTION = "<Q>";
  private static final String ANSWER = "<A>";

  private OpinionTemplate() {}

  /** The text that the model continues with a belief digit. */
  public static String prompt(PreferenceExample example) {
    return example.context() + QUESTION + example.prompt() + ANSWER;
  }

  /** A response that states its belief first: digit, opened option, close, words. */
  public static String response(int belief, String option, String words) {
    return digit(belief(belief, option)) + (option.isEmpty() ? "" : opened(option) + CLOSE) + words;
  }

  /** A belief class, if it is one. */
  static int belief(int belief, String option) {
    if (belief < 0 || belief >= BeliefClass.COUNT) {
      throw new PreferenceDataException(
          "belief class " + belief + " of option '" + option + "' is not one of 0 to 5");
    }
    return belief;
  }

  /** The first piece of a response. */
  static String digit(int belief) {
    return Integer.toString(belief);
  }

  /** The second piece of a response, up to the {@link #CLOSE}. */
  static String opened(String option) {
    return OPEN + option;
  }

  /**
   * Reads a sampled text whose options are not known. An option text is taken to end at the first
   * {@code >}; leading white space is skipped.
   */
  public static ParsedResponse parse(String sampled) {
    return parse(sampled, List.of());
  }

  /**
   * Reads a sampled text. Where it names one of {@code options} (the longest one that fits), that
   * option is the belief text even if it contains {@code >}; else the first {@code >} closes it.
   * Where the only option is the empty one, the words follow the digit.
   */
  public static ParsedResponse parse(String sampled, Collection<String> options) {
    String text = sampled.stripLeading();
    boolean digit =
        !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) < '0' + BeliefClass.COUNT;
    OptionalInt belief = digit ? OptionalInt.of(text.charAt(0) - '0') : OptionalInt.empty();
    int open = digit ? 1 : 0;
    if (options.size() == 1 && options.contains("")) {
      return new ParsedResponse(belief, "", text.substring(open), digit);
    }
    if (open >= text.length() || !text.startsWith(OPEN, open)) {
      return new ParsedResponse(belief, "", text.substring(open), false);
    }
    int start = open + 1;
    int close =
        options.stream()
            .filter(option -> text.startsWith(option + CLOSE, start))
            .max(Comparator.comparingInt(String::length))
            .map(option -> start + option.length())
            .orElseGet(() -> text.indexOf(CLOSE, start));
    return close < 0
        ? new ParsedResponse(belief, text.substring(start), "", false)
        : new ParsedResponse(belief, text.substring(start, close), text.substring(close + 1), true);
  }
}
