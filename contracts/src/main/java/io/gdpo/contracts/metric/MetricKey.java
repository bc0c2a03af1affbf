package io.gdpo.contracts.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What everybody must know of a metric without computing it; evaluation-engine has the formula of
 * each. Events, JSON, reports and docs/reference/metrics.md show a metric because it stands here,
 * in this order.
 *
 * <p>One class because it is one list, most of whose lines are words for people.
 */
public enum MetricKey {
  JSD(
      "jsd",
      "JSD",
      Range.DISTANCE,
      Direction.LOW,
      "Jensen-Shannon distance between the group's distribution p* and the model's, by probabilities of the belief digits. 0 is the group itself, 0.833 has nothing in common with it."),
  BELIEF_MASS(
      "belief_mass",
      "Belief mass",
      Range.SHARE,
      Direction.HIGH,
      "Probability that the model spends on belief digits at all, where one must come. What leaks off them is invisible to JSD."),
  JSD_SAMPLED(
      "jsd_sampled",
      "JSD, sampled",
      Range.DISTANCE,
      Direction.LOW,
      "The same distance for the histogram of sampled beliefs. Compare with its noise floor, not with 0."),
  JSD_SAMPLED_NOISE_FLOOR(
      "jsd_sampled_noise_floor",
      "Noise floor",
      Range.DISTANCE,
      Direction.NONE,
      "What a perfect model's sampled JSD would be with so few samples."),
  MAJORITY_BIAS(
      "majority_bias",
      "Majority bias",
      Range.BIAS,
      Direction.ONE,
      "The model's probability of the majority's belief over the group's. Above 1 the majority crowds others out."),
  MAJORITY_BIAS_SAMPLED(
      "majority_bias_sampled",
      "Majority bias, sampled",
      Range.BIAS,
      Direction.ONE,
      "Majority bias of the histogram of sampled beliefs."),
  MINORITY_COVERAGE(
      "minority_coverage",
      "Minority coverage",
      Range.SHARE,
      Direction.HIGH,
      "Share of the beliefs that anyone in the group holds which the model voices in its samples."),
  MINORITY_COVERAGE_EXPECTED(
      "minority_coverage_expected",
      "Coverage of the group itself",
      Range.SHARE,
      Direction.NONE,
      "The coverage that as many samples from the group itself would have."),
  CBC(
      "cbc",
      "CBC",
      Range.SHARE,
      Direction.HIGH,
      "Class-belief consistency: share of samples whose digit is the class of the option text inside <...>."),
  CBC_UNKNOWN(
      "cbc_unknown",
      "CBC: unknown text",
      Range.SHARE,
      Direction.LOW,
      "Share of samples whose text inside <...> is no option of the data."),
  CBC_UNCLOSED(
      "cbc_unclosed",
      "CBC: unclosed",
      Range.SHARE,
      Direction.LOW,
      "Share of samples with a belief digit but no closed <...> after it."),
  CBC_NO_BELIEF(
      "cbc_no_belief",
      "CBC: no belief",
      Range.SHARE,
      Direction.LOW,
      "Share of samples that do not begin with a belief digit."),
  RESPONSE_SIMILARITY(
      "response_similarity",
      "Response similarity",
      Range.SHARE,
      Direction.HIGH,
      "ROUGE-L F1 of a sampled response against the data's closest response for the same belief."),
  BELIEF_PAIR_ACCURACY(
      "belief_pair_accuracy",
      "Belief pair accuracy",
      Range.SHARE,
      Direction.HIGH,
      "Share of pairs in which the model itself finds the response that expresses the stated belief likelier than the one that expresses another."),
  PAIR_ACCURACY(
      "pair_accuracy",
      "Pair accuracy",
      Range.SHARE,
      Direction.HIGH,
      "Share of pairs in which the model itself finds the chosen response likelier than the rejected one."),
  JSD_BITS(
      "jsd_bits",
      "JSD, bits",
      Range.SHARE,
      Direction.LOW,
      "Jensen-Shannon divergence in bits, which some papers call JSD: the square of the distance over ln 2."),
  WASSERSTEIN(
      "wasserstein",
      "Wasserstein",
      Range.SHARE,
      Direction.LOW,
      "How far opinion must be carried along the ordered classes 1 to 5, as a part of the way from one end to the other; class 0, no opinion, left out."),
  TOTAL_VARIATION(
      "total_variation",
      "Total variation",
      Range.SHARE,
      Direction.LOW,
      "Share of people whose belief the model has wrong: half the sum of the absolute differences by class."),
  CLASS_ERROR(
      "class_error",
      "Class error",
      Range.SHARE,
      Direction.LOW,
      "By how much the model is off in a class of beliefs, on the mean over the classes."),
  KL(
      "kl",
      "KL",
      Range.NATS,
      Direction.LOW,
      "KL(p* to p_theta) over the belief digits, in nats: what calibration losses drive down."),
  ENTROPY(
      "entropy",
      "Entropy",
      Range.NATS,
      Direction.NONE,
      "How much the model disagrees with itself, in nats. Far below the group's: diversity was lost."),
  ENTROPY_GROUP(
      "entropy_group",
      "Entropy of the group",
      Range.NATS,
      Direction.NONE,
      "How much the group disagrees."),
  NO_OPINION(
      "no_opinion",
      "No opinion",
      Range.SHARE,
      Direction.NONE,
      "Probability that the model gives class 0: no opinion, refused, other."),
  NO_OPINION_GROUP(
      "no_opinion_group",
      "No opinion of the group",
      Range.SHARE,
      Direction.NONE,
      "Share of the group in class 0."),
  MARGIN_MAJORITY(
      "margin_majority",
      "Margin, majority",
      Range.ANY,
      Direction.NONE,
      "Implicit reward margin, beta times the change of log-odds since the reference model, on pairs whose chosen belief is the majority's."),
  MARGIN_MINORITY(
      "margin_minority",
      "Margin, minority",
      Range.ANY,
      Direction.NONE,
      "Implicit reward margin on pairs whose chosen belief is a minority's. Far below the majority's: minorities are being unlearnt."),
  MARGIN("margin", "Margin", Range.ANY, Direction.NONE, "Implicit reward margin on all pairs."),
  ACCURACY(
      "accuracy",
      "Accuracy",
      Range.SHARE,
      Direction.NONE,
      "Share of pairs with a positive implicit reward margin. In a group that disagrees, 1 is not the aim."),
  ACCURACY_MAJORITY(
      "accuracy_majority",
      "Accuracy, majority",
      Range.SHARE,
      Direction.NONE,
      "Accuracy on pairs whose chosen belief is the majority's."),
  ACCURACY_MINORITY(
      "accuracy_minority",
      "Accuracy, minority",
      Range.SHARE,
      Direction.NONE,
      "Accuracy on pairs whose chosen belief is a minority's."),
  JUDGED_AUC(
      "judged_auc",
      "Judged AUC",
      Range.SHARE,
      Direction.HIGH,
      "Share of all couples of a good and a bad response in which the model finds the good one likelier, token for token. 0.5 tells nothing."),
  JUDGED_REWARD_AUC(
      "judged_reward_auc",
      "Judged reward AUC",
      Range.SHARE,
      Direction.HIGH,
      "The same by implicit rewards: what the model has gained on the reference model. 0.5 is a model that has learnt nothing."),
  YARDSTICK_TRAINING_HISTOGRAM(
      "yardstick/training_histogram",
      "Training answers",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of the respondents' answers in the training split: what fitting them exactly would give."),
  YARDSTICK_NOISE_005(
      "yardstick/noise_0.05",
      "Group with noise +-0.05",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of the group's distribution with noise within 0.05 on every class."),
  YARDSTICK_NOISE_010(
      "yardstick/noise_0.10",
      "Group with noise +-0.10",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of the group's distribution with noise within 0.10 on every class."),
  YARDSTICK_MAJORITY_ONLY(
      "yardstick/majority_only",
      "Majority only",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of a model that only ever voices the majority."),
  YARDSTICK_UNIFORM(
      "yardstick/uniform",
      "Uniform",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of a model that finds every belief alike."),
  YARDSTICK_REVERSED(
      "yardstick/reversed",
      "Reversed",
      Range.DISTANCE,
      Direction.NONE,
      "JSD of the group's distribution with its classes in reversed order.");

  /**
   * What a metric is read against, in the same cell of a table.
   *
   * @param word before its value
   */
  public record Beside(String word, MetricKey metric) {}

  private static final String YARDSTICK = "yardstick/";

  /** What everybody should see, most telling first; as wide as a terminal bears. */
  private static final List<MetricKey> HEADLINE =
      List.of(
          JSD,
          BELIEF_MASS,
          MAJORITY_BIAS,
          JSD_SAMPLED,
          MINORITY_COVERAGE,
          CBC,
          MARGIN_MAJORITY,
          MARGIN_MINORITY);

  /** Other distances to the group than JSD, and how wide the model's distribution is. */
  private static final List<MetricKey> DISTRIBUTION =
      List.of(JSD_BITS, WASSERSTEIN, TOTAL_VARIATION, CLASS_ERROR, KL, ENTROPY, NO_OPINION);

  private final String id;
  private final String label;
  private final Range range;
  private final Direction direction;
  private final String meaning;

  MetricKey(String id, String label, Range range, Direction direction, String meaning) {
    this.id = id;
    this.label = label;
    this.range = range;
    this.direction = direction;
    this.meaning = meaning;
  }

  /** The name in events, JSON and tables. */
  public String id() {
    return id;
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  public Range range() {
    return range;
  }

  public Direction direction() {
    return direction;
  }

  /** One or two sentences. */
  public String meaning() {
    return meaning;
  }

  /** What this metric is read against, where that is another. */
  public Optional<Beside> beside() {
    return switch (this) {
      case JSD_SAMPLED -> Optional.of(new Beside("floor", JSD_SAMPLED_NOISE_FLOOR));
      case ENTROPY -> Optional.of(new Beside("group", ENTROPY_GROUP));
      case NO_OPINION -> Optional.of(new Beside("group", NO_OPINION_GROUP));
      case MINORITY_COVERAGE -> Optional.of(new Beside("of", MINORITY_COVERAGE_EXPECTED));
      default -> Optional.empty();
    };
  }

  /** Whether it is measured of the data, not of a model. */
  public boolean isYardstick() {
    return id.startsWith(YARDSTICK);
  }

  /** The metrics of a model, in the order of reading. */
  public static List<MetricKey> ofModels() {
    return Arrays.stream(values()).filter(key -> !key.isYardstick()).toList();
  }

  /** The yardsticks, best first. */
  public static List<MetricKey> yardsticks() {
    return Arrays.stream(values()).filter(MetricKey::isYardstick).toList();
  }

  /** Those of a model that stand first where there is room for few. */
  public static List<MetricKey> headline() {
    return HEADLINE;
  }

  /** Other distances to the group than JSD, and how wide the model's distribution is. */
  public static List<MetricKey> distribution() {
    return DISTRIBUTION;
  }

  /**
   * Those of a model that stand last: in no table before and not beside another, nor the margin of
   * all pairs, whose two parts are in the headline.
   */
  public static List<MetricKey> more() {
    return ofModels().stream()
        .filter(key -> !HEADLINE.contains(key) && !DISTRIBUTION.contains(key))
        .filter(key -> !key.standsBeside() && key != MARGIN)
        .toList();
  }

  private boolean standsBeside() {
    return Arrays.stream(values())
        .flatMap(key -> key.beside().stream())
        .anyMatch(beside -> beside.metric() == this);
  }

  /** Those of {@code metrics} that {@code keys} name, in the order of {@code keys}. */
  public static Map<String, Double> among(List<MetricKey> keys, Map<String, Double> metrics) {
    Map<String, Double> ordered = new LinkedHashMap<>();
    for (MetricKey key : keys) {
      if (metrics.containsKey(key.id)) {
        ordered.put(key.id, metrics.get(key.id));
      }
    }
    return ordered;
  }
}
