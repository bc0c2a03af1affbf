package io.gdpo.evaluation.metric;

import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.evaluation.distance.ClassError;
import io.gdpo.evaluation.distance.Entropy;
import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.distance.JensenShannonDivergence;
import io.gdpo.evaluation.distance.KullbackLeibler;
import io.gdpo.evaluation.distance.OrdinalWasserstein;
import io.gdpo.evaluation.distance.TotalVariation;
import io.gdpo.evaluation.observation.JudgedObservation;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;

/** Every metric of an evaluation: each key with its formula. */
public final class Metrics {
  /** Those that data without beliefs has. */
  private static final Map<MetricKey, PairMetric> OF_PAIRS =
      new EnumMap<>(
          Map.of(
              MetricKey.PAIR_ACCURACY, new PairAccuracy(),
              MetricKey.MARGIN, new RewardMargin(PairGroup.ALL),
              MetricKey.ACCURACY, new RewardAccuracy(PairGroup.ALL)));

  /** Those that responses have which are judged by themselves. */
  private static final Map<MetricKey, JudgedMetric> OF_JUDGED =
      new EnumMap<>(
          Map.of(
              MetricKey.JUDGED_AUC, JudgedAuc.ofModel(),
              MetricKey.JUDGED_REWARD_AUC, JudgedAuc.ofReward(),
              MetricKey.MARGIN, new JudgedMargin()));

  private Metrics() {}

  /** A question's metrics by id, in the order of the keys; what it does not have is absent. */
  public static Map<String, Double> of(QuestionObservation question) {
    return ofEach(key -> formula(key).of(question));
  }

  /** Means over questions, of those that have the metric. */
  public static Map<String, Double> means(List<Map<String, Double>> questions) {
    return ofEach(
        key ->
            Mean.of(
                questions.stream()
                    .map(metrics -> metrics.get(key.id()))
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)));
  }

  /**
   * Of data without beliefs: means over all its pairs.
   *
   * @param beta of implicit rewards
   */
  public static Map<String, Double> ofPairs(List<PairObservation> pairs, double beta) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    OF_PAIRS.forEach(
        (key, metric) -> metric.of(pairs, beta).ifPresent(v -> metrics.put(key.id(), v)));
    return metrics;
  }

  /**
   * Of responses that are judged by themselves, over all of them.
   *
   * @param beta of implicit rewards
   */
  public static Map<String, Double> ofJudged(List<JudgedObservation> responses, double beta) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    OF_JUDGED.forEach(
        (key, metric) -> metric.of(responses, beta).ifPresent(v -> metrics.put(key.id(), v)));
    return metrics;
  }

  private static Map<String, Double> ofEach(Function<MetricKey, OptionalDouble> value) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (MetricKey key : MetricKey.values()) {
      value.apply(key).ifPresent(v -> metrics.put(key.id(), v));
    }
    return metrics;
  }

  /** A key without a formula does not compile. */
  private static Metric formula(MetricKey key) {
    return switch (key) {
      case JSD -> new ByProbabilities(new JensenShannonDistance());
      case JSD_BITS -> new ByProbabilities(new JensenShannonDivergence());
      case WASSERSTEIN -> new ByProbabilities(new OrdinalWasserstein());
      case TOTAL_VARIATION -> new ByProbabilities(new TotalVariation());
      case CLASS_ERROR -> new ByProbabilities(new ClassError());
      case KL -> new ByProbabilities(new KullbackLeibler());
      case ENTROPY -> ByProbabilities.ofModel(Entropy::of);
      case ENTROPY_GROUP -> ByProbabilities.ofGroup(Entropy::of);
      case NO_OPINION -> ByProbabilities.ofModel(p -> p.probability(0));
      case NO_OPINION_GROUP -> ByProbabilities.ofGroup(p -> p.probability(0));
      case BELIEF_MASS -> new BeliefMass();
      case JSD_SAMPLED -> new SampledDistance();
      case JSD_SAMPLED_NOISE_FLOOR -> new SamplingNoiseFloor();
      case MAJORITY_BIAS -> MajorityBias.byProbabilities();
      case MAJORITY_BIAS_SAMPLED -> MajorityBias.bySamples();
      case MINORITY_COVERAGE -> new MinorityCoverage();
      case MINORITY_COVERAGE_EXPECTED -> new ExpectedCoverage();
      case CBC -> new ClassBeliefConsistency(Verdict.CONSISTENT);
      case CBC_UNKNOWN -> new ClassBeliefConsistency(Verdict.UNKNOWN_TEXT);
      case CBC_UNCLOSED -> new ClassBeliefConsistency(Verdict.UNCLOSED);
      case CBC_NO_BELIEF -> new ClassBeliefConsistency(Verdict.NO_BELIEF);
      case RESPONSE_SIMILARITY -> new ResponseSimilarity();
      case BELIEF_PAIR_ACCURACY -> new BeliefPairAccuracy();
      case PAIR_ACCURACY -> new PairAccuracy();
      case MARGIN_MAJORITY -> new RewardMargin(PairGroup.MAJORITY);
      case MARGIN_MINORITY -> new RewardMargin(PairGroup.MINORITY);
      case MARGIN -> new RewardMargin(PairGroup.ALL);
      case ACCURACY -> new RewardAccuracy(PairGroup.ALL);
      case ACCURACY_MAJORITY -> new RewardAccuracy(PairGroup.MAJORITY);
      case ACCURACY_MINORITY -> new RewardAccuracy(PairGroup.MINORITY);
      case JUDGED_AUC -> JudgedAuc.ofModel();
      case JUDGED_REWARD_AUC -> JudgedAuc.ofReward();
      case YARDSTICK_TRAINING_HISTOGRAM -> Yardsticks::trainingAnswers;
      case YARDSTICK_NOISE_005 -> Yardsticks.noise(0.05);
      case YARDSTICK_NOISE_010 -> Yardsticks.noise(0.10);
      case YARDSTICK_MAJORITY_ONLY -> Yardsticks::majorityOnly;
      case YARDSTICK_UNIFORM -> Yardsticks::uniform;
      case YARDSTICK_REVERSED -> Yardsticks::reversed;
    };
  }
}
