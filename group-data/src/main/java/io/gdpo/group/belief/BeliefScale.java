package io.gdpo.group.belief;

import io.gdpo.contracts.spec.DatasetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives each answer option of one question its belief class: by the option's text where that tells
 * ({@link OptionBelief}), by its place on a numbered scale otherwise.
 *
 * <p>A numbered scale is three or more options that are numbers, with a label just before or after
 * them for each end ({@code Never justifiable, 2, ..., 9, Always justifiable}). Its places fall
 * into five equal parts, classes 1 to 5. It runs from against to for unless its first label
 * expresses a higher class than its last one ({@code Competition is good, 2, ..., Competition is
 * harmful}).
 */
public final class BeliefScale {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,3})(?:\\b.*)?", Pattern.DOTALL);
  private static final int FEWEST_NUMBERS = 3;
  private static final int PARTS = 5;

  private BeliefScale() {}

  /**
   * As {@link #of(List)}, but for the options whose class a person gave.
   *
   * @param given classes by {@link DatasetSpec#optionKey}
   */
  public static List<Optional<OptionBelief.Found>> of(
      List<String> options, Map<String, Integer> given) {
    List<Optional<OptionBelief.Found>> beliefs = of(options);
    for (int i = 0; i < options.size(); i++) {
      Integer belief = given.get(DatasetSpec.optionKey(options.get(i)));
      if (belief != null) {
        beliefs.set(i, Optional.of(new OptionBelief.Found(belief, "given as dataset.options")));
      }
    }
    return beliefs;
  }

  /** One entry for each option, in order; empty where neither text nor place tells the class. */
  public static List<Optional<OptionBelief.Found>> of(List<String> options) {
    List<Optional<OptionBelief.Found>> beliefs = new ArrayList<>();
    options.forEach(option -> beliefs.add(OptionBelief.of(option)));
    int first = -1;
    int last = -1;
    int numbers = 0;
    for (int i = 0; i < options.size(); i++) {
      if (NUMBER.matcher(options.get(i).strip()).matches()) {
        first = first < 0 ? i : first;
        last = i;
        numbers++;
      }
    }
    if (numbers < FEWEST_NUMBERS || numbers != last - first + 1) {
      return beliefs;
    }
    int low = first > 0 && number(options.get(first)) > 1 ? first - 1 : first;
    int high = last + 1 < options.size() && isLabel(beliefs.get(last + 1)) ? last + 1 : last;
    boolean descending = classOfEnd(options.get(low)) > classOfEnd(options.get(high));
    int places = high - low + 1;
    for (int place = 0; place < places; place++) {
      int part = 1 + PARTS * place / places;
      int belief = descending ? PARTS + 1 - part : part;
      beliefs.set(
          low + place, Optional.of(new OptionBelief.Found(belief, "place on a numbered scale")));
    }
    return beliefs;
  }

  private static int number(String option) {
    Matcher matcher = NUMBER.matcher(option.strip());
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  private static boolean isLabel(Optional<OptionBelief.Found> belief) {
    return belief.map(found -> found.belief() != 0).orElse(true);
  }

  private static int classOfEnd(String option) {
    String label = option.strip().replaceFirst("^\\d+\\s*", "");
    return OptionBelief.of(label).map(OptionBelief.Found::belief).orElse(3);
  }
}
