package io.gdpo.contracts.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every metric of an evaluation, with the words that a report explains it by; docs/reference/
 * metrics.md says the same at more length.
 */
public enum MetricCatalogue {
  JSD(
      "jsd",
      "JSD",
      Ideal.LOW,
      "Jensen-Shannon distance between the group's distribution p* and the model's, by probabilities of the belief digits. 0 is the group itself, 0.833 has nothing in common with it."),
  BELIEF_MASS(
      "belief_mass",
      "Belief mass",
      Ideal.HIGH,
      "Probability that the model spends on belief digits at all, where one must come. What leaks off them is invisible to JSD."),
  JSD_SAMPLED(
      "jsd_sampled",
      "JSD, sampled",
      Ideal.LOW,
      "The same distance for the histogram of sampled beliefs. Compare with its noise floor, not with 0."),
  JSD_SAMPLED_NOISE_FLOOR(
      "jsd_sampled_noise_floor",
      "Noise floor",
      Ideal.NONE,
      "What a perfect model's sampled JSD would be with so few samples."),
  MAJORITY_BIAS(
      "majority_bias",
      "Majority bias",
      Ideal.ONE,
      "The model's probability of the majority's belief over the group's. Above 1 the majority crowds others out."),
  MAJORITY_BIAS_SAMPLED(
      "majority_bias_sampled",
      "Majority bias, sampled",
      Ideal.ONE,
      "Majority bias of the histogram of sampled beliefs."),
  MINORITY_COVERAGE(
      "minority_coverage",
      "Minority coverage",
      Ideal.HIGH,
      "Share of the beliefs that anyone in the group holds which the model voices in its samples."),
  MINORITY_COVERAGE_EXPECTED(
      "minority_coverage_expected",
      "Coverage of the group itself",
      Ideal.NONE,
      "The coverage that as many samples from the group itself would have."),
  CBC(
      "cbc",
      "CBC",
      Ideal.HIGH,
      "Class-belief consistency: share of samples whose digit is the class of the option text inside <...>."),
  CBC_UNKNOWN(
      "cbc_unknown",
      "CBC: unknown text",
      Ideal.LOW,
      "Share of samples whose text inside <...> is no option of the data."),
  CBC_UNCLOSED(
      "cbc_unclosed",
      "CBC: unclosed",
      Ideal.LOW,
      "Share of samples with a belief digit but no closed <...> after it."),
  CBC_NO_BELIEF(
      "cbc_no_belief",
      "CBC: no belief",
      Ideal.LOW,
      "Share of samples that do not begin with a belief digit."),
  RESPONSE_SIMILARITY(
      "response_similarity",
      "Response similarity",
      Ideal.HIGH,
      "ROUGE-L F1 of a sampled response against the data's closest response for the same belief."),
  BELIEF_PAIR_ACCURACY(
      "belief_pair_accuracy",
      "Belief pair accuracy",
      Ideal.HIGH,
      "Share of pairs in which the model itself finds the response that expresses the stated belief likelier than the one that expresses another."),
  MARGIN_MAJORITY(
      "margin_majority",
      "Margin, majority",
      Ideal.NONE,
      "Implicit reward margin, beta times the change of log-odds since the reference model, on pairs whose chosen belief is the majority's."),
  MARGIN_MINORITY(
      "margin_minority",
      "Margin, minority",
      Ideal.NONE,
      "Implicit reward margin on pairs whose chosen belief is a minority's. Far below the majority's: minorities are being unlearnt."),
  MARGIN("margin", "Margin", Ideal.NONE, "Implicit reward margin on all pairs."),
  ACCURACY(
      "accuracy",
      "Accuracy",
      Ideal.NONE,
      "Share of pairs with a positive implicit reward margin. In a group that disagrees, 1 is not the aim."),
  ACCURACY_MAJORITY(
      "accuracy_majority",
      "Accuracy, majority",
      Ideal.NONE,
      "Accuracy on pairs whose chosen belief is the majority's."),
  ACCURACY_MINORITY(
      "accuracy_minority",
      "Accuracy, minority",
      Ideal.NONE,
      "Accuracy on pairs whose chosen belief is a minority's."),
  YARDSTICK_TRAINING_HISTOGRAM(
      "yardstick/training_histogram",
      "Training answers",
      Ideal.NONE,
      "JSD of the respondents' answers in the training split: what fitting them exactly would give."),
  YARDSTICK_NOISE_005(
      "yardstick/noise_0.05",
      "Group with noise +-0.05",
      Ideal.NONE,
      "JSD of the group's distribution with noise within 0.05 on every class."),
  YARDSTICK_NOISE_010(
      "yardstick/noise_0.10",
      "Group with noise +-0.10",
      Ideal.NONE,
      "JSD of the group's distribution with noise within 0.10 on every class."),
  YARDSTICK_MAJORITY_ONLY(
      "yardstick/majority_only",
      "Majority only",
      Ideal.NONE,
      "JSD of a model that only ever voices the majority."),
  YARDSTICK_UNIFORM(
      "yardstick/uniform", "Uniform", Ideal.NONE, "JSD of a model that finds every belief alike."),
  YARDSTICK_REVERSED(
      "yardstick/reversed",
      "Reversed",
      Ideal.NONE,
      "JSD of the group's distribution with its classes in reversed order.");

  /** Which way is better. */
  public enum Ideal {
    LOW,
    HIGH,
    ONE,
    NONE
  }

  /** How the keys of yardsticks begin. */
  public static final String YARDSTICK = "yardstick/";

  private final String key;
  private final String label;
  private final Ideal ideal;
  private final String meaning;

  MetricCatalogue(String key, String label, Ideal ideal, String meaning) {
    this.key = key;
    this.label = label;
    this.ideal = ideal;
    this.meaning = meaning;
  }

  /** The name in events, JSON and tables. */
  public String key() {
    return key;
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  public Ideal ideal() {
    return ideal;
  }

  /** One or two sentences. */
  public String meaning() {
    return meaning;
  }

  public boolean isYardstick() {
    return isYardstick(key);
  }

  /** Whether a key is a yardstick's. */
  public static boolean isYardstick(String key) {
    return key.startsWith(YARDSTICK);
  }

  /** The metrics of a model, in the order of reading. */
  public static List<MetricCatalogue> ofModels() {
    return Arrays.stream(values()).filter(m -> !m.isYardstick()).toList();
  }

  /** The yardsticks, best first. */
  public static List<MetricCatalogue> yardsticks() {
    return Arrays.stream(values()).filter(MetricCatalogue::isYardstick).toList();
  }

  /** {@code metrics} in the order of this catalogue. */
  public static Map<String, Double> inOrder(Map<String, Double> metrics) {
    Map<String, Double> ordered = new LinkedHashMap<>();
    for (MetricCatalogue metric : values()) {
      if (metrics.containsKey(metric.key)) {
        ordered.put(metric.key, metrics.get(metric.key));
      }
    }
    return ordered;
  }
}
